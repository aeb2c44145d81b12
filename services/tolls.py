"""Where a text counts the dead and the hurt, or says that nobody was. Pure; for every room.

This finds; who reads it decides what a place means. A year is no number of dead, nor what an attack is
claimed by, and what stands between a number and its verb is no other number.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ENDLESS = 1 << 30


class Number(NamedTuple):
    """What a number word can mean: at the least, about, at the most."""

    low: int
    about: int
    high: int


_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
         "ninety": 90}  # fmt: skip
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_EXACT: Mapping[str, int] = {word: number for number, word in enumerate(_ONES, start=1)} | _TENS
_LOOSE: Mapping[str, Number] = {
    "several": Number(3, 3, 15),
    "dozen": Number(11, 12, 13),
    "two dozen": Number(22, 24, 26),
    "three dozen": Number(33, 36, 39),
    "several dozen": Number(30, 36, 99),
    "dozens": Number(20, 24, 150),
    "scores": Number(40, 40, 300),
    "hundred": Number(95, 100, 110),
    "hundreds": Number(100, 200, 2_000),
    "thousand": Number(950, 1_000, 1_100),
    "thousands": Number(1_000, 2_000, 20_000),
}
_WORDS = "|".join(
    (
        *sorted(_LOOSE, key=len, reverse=True),
        rf"(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[:9])}))?\b",
        *sorted((word for word in _ONES if word != "one"), key=len, reverse=True),
        r"one\b(?! (?:of|year|month|week|day|hour|by)\b)",
    )
)
_DIGITS = r"(?!(?:19|20)\d\d\b)\d{1,5}(?:,\d{3})?(?![\d.,]*\d)"
NUMBER = rf"(?:{_DIGITS}|\b(?:{_WORDS})\b)"
_COUNT = rf"(?<![\d.,])(?P<count>{NUMBER})"
_WORD = rf"(?:(?!(?:{'|'.join(_EXACT)})\b)[^\W\d][\w’'-]*)"
_ASIDE = rf"\s{_WORD}(?:\s{_WORD}){{0,2}},\s[^,.;]{{1,50}},\s(?:(?:was|were|have|has|had)\s(?:been\s)?)?"
_ABOUT = (
    r"(?:at least |more than |fewer than |less than |no (?:fewer|less) than |as many as |up to |a total of "
    r"|over |about |around |some |nearly |almost |roughly |an estimated |approximately |all |a )?"
)
_STANDS = r"(?:to|at|is|was|now|reach(?:es|ed)|hits?|pass(?:es|ed))"
_MOVES = r"(?:rises|rose|risen|climbs|climbed|jumps|jumped|grows|grew|stands|stood)"
GONE = r"(?:killed|dead|died|deaths?|fatalities|martyred|executed|hanged|drowned)"
HURT = r"(?:wounded|injured|hurt|injuries)"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_KILLED = _compiled(
    rf"{_COUNT}(?:\s(?:{_WORD}\s){{0,4}}?|{_ASIDE})(?P<verb>{GONE})\b",
    rf"\b(?P<verb>kill(?:s|ed|ing)?|hang(?:s|ed|ing)|execut(?:es|ed|ing))\s{_ABOUT}{_COUNT}",
    rf"\bclaim(?:s|ed|ing)?\s{_ABOUT}{_COUNT}\slives\b",
    rf"\b(?:death toll(?:\sof|[^.]{{0,90}}?\b{_STANDS})?|toll\s(?:has\s)?{_MOVES}\s{_STANDS})\s"
    rf"{_ABOUT}{_COUNT}"
    rf"(?!\sto\s{NUMBER})",
    r"(?P<count>[0-9٠-٩۰-۹]{1,5})\s(?:\w+\s){0,3}?(?:قتيل|قتلى|شهيد|شهداء|کشته|جان باخت)",
)
_WOUNDED = _compiled(
    rf"{_COUNT}(?:\s(?:{_WORD}\s){{0,4}}?|{_ASIDE})(?P<verb>{HURT})\b",
    rf"\b(?P<verb>(?:wound|injur)(?:s|es|ed|ing)|hurt(?:s|ing)?)\s{_ABOUT}{_COUNT}",
)
_TELLING = re.compile(
    r"[kdmehcft](?:ill|ead|ied|eath|artyr|xecut|ang|rown|laim|atal|oll)|قت|شه|کشته|جان", re.IGNORECASE
)
"""Without which there are no dead: one search instead of five."""
_HURTING = re.compile(r"[wih](?:ound|njur|urt)", re.IGNORECASE)
_NOBODY = re.compile(
    r"\b(?:no|without|nobody|no one|none)\b[^.]{0,30}"
    r"\b(?:casualt\w+|injur\w+|hurt|killed|deaths?|fatalities|dead|victims|wounded)\b"
    r"|\b(?:unhurt|unharmed)\b"
    r"|(?:دون وقوع|بدون) (?:إصابات|ضحايا|خسائر)|بدون تلفات|تلفاتی نداشت",
    re.IGNORECASE,
)
PATTERNS = (*_KILLED, *_WOUNDED, _NOBODY)


@dataclass(frozen=True, slots=True)
class Toll:
    """A stretch `[start, end)` that counts people; the number itself is `[at, until)`.

    `verb` is the word that says what became of them, where one does.
    """

    start: int
    end: int
    at: int
    until: int
    number: Number
    verb: str


def killed(text: str) -> Iterator[Toll]:
    """Each place that counts dead, pattern by pattern; two patterns may find one number."""
    return _tolls(text, _KILLED if _TELLING.search(text) else ())


def wounded(text: str) -> Iterator[Toll]:
    """The same for the hurt, in English."""
    return _tolls(text, _WOUNDED if _HURTING.search(text) else ())


def nobody(text: str) -> re.Match[str] | None:
    """Where the text first says that nobody was killed or hurt."""
    return _NOBODY.search(text)


def number_of(told: str) -> Number:
    """What digits of any script or number words mean. Raises KeyError for anything else."""
    digits = "".join(character for character in told if character.isdigit())
    if digits:
        return Number(int(digits), int(digits), int(digits))
    word = told.lower()
    if word in _LOOSE:
        return _LOOSE[word]
    exact = sum(_EXACT[part] for part in re.split(r"[- ]", word))
    return Number(exact, exact, exact)


def _tolls(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Toll]:
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield Toll(
                found.start(), found.end(), *found.span("count"),
                number_of(found["count"]), (found.groupdict().get("verb") or "").lower(),
            )  # fmt: skip
