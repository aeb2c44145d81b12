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
    entity: str | None = None  # id or name
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


FILTERS: Mapping[str, str] = {
    "country": "EXISTS (SELECT 1 FROM relevance r WHERE r.page_id = a.page_id"
    " AND r.country = {value} AND r.grade >= {grade})",
    "grade": "EXISTS (SELECT 1 FROM relevance r WHERE r.page_id = a.page_id AND r.grade >= {grade})",
    "topic": "EXISTS (SELECT 1 FROM topics t WHERE t.page_id = a.page_id"
    " AND (t.topic_id = {value} OR t.name = {value}))",
    "entity": "EXISTS (SELECT 1 FROM entities e WHERE e.page_id = a.page_id"
    " AND (e.entity_id = {value} OR e.name = {value}))",
    "source": "a.source_id = {value}",
    "family": "a.source_id IN (SELECT s.source_id FROM sources s WHERE s.family = {value})",
    "language": "a.language = {value}",
    "copy": "a.copy_verdict = {value}",
    "story": "a.story_id = {value}",
    # a day that is known to the month only is compared to the month
    "since": "{{day}} >= substr(CAST({value} AS text), 1, length({{day}}))",
    "until": "{{day}} <= {value}",
}

ORDERS: Mapping[str, Order] = {
    "best": Order("{best_first}", "f.score DESC, a.page_id"),
    "newest": Order("day DESC, came DESC, page_id", "f.day DESC, f.came DESC, a.page_id"),
    "oldest": Order("day, came, page_id", "f.day, f.came, a.page_id"),
}


def conditions(narrowed: Narrowed, first: int) -> tuple[str, list[str]]:
    """The conditions as SQL that is to be appended, and their values, which are $`first` and the following.

    Raises BadSearch for a grade or a day that is none.
    """
    if narrowed.grade is not None and narrowed.grade not in GRADES:
        raise BadSearch(f"the grade is {narrowed.grade}; it must be 1 (secondary) or 2 (primary)")
    sql, values = "", list[str]()
    for name, value in _given(narrowed):
        slot = f"${first + len(values)}"
        if name != "grade":
            values.append(value)
        elif narrowed.country is not None:
            continue
        sql += " AND " + FILTERS[name].format(value=slot, grade=narrowed.grade or 1)
    return sql, values


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


def _given(narrowed: Narrowed) -> Iterator[tuple[str, str]]:
    for name in FILTERS:
        value = getattr(narrowed, name)
        if value is not None:
            yield name, _day(name, value) if name in ("since", "until") else str(value)


def _day(name: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise BadSearch(f"{name}: {value!r} is no day; write it as 2026-03-01") from None
