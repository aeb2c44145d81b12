"""Who is a person, who is a role, an agency or a user name, among the names that a page prints. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from html import unescape

from schemas.records import Credit
from services.extractor.agencies import PRINTINGS, name_agency
from services.extractor.calendars import WEEKDAYS
from services.extractor.datetext import read_dates
from services.extractor.rules import compile_any, load_rules

MAX_NAMES = 20  # of one page
MIN_NAME, MAX_NAME = 2, 100  # characters
MAX_SIGNED = 14  # words of a line that signs

_NAMES = load_rules("names.toml")["names"]
_ROLE = compile_any([*_NAMES["role"], *_NAMES["institution"]])
_OFFICE = compile_any(_NAMES["role"])
_NOTHING = compile_any([rf"^(?:{pattern})\W*$" for pattern in _NAMES["nothing"]])
_BY = compile_any(_NAMES["by"])
_BEHIND = re.compile(rf"(?:^|[\s,]+)(?:{'|'.join(_NAMES['behind'])})\W*$", re.IGNORECASE)
_SPLIT = re.compile(
    r"\s*(?:;|,|،|\||\n|•|·|\s/\s|\s&\s|\sand\s|\sund\s|\set\s|\sve\s|\sи\s|\sو\s|\sû\s)\s*(?:(?:and|und|et|ve)\s)?"
)
_TAIL = re.compile(
    r"\s*(?:\((?:[^()]*)\)|\[[^\]]*\]|\s[-–—|]\s.*|\s(?:in|reporting from|for)\s[A-ZА-Я].*|https?://\S+|\S+@\S+|@\w+)",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(r"[\d@_<>{}=?!]|https?:|\bwww\.|\.(?:com|net|org|ir|iq)\b|:", re.IGNORECASE)
_BEFORE_DATE = re.compile(r"[\s\-–—|•·,]*(?:\bon)?[\s\-–—|•·,]*$", re.IGNORECASE)
_AGENCY_BEHIND = re.compile(rf"^(.{{4,80}}?)\s+(?:the\s+)?({PRINTINGS})$", re.IGNORECASE)
_PREPOSITIONS = frozenset(["on", "at", "in", "from", "for", "with", "of"])
_FUNCTION_WORDS = frozenset(["the", "a", "an", "on", "at", "in", "from", "our", "your", "my", "all"])
_LETTERS = re.compile(r"[^\W\d_]+")


def split_names(printed: str) -> list[str]:
    """Single names out of a printed byline, without "by", dates, degrees, places and addresses."""
    names: list[str] = []
    for line in unescape(printed)[:1000].split("\n"):
        stripped = _BY.sub("", _undated(" ".join(line.split())))
        for part in _SPLIT.split(stripped):
            name = _TAIL.sub("", part).strip(" .,;:–—-“”\"'*")
            while (shorter := _BEHIND.sub("", name)) != name:
                name = shorter
            if name and not _NOTHING.match(name) and name not in names:
                names.append(name)
    return names[:MAX_NAMES]


def sort_byline(printed: str, said_person: bool = False) -> tuple[list[str], list[Credit]]:
    """People in order, and credits for everyone who is none: agencies, roles and user names.

    `said_person`: the page calls these names persons, so that one word is enough for a name.
    """
    people: list[str] = []
    others: list[Credit] = []
    text = " ".join(printed.split())[:300]
    for name in _parted(split_names(printed)):
        if agency := name_agency(name):
            others.append(Credit(kind="agency", name=agency, text=text))
        elif is_person(name, said_person):
            people.append(name)
        elif MIN_NAME <= len(name) <= MAX_NAME and not _is_phrase(name):
            others.append(Credit(kind="role", name=name, text=text))
    return people, others


def _parted(names: Sequence[str]) -> Iterator[str]:
    """The names, each without the agency that is printed behind it, which is a name of its own."""
    for name in names:
        behind = _AGENCY_BEHIND.match(name)
        if behind and is_person(behind[1]):
            yield from (behind[1], behind[2])
        else:
            yield name


def is_person(name: str, said_person: bool = False) -> bool:
    """Whether this looks like the name of a human being: two to six words, none of them a role,
    the last not in lower case."""
    words = name.split()
    if (
        not words
        or not words[0][0].isalpha()
        or words[0].casefold() in _FUNCTION_WORDS
        or any(w.casefold() in WEEKDAYS for w in words)
    ):
        return False
    if len(name) > MAX_NAME or _NOT_NAMES.search(name) or _ROLE.search(name) or len(words) > 6:
        return False
    if len(words) == 1:
        return said_person and name[:1].isupper() and len(name) > 2 and not name.isupper()
    return not (name.islower() or words[-1].islower()) or not any(c.isupper() or c.islower() for c in name)


def _is_phrase(name: str) -> bool:
    """Whether words begin like a name and end like a phrase, "Baghdad standards", or are one, "on Friday"."""
    if name.split()[0] in _PREPOSITIONS:
        return True
    return not name.islower() and name.split()[-1].islower() and not _OFFICE.search(name)


def is_signed(line: str) -> bool:
    """Whether a visible line is "By" and names, and nothing else."""
    short = len(line) <= 2 * MAX_NAME and len(line.split()) <= MAX_SIGNED
    return short and line[-1:] not in ".!?؟:" and bool(_BY.match(line))


def squash(name: str) -> str:
    """A name as addresses spell it: letters and digits only, in lower case, no leading article."""
    return "".join(c for c in name.casefold().removeprefix("the ") if c.isalnum())


def shorten_names(names: Collection[str], linked: Collection[str]) -> Iterator[str]:
    """The names, each as its link prints it where that is less: Layla Hassan, not Layla Hassan River Post."""
    for name in names:
        words = name.split()
        yield next(
            (
                other
                for other in linked
                if 1 < len(other.split()) < len(words) and name.startswith(f"{other} ")
            ),
            name,
        )


def _undated(line: str) -> str:
    """The line up to a date that is printed behind the name."""
    reading = next(read_dates(line, day_first=False), None)
    if reading is None:
        return line
    before = _BEFORE_DATE.sub("", line[: reading.start])
    return before if _LETTERS.search(before) else line[reading.end :]
