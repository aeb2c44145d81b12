"""Find articles by their words: the read side, on a connection of its own."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import msgspec

from services.store.query import BadSearch, Query, parse_query
from services.store.snippet import Snippet, cut_snippet
from services.store.sqlite_file import reading

MOST_HITS = 1000

# The index is the outer loop (CROSS JOIN keeps the order), hits come out of it best first, and the limit
# stops it: articles are looked up one by one until there are enough.
FIND = """
SELECT a.page_id, a.title, a.text, a.canonical_url AS url, a.source_id, a.language, a.published, a.fetched_at,
       a.copy_verdict, a.story_id, -search.rank AS score,
       coalesce((SELECT s.independent_sources FROM stories s WHERE s.story_id = a.story_id),
                a.independent_sources) AS independent_sources,
       (SELECT json_group_object(country, grade) FROM relevance r
         WHERE r.page_id = a.page_id AND r.grade > 0) AS countries
  FROM search
 CROSS JOIN search_text w ON w.id = search.rowid
 CROSS JOIN articles a ON a.page_id = w.page_id
 WHERE search MATCH :query AND a.status = 'usable'
"""
BEST_FIRST = " ORDER BY search.rank LIMIT :limit"

FILTERS: Mapping[str, str] = {
    "country": "EXISTS (SELECT 1 FROM relevance r"
    " WHERE r.page_id = a.page_id AND r.country = :country AND r.grade > 0)",
    "source": "a.source_id = :source",
    "language": "a.language = :language",
    "copy": "a.copy_verdict = :copy",
}
"""What a search may be narrowed to, each by one value."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One usable article that has all the words. `score` is bm25, higher is better."""

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
    path: Path,
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
    narrowed = {name: _storable(value) for name, value in given.items() if value is not None}
    conditions = "".join(f" AND {FILTERS[name]}" for name in narrowed)
    with reading(path) as db:
        rows = db.execute(
            FIND + conditions + BEST_FIRST, {"query": query.expression, "limit": limit, **narrowed}
        )
        return [_hit(row, query) for row in rows]


def _hit(row: sqlite3.Row, query: Query) -> Hit:
    fields = dict(row)
    snippet = cut_snippet(fields.pop("text"), query.wanted)
    countries = msgspec.json.decode(fields.pop("countries"), type=dict[str, int])
    return Hit(**fields, countries=countries, snippet=snippet)


def _storable(value: str) -> str:
    """A filter value as SQLite can take it: a broken byte of the command line matches nothing."""
    return value.encode("utf-8", "replace").decode()
