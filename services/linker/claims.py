"""All that one article claims of its event, read once when it comes. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256

from schemas.records import Entity
from services.linker import (
    asides,
    claimed_blame,
    claimed_days,
    claimed_tolls,
    counted_numbers,
    counted_people,
    sayings,
)
from services.linker.data_files import data_digest, read_data
from services.linker.sayings import Claim, front_of
from services.tolls import PATTERNS

VERSION = "1"
TOLD_BY = frozenset(("news", "reprint-notice"))  # genres that tell of one event; others weigh or list several
_PARTS = (
    sayings, asides, counted_people, counted_numbers, claimed_tolls, claimed_days, claimed_blame,
)  # fmt: skip
EPOCH = date(1970, 1, 1).toordinal()


def claims_of(
    title: str | None, text: str, *, genre: str, named: Sequence[Entity], published: float | None
) -> tuple[Claim, ...]:
    """The claims of a text, at most seven; `published` in seconds since 1970, if it is known."""
    if genre not in TOLD_BY:
        return ()
    front = front_of(title, text)
    day = _day(published)
    return (
        *claimed_tolls.claimed_tolls(front, day),
        *claimed_days.claimed_days(front, day),
        *claimed_blame.claimed_blame(front, named, day),
    )


@lru_cache(maxsize=1)
def claims_digest() -> str:
    """First 16 hex digits of the SHA-256 of the rules: every expression of the files that read claims."""
    told = (
        f"{name} {rule}"
        for part in _PARTS
        for name, value in sorted(vars(part).items())
        for rule in (_rules(value) if not name.startswith("__") else ())
    )
    rules = (data_digest("camps.toml"), read_data("people.toml"), *_rules(PATTERNS), *told)
    return sha256("\n".join(rules).encode()).hexdigest()[:16]


def _rules(value: object) -> Iterator[str]:
    """The expressions, words and numbers of a table, in an order that is always the same."""
    if isinstance(value, re.Pattern):
        yield value.pattern
    elif isinstance(value, str | int | float):
        yield repr(value)
    elif isinstance(value, Mapping):
        for key in value:
            yield f"{key} {' '.join(_rules(value[key]))}"
    elif isinstance(value, tuple):
        for each in value:
            yield from _rules(each)
    elif isinstance(value, frozenset):
        yield from sorted(value)


def _day(published: float | None) -> date | None:
    ordinal = EPOCH + int(published // 86400) if published is not None else 0
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None
