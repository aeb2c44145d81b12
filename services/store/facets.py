"""What a search finds, counted: by day for a timeline, and by what it may be narrowed to."""

from collections import defaultdict
from typing import Any

import msgspec

from services.runtime.place import Place
from services.store.narrowing import Narrowed
from services.store.query import Query
from services.store.reading import reading
from services.store.search import found_by

MOST = 5_000
"""Hits that are counted, the newest: more cost a reader seconds and tell him no more."""
VALUES = 15  # of one facet, the most frequent

# One pass finds the hits and one reads their rows, which are long; all counts are made of these.
HITS = """
WITH found AS (SELECT f.page_id, f.day FROM (%s) f ORDER BY f.day DESC LIMIT %d),
     hits AS MATERIALIZED (
       SELECT f.page_id, f.day, a.language, a.copy_verdict, a.source_id
         FROM found f {then} articles a ON a.page_id = f.page_id)
"""
FACETS = {
    "country": ("r.country", "r.country", "{then} relevance r ON r.page_id = h.page_id AND r.grade > 0"),
    "topic": ("t.topic_id", "t.name", "{then} topics t ON t.page_id = h.page_id"),
    "entity": ("e.entity_id", "e.name", "{then} entities e ON e.page_id = h.page_id"),
    "family": ("s.family", "s.family", "{then} sources s ON s.source_id = h.source_id AND s.family <> ''"),
    "language": ("h.language", "h.language", "WHERE h.language <> ''"),
    "copy": ("h.copy_verdict", "h.copy_verdict", ""),
}
"""What is counted: its value, its name, and where both are found."""
ONE = """
SELECT * FROM (SELECT '%s' AS what, %s AS value, max(%s) AS name, count(*) AS times FROM hits h %s
                GROUP BY 2 ORDER BY 4 DESC, 2 LIMIT %d) f_%s
"""
DAYS = "SELECT 'day' AS what, h.day AS value, h.day AS name, count(*) AS times FROM hits h GROUP BY h.day"
COUNTS = " UNION ALL ".join([DAYS, *(ONE % (what, *parts, VALUES, what) for what, parts in FACETS.items())])


class Counted(msgspec.Struct, frozen=True):
    """How many hits have this value."""

    value: str  # what a search is narrowed by
    name: str
    times: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, in numbers. Facets: the most frequent values first."""

    total: int
    more: bool  # there are more hits than were counted: `total` and all else is of the newest
    days: tuple[Counted, ...]  # by day or, where no more is known, month; the first day first
    facets: dict[str, tuple[Counted, ...]]  # country | topic | entity | family | language | copy


def count(place: Place, query: Query | None, narrowed: Narrowed) -> Counts:
    """Of every usable article that is wanted. Raises BadSearch, and Transient("store-unavailable")."""
    with reading(place) as store:
        found, values = found_by(store, query, narrowed, few=MOST)
        rows = list(store.rows(HITS % (found, MOST + 1) + COUNTS, *values))
    of: dict[str, list[Counted]] = defaultdict(list)
    for row in rows:
        of[row["what"]].append(_counted(row))
    days = sorted(of.pop("day", ()), key=lambda day: day.value)
    total = sum(day.times for day in days)
    facets = {what: tuple(of[what]) for what in FACETS if what in of}
    return Counts(total=min(total, MOST), more=total > MOST, days=tuple(days), facets=facets)


def _counted(row: dict[str, Any]) -> Counted:
    return Counted(str(row["value"]), str(row["name"]), row["times"])
