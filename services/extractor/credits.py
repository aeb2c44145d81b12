"""Who made or first published a text, as the page says it: contributors, agencies, reprints. Pure.

The sentences and labels that say so are in credits.toml. What is no list of names is a sentence that begins
like a credit ("Written by the minister, the letter ..."), and gives none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from schemas.records import Credit
from services.extractor.agencies import PLAIN, PLAINLY, PRINTINGS, name_agency
from services.extractor.literals import Literals, fold_case
from services.extractor.people import sort_byline, split_names
from services.extractor.rules import compile_any, load_rules

MAX_LINE = 400  # characters; credits are short lines
MAX_CREDITS = 30
SENTENCE = 3  # words in lower case beside a name: no name has as many

_RULES = load_rules("credits.toml")
_ADDRESS = r"(?:\S+@\S+|@\w{2,}|\[email[^\]]{0,12}protected\])"
_PIECE = (
    r"(?:report|article|story|post|piece|write-?up|dispatch|text|analysis|commentary|essay|op-ed|interview"
    r"|column|news|coverage|account|content|item|publication|document|record|newsletter)"
)
_SIGN_OFF = r"\W{0,2}(?:with )?(?:additional )?(?:report|writ|edit|translat|research)\w* by"
_PLACEHOLDERS = {
    "{agency}": PRINTINGS,
    "{plain}": PLAIN,
    "{address}": _ADDRESS,
    "{owner}": r"[^.,;:!?\n]{2,60}(?:\.[a-z]{2,4})?",
    "{piece}": _PIECE,
    # a full stop ends the names, but for that of an initial
    "{names}": r"(?P<who>(?:[^;.()\n]|(?<=\b(?-i:[A-Z]))\.){3,200}?)",
    # a sign-off begins a line or follows another one: "a letter written by the minister" is no credit
    "{start}": rf"(?:^|[;.(—–|]\s*|^{_SIGN_OFF}\b[^\n]{{3,200}}?[,\s]\s*)\W{{0,2}}(?:and )?",
    "{end}": rf"(?=[;.()—–|\n]|,?\s(?:and )?{_SIGN_OFF}\b|$)",
}


@dataclass(frozen=True, slots=True)
class CreditRule:
    """A sentence that credits somebody; the group `who` holds the names."""

    id: str
    kind: str  # of records.Credit
    pattern: re.Pattern[str]
    needs: tuple[str, ...]  # no line without one of these matches, whatever the case
    people: bool = False  # `who` may be several persons: split them
    several: bool = False  # `who` may be several publishers
    keep: bool = True  # whether the line stays in the article's text


def _rule(row: dict[str, Any]) -> CreditRule:
    pattern = row["pattern"]
    for placeholder, meaning in _PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, meaning)
    needs = PLAINLY if row["needs"] == ["{plain}"] else row["needs"]
    return CreditRule(**row | {"pattern": compile_any([pattern]), "needs": tuple(needs)})


RULES = tuple(map(_rule, _RULES["credit"]))
_NEEDS = Literals([rule.needs for rule in RULES])
_FIELDS = sum(1 << i for i, rule in enumerate(RULES) if not rule.keep)
_OF_LONG_LINES = sum(1 << i for i, rule in enumerate(RULES) if rule.kind == "agency")
_EMPLOYED = re.compile(rf"^(?P<agency>{PRINTINGS}) {_RULES['words']['employed']}\s+", re.IGNORECASE)
_SMALL = frozenset(_RULES["words"]["small"].split())
_STAFF = re.compile(_RULES["words"]["staff"], re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d$")
_SEPARATORS = re.compile(r"\s*(?:[/+,،;؛&|]|\sand\s|\s-\s|\sو\s?|\sи\s|\sve\s|\sû\s)\s*")


def find_credits(lines: Sequence[str]) -> tuple[Credit, ...]:
    """Every credit in these lines, in order, each once. Lines over 400 characters only by their head."""
    found: dict[tuple[str, str], Credit] = {}
    for line in lines:
        for credit in _credits_of(line):
            found.setdefault((credit.kind, credit.name), credit)
    return tuple(found.values())[:MAX_CREDITS]


def is_credit_line(line: str) -> bool:
    """Whether a line is a credit and nothing a reader would miss: a contact, a copyright, a byline."""
    return len(line) <= MAX_LINE and any(
        True
        for rule in _rules_for(line, _FIELDS)
        if (m := rule.pattern.search(line))
        for _ in _read(rule, m, line)
    )


def _credits_of(line: str) -> Iterator[Credit]:
    head = line[:MAX_LINE]
    for rule in _rules_for(head, _OF_LONG_LINES if len(line) > MAX_LINE else -1):
        for m in rule.pattern.finditer(head):
            yield from _read(rule, m, head)


def _rules_for(line: str, among: int) -> Iterator[CreditRule]:
    """Those of these rules, a bit for each, that may match a line, in order."""
    bits = _needed(line) & among
    while bits:
        lowest = bits & -bits
        yield RULES[lowest.bit_length() - 1]
        bits ^= lowest


@lru_cache(maxsize=500)  # a paragraph is asked about twice: to leave it out, and for what it credits
def _needed(line: str) -> int:
    return _NEEDS.found_in(fold_case(line))


def _read(rule: CreditRule, m: re.Match[str], text: str) -> Iterator[Credit]:
    who = (m.groupdict().get("who") or "").strip(" .,;:–—-|©()")
    if rule.kind == "author":
        yield from _authors(who, text)
    elif agency := name_agency(who):
        yield Credit(kind="agency" if rule.kind == "contributor" else rule.kind, name=agency, text=text)
    elif rule.people:
        yield from _people(rule.kind, who, text)
    else:
        yield from (Credit(kind=rule.kind, name=name, text=text) for name in _publishers(rule, who))


def _authors(who: str, text: str) -> Iterator[Credit]:
    """Persons, agencies, and whoever else signs: a role or a user name."""
    if _is_sentence(who):
        return
    people, others = sort_byline(who)
    yield from (Credit(kind="author", name=name, text=text) for name in people if _is_name(name))
    for other in others:
        if len(other.name.split()) == 1 or not other.name.islower() or _STAFF.search(other.name):
            yield Credit(kind=other.kind, name=other.name, text=text)


def _people(kind: str, who: str, text: str) -> Iterator[Credit]:
    """Persons in a list with places and addresses: "A in X and B in Y", "A at a@b and B at c@d"."""
    without = re.sub(rf"\s+(?:at|via|on)\s+(?:\w+:?\s)?{_ADDRESS}", ",", who)
    if employed := _EMPLOYED.match(without):
        yield Credit(kind="agency", name=name_agency(employed["agency"]) or "", text=text)
        without = without[employed.end() :]
    if _is_sentence(without):
        return
    for name in split_names(without):
        if known := name_agency(name):
            yield Credit(kind="agency", name=known, text=text)
        elif len(name.split()) > 1 and _is_name(name):
            yield Credit(kind=kind, name=name, text=text)


def _publishers(rule: CreditRule, who: str) -> list[str]:
    """The publisher's name, or those of several agencies."""
    if rule.kind == "reprint-of" and _YEAR.search(who):
        return []  # "originally published in April 2020" names nobody
    parts = [part for part in _SEPARATORS.split(who) if part] if rule.several else []
    named = [name for part in parts if (name := name_agency(part))]
    return named if len(named) > 1 and len(named) == len(parts) else [who]


def _is_name(name: str) -> bool:
    """Whether every word begins like a name's, but for particles; scripts without capitals may."""
    words = [word for word in name.split() if word.casefold() not in _SMALL]
    return bool(words) and len(name.split()) <= 6 and not any(word[0].islower() for word in words)


def _is_sentence(who: str) -> bool:
    """Whether any part of a list of names has the lower-case words of a sentence."""
    return any(
        sum(word[0].islower() and word not in _SMALL for word in part.split()) >= SENTENCE
        for part in re.split(r"[,;]", who)
        if not _STAFF.search(part)
    )
