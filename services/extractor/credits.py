"""Who made or first published a text, as the page says it: contributors, agencies, reprints. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.records import Credit
from services.extractor.agencies import PRINTINGS, name_agency
from services.extractor.people import sort_byline, split_names
from services.extractor.rules import compile_any, load_rules

MAX_LINE = 400  # characters; credits are short lines
MAX_CREDITS = 30

_ADDRESS = r"(?:\S+@\S+|\[email[^\]]{0,12}protected\])"
_PLACEHOLDERS = {
    "{agency}": PRINTINGS,
    "{address}": _ADDRESS,
    "{owner}": r"[^.,;:!?\n]{2,60}(?:\.[a-z]{2,4})?",
    # a sign-off begins a line or follows another one: "a letter written by the minister" is no credit
    "{start}": r"(?:^|[;.(—–|]\s*)\W{0,2}",
}


@dataclass(frozen=True, slots=True)
class CreditRule:
    """A sentence that credits somebody; the group `who` holds the names."""

    id: str
    kind: str  # of records.Credit
    pattern: re.Pattern[str]
    people: bool = False  # `who` may be several persons: split them
    keep: bool = True  # whether the line stays in the article's text


def _rule(id: str, kind: str, pattern: str, people: bool = False, keep: bool = True) -> CreditRule:  # noqa: A002 - named as in phrases.toml
    for placeholder, meaning in _PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, meaning)
    return CreditRule(id, kind, compile_any([pattern]), people, keep)


RULES = tuple(_rule(**row) for row in load_rules("phrases.toml")["credit"])


def find_credits(lines: Sequence[str]) -> tuple[Credit, ...]:
    """Every credit in these lines, in order, each once. Lines over 400 characters only by their head."""
    found: dict[tuple[str, str], Credit] = {}
    for line in lines:
        for credit in _credits_of(line):
            found.setdefault((credit.kind, credit.name), credit)
    return tuple(found.values())[:MAX_CREDITS]


def is_credit_line(line: str) -> bool:
    """Whether a line is a credit and nothing a reader would miss: a contact, a copyright, a byline."""
    return len(line) <= MAX_LINE and any(not rule.keep and rule.pattern.search(line) for rule in RULES)


def _credits_of(line: str) -> Iterator[Credit]:
    head = line[:MAX_LINE]
    for rule in RULES:
        if len(line) > MAX_LINE and rule.kind != "agency":
            continue
        if m := rule.pattern.search(head):
            yield from _read(rule, m, head)


def _read(rule: CreditRule, m: re.Match[str], text: str) -> Iterator[Credit]:
    who = (m.groupdict().get("who") or "").strip(" .,;:–—-|©()")
    if rule.kind == "author":
        people, others = sort_byline(who)
        yield from (Credit(kind="author", name=name, text=text) for name in people)
        yield from (Credit(kind=c.kind, name=c.name, text=text) for c in others)
    elif agency := name_agency(who):
        yield Credit(kind="agency" if rule.kind == "contributor" else rule.kind, name=agency, text=text)
    elif not rule.people:
        yield Credit(kind=rule.kind, name=who, text=text)
    else:
        for name in _names(who):
            known = name_agency(name)
            yield Credit(kind="agency" if known else rule.kind, name=known or name, text=text)


def _names(who: str) -> list[str]:
    """Persons in a list with places and addresses: "A in X and B in Y", "A at a@b and B at c@d"."""
    without = re.sub(rf"\s+at\s+{_ADDRESS}", ",", who)
    return [
        name
        for name in split_names(without)
        if name_agency(name) or (len(name.split()) > 1 and (name[0].isupper() or not name.isascii()))
    ]
