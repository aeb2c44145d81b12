"""What a search may be narrowed to and sorted by, as SQL for every engine. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from services.store.query import BadSearch

GRADES = (1, 2)


class Narrowed(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of an article beside its words. Every field that is given must hold."""

    country: str | None = None  # ISO 3166-1 alpha-2
    grade: int | None = None  # at least, for `country`, or for any
    topic: str | None = None  # id or name
    entities: tuple[str, ...] = ()  # ids; one of them is enough
    source: str | None = None  # id
    family: str | None = None  # owner of the source
    language: str | None = None  # BCP 47
    copy: str | None = None  # original | reprint | edited | spun
    story: str | None = None  # id
    since: str | None = None  # ISO day: published on it or later; unknown days are those of arrival
    until: str | None = None  # ISO day: published on it or before


UNNARROWED = Narrowed()


class Order(NamedTuple):
    """How hits are sorted: where they are found and a limit may cut, and again when they are shown."""

    found: str
    shown: str
    by_score: bool = False


FILTERS: Mapping[str, str] = {
    "country": "EXISTS (SELECT 1 FROM relevance r WHERE r.page_id = a.page_id"
    " AND r.country = {value} AND r.grade >= {grade})",
    "grade": "EXISTS (SELECT 1 FROM relevance r WHERE r.page_id = a.page_id AND r.grade >= {grade})",
    "topic": "EXISTS (SELECT 1 FROM topics t WHERE t.page_id = a.page_id"
    " AND (t.topic_id = {value} OR t.name = {value}))",
    "entities": "EXISTS (SELECT 1 FROM entities e WHERE e.page_id = a.page_id AND e.entity_id IN ({value}))",
    "source": "a.source_id = {value}",
    "family": "a.source_id IN (SELECT s.source_id FROM sources s WHERE s.family = {value})",
    "language": "a.language = {value}",
    "copy": "a.copy_verdict = {value}",
    "story": "a.story_id = {value}",
    # a day that is known to the month only is compared to the month
    "since": "{{day}} >= substr(CAST({value} AS text), 1, length({{day}}))",
    "until": "{{day}} <= {value}",
}

RARE: Mapping[str, str] = {
    "entities": "a.page_id IN (SELECT e.page_id FROM entities e WHERE e.entity_id IN ({value}))",
}
"""The same where few articles pass: these are found first."""

ORDERS: Mapping[str, Order] = {
    "best": Order("{best_first}", "f.score DESC, a.page_id", by_score=True),
    "newest": Order("day DESC, came DESC, page_id", "f.day DESC, f.came DESC, a.page_id"),
    "oldest": Order("day, came, page_id DESC", "f.day, f.came, a.page_id DESC"),  # the index backwards
}


def conditions(narrowed: Narrowed, first: int, *, rare: bool = False) -> tuple[str, list[str]]:
    """The conditions as SQL that is to be appended, and their values, which are $`first` and the following.

    `rare`: few articles have the entities, so that the search may begin with them.
    Raises BadSearch for a grade or a day that is none.
    """
    if narrowed.grade is not None and narrowed.grade not in GRADES:
        raise BadSearch(f"the grade is {narrowed.grade}; it must be 1 (secondary) or 2 (primary)")
    sql, values = "", list[str]()
    for name, asked in _given(narrowed):
        if name == "grade" and narrowed.country is not None:
            continue
        filter_ = RARE.get(name, FILTERS[name]) if rare else FILTERS[name]
        sql += " AND " + filter_.format(
            value=slots(first + len(values), len(asked)), grade=narrowed.grade or GRADES[0]
        )
        values += asked if name != "grade" else ()
    return sql, values


def slots(first: int, count: int) -> str:
    """The places of so many values in a query: $2, $3."""
    return ", ".join(f"${number}" for number in range(first, first + count))


def order_of(name: str | None, words: bool) -> Order:
    """One of ORDERS; without a name the best first, or the newest where no words say what is good.

    Raises BadSearch.
    """
    if name is None:
        name = "best" if words else "newest"
    if name not in ORDERS:
        raise BadSearch(f"sort by {', '.join(ORDERS)}, not by {name}")
    if name == "best" and not words:
        raise BadSearch("without words no article is better than another: sort by newest or oldest")
    return ORDERS[name]


def _given(narrowed: Narrowed) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields that are given, in the order of FILTERS, with their values."""
    for name in FILTERS:
        value = getattr(narrowed, name)
        if isinstance(value, tuple):
            if value:
                yield name, value
        elif value is not None:
            yield name, (_day(name, value) if name in ("since", "until") else str(value),)


def _day(name: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise BadSearch(f"{name}: {value!r} is no day; write it as 2026-03-01") from None
