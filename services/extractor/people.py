"""Who is a person, who is a role, an agency or a user name, among the names that a page prints. Pure."""

import re

from schemas.records import Credit
from services.extractor.agencies import name_agency
from services.extractor.rules import compile_any, load_rules

MAX_NAMES = 20  # of one page
MAX_NAME = 100  # characters

_NAMES = load_rules("phrases.toml")["names"]
_ROLE = compile_any(_NAMES["role"])
_BY = compile_any(_NAMES["by"])
_SPLIT = re.compile(
    r"\s*(?:;|,|،|\||\n|•|\s/\s|\s&\s|\sand\s|\sund\s|\set\s|\sve\s|\sи\s|\sو\s|\sû\s)\s*(?:(?:and|und|et|ve)\s)?"
)
_TAIL = re.compile(
    r"\s*(?:\((?:[^()]*)\)|\[[^\]]*\]|\s[-–—|]\s.*|\s(?:in|reporting from|for)\s[A-ZА-Я].*|https?://\S+|\S+@\S+|@\w+)",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(r"[\d@_<>{}=]|https?:|\bwww\.|\.com\b|:", re.IGNORECASE)


def split_names(printed: str) -> list[str]:
    """Single names out of a printed byline, without "by", places and addresses."""
    stripped = _BY.sub("", " ".join(printed.split()))
    names = (_TAIL.sub("", part).strip(" .,;:–—-“”\"'") for part in _SPLIT.split(stripped[:1000]))
    return [name for name in names if name][:MAX_NAMES]


def sort_byline(printed: str, said_person: bool = False) -> tuple[list[str], list[Credit]]:
    """People in order, and credits for everyone who is none: agencies, roles and user names.

    `said_person`: the page calls these names persons, so that one word is enough for a name.
    """
    people: list[str] = []
    others: list[Credit] = []
    for name in split_names(printed):
        text = printed.strip()[:300]
        if agency := name_agency(name):
            others.append(Credit(kind="agency", name=agency, text=text))
        elif is_person(name, said_person):
            people.append(name)
        elif len(name) <= MAX_NAME:
            others.append(Credit(kind="role", name=name, text=text))
    return people, others


def is_person(name: str, said_person: bool = False) -> bool:
    """Whether this looks like the name of a human being: two to six words, none of them a role."""
    words = name.split()
    if len(name) > MAX_NAME or _NOT_NAMES.search(name) or _ROLE.search(name) or len(words) > 6:
        return False
    if len(words) == 1:
        return said_person and name[:1].isupper() and len(name) > 2
    return not name.islower() or not any(c.isupper() or c.islower() for c in name)
