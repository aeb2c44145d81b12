"""Find articles by their words: the read side, on a connection of its own."""

from typing import Any

import msgspec

from services.runtime.place import Place
from services.store.narrowing import UNNARROWED, Narrowed, Order, conditions, order_of, slots
from services.store.query import BadSearch, Query, parse_query
from services.store.reading import Reader, reading, storable
from services.store.shapes import ALL, BEST, BY_WORDS, WHEN_COMMON, common
from services.store.snippet import Snippet, cut_snippet

MOST_HITS = 1000

MANY = "SELECT count(*) AS found FROM (SELECT 1 FROM %s LIMIT %d) c"
FEW_ENTITIES = 2_000
WITH_ENTITIES = MANY % ("entities WHERE entity_id IN (%s)", FEW_ENTITIES + 1)
SHOWN = """
SELECT a.page_id, a.title, a.text, a.canonical_url AS url, a.source_id, a.language, a.published, a.fetched_at,
       a.copy_verdict, a.story_id, f.score,
       (SELECT s.name FROM sources s WHERE s.source_id = a.source_id) AS publisher,
       coalesce((SELECT s.independent_sources FROM stories s WHERE s.story_id = a.story_id),
                a.independent_sources) AS independent_sources,
       (SELECT {grades} FROM relevance r WHERE r.page_id = a.page_id AND r.grade > 0) AS countries
"""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One usable article that is wanted. `score`, the engine's own: higher is better; 0 if sorted by day."""

    page_id: str
    title: str | None
    url: str
    source_id: str | None
    publisher: str | None  # name of the source
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
    narrowed: Narrowed = UNNARROWED,
    *,
    order: str | None = None,
    limit: int = 20,
    skip: int = 0,
) -> list[Hit]:
    """The first `limit` articles for what was typed (services/store/query.py says how it is read), or for
    nothing typed all that narrowing leaves. `order`: services/store/narrowing.py.

    Raises BadSearch for a search that means nothing and Transient where the store cannot be read.
    """
    if not 1 <= limit <= MOST_HITS:
        raise BadSearch(f"the limit is {limit}; it must be from 1 to {MOST_HITS}")
    if not 0 <= skip <= MOST_HITS - limit:
        raise BadSearch(f"at most {MOST_HITS} hits are shown: narrow the search, or export it")
    query = read_query(typed)
    sort = order_of(order, query is not None)
    with reading(place) as store:
        found = found_by(store, query, narrowed, best=sort.by_score, few=skip + limit)
        rows = _first(store, found, sort, limit, skip)
        if len(rows) < limit and sort.by_score and store.engine == "sqlite":
            # Perhaps only those that came last were looked at; PostgreSQL narrows before it chooses.
            whole = found_by(store, query, narrowed, best=True)
            rows = rows if whole == found else _first(store, whole, sort, limit, skip)
        return [_hit(row, query) for row in rows]


def read_query(typed: str) -> Query | None:
    """What was typed; None for nothing, which finds all that narrowing leaves. Raises BadSearch."""
    return parse_query(typed) if typed.strip() else None


def _first(
    store: Reader, found: tuple[str, list[str]], sort: Order, limit: int, skip: int
) -> list[dict[str, Any]]:
    query, values = found
    return list(
        store.rows(
            f"{SHOWN} FROM ({query} ORDER BY {sort.found} LIMIT {limit:d} OFFSET {skip:d}) f"
            f" JOIN articles a ON a.page_id = f.page_id ORDER BY {sort.shown}",
            *values,
        )
    )


def found_by(
    store: Reader, query: Query | None, narrowed: Narrowed, *, best: bool = False, few: int = 0
) -> tuple[str, list[str]]:
    """The query for `page_id, score, day, came` of every usable article wanted, unsorted, and its values.

    `best`: they are sorted by score, which is 0 otherwise. `few`: only the first so many are wanted; 0: all.
    Of common words the best few are then those of the newest (services/store/shapes.py). Raises BadSearch.
    """
    ids = [*map(storable, narrowed.entities)]
    rare = bool(ids) and _count(store, WITH_ENTITIES % slots(1, len(ids)), *ids) <= FEW_ENTITIES
    sql, given = conditions(narrowed, 2, rare=rare)
    if query is None:
        return ALL + sql, ["", *map(storable, given)]
    store.prefer_indexes()
    asked = store.matching(query)
    values = [asked, *map(storable, given)]
    most = common(store.engine, few)
    if few and store.with_words(asked, most + 1) > most:
        return WHEN_COMMON[store.engine, best](sql, few), values
    return (BEST if best else BY_WORDS) + sql, values


def _count(store: Reader, query: str, *values: str) -> int:
    (row,) = store.rows(query, *values)
    return int(row["found"])


def _hit(row: dict[str, Any], query: Query | None) -> Hit:
    text, countries = row.pop("text"), row.pop("countries")
    grades = msgspec.json.decode(countries, type=dict[str, int])
    return Hit(**row, countries=grades, snippet=cut_snippet(text, query.wanted if query else ()))
