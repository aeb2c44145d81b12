"""Find articles by their words: the read side, on a connection of its own."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.runtime.place import Place
from services.store.query import BadSearch, Query, parse_query
from services.store.reading import reading, storable
from services.store.snippet import Snippet, cut_snippet

MOST_HITS = 1000

FIND = """
SELECT a.page_id, a.title, a.text, a.canonical_url AS url, a.source_id, a.language, a.published, a.fetched_at,
       a.copy_verdict, a.story_id, {score} AS score,
       coalesce((SELECT s.independent_sources FROM stories s WHERE s.story_id = a.story_id),
                a.independent_sources) AS independent_sources,
       (SELECT {grades} FROM relevance r WHERE r.page_id = a.page_id AND r.grade > 0) AS countries
  FROM {hits}
 WHERE {matches} AND a.status = 'usable'
"""
BEST_FIRST = " ORDER BY {best_first} LIMIT $2"

FILTERS: Mapping[str, str] = {
    "country": "EXISTS (SELECT 1 FROM relevance r"
    " WHERE r.page_id = a.page_id AND r.country = $%d AND r.grade > 0)",
    "source": "a.source_id = $%d",
    "language": "a.language = $%d",
    "copy": "a.copy_verdict = $%d",
}
"""What a search may be narrowed to, each by one value."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One usable article that has all the words. `score` is the engine's own, higher is better."""

    page_id: str
    title: str | None
    url: str
    source_id: str | None
    language: str | None
    published: str | None  # ISO 8601, as precise as the page says
    fetched_at: str
    countries: dict[str, int]  # ISO 3166-1 alpha-2 → grade 1 or 2
    copy_verdict: str
    story_id: str
    independent_sources: int  # of its story, as it is now
    score: float
    snippet: Snippet


def search(
    place: Place,
    typed: str,
    *,
    country: str | None = None,
    source: str | None = None,
    language: str | None = None,
    copy: str | None = None,
    limit: int = 20,
) -> list[Hit]:
    """The best `limit` articles for what was typed (services/store/query.py says how it is read).

    Raises BadSearch for a search that means nothing and Transient where the store cannot be read.
    """
    if not 1 <= limit <= MOST_HITS:
        raise BadSearch(f"the limit is {limit}; it must be from 1 to {MOST_HITS}")
    query = parse_query(typed)
    given = {"country": country, "source": source, "language": language, "copy": copy}
    narrowed = {name: storable(value) for name, value in given.items() if value is not None}
    conditions = "".join(f" AND {FILTERS[name] % number}" for number, name in enumerate(narrowed, 3))
    with reading(place) as store:
        values = (store.matching(query), limit, *narrowed.values())
        return [_hit(row, query) for row in store.rows(FIND + conditions + BEST_FIRST, *values)]


def _hit(row: dict[str, Any], query: Query) -> Hit:
    text, countries = row.pop("text"), row.pop("countries")
    grades = msgspec.json.decode(countries, type=dict[str, int])
    return Hit(**row, countries=grades, snippet=cut_snippet(text, query.wanted))
