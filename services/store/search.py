"""Find articles by their words: the read side, on a connection of its own."""

from typing import Any

import msgspec

from services.runtime.place import Place
from services.store.narrowing import UNNARROWED, Narrowed, conditions, order_of, slots
from services.store.query import BadSearch, Query, parse_query
from services.store.reading import Reader, reading, storable
from services.store.snippet import Snippet, cut_snippet

MOST_HITS = 1000

FOUND = """
SELECT a.page_id AS page_id, %s AS score, {day} AS day, a.fetched_at AS came
  FROM %s WHERE a.status = 'usable' AND %s
"""
BEST = FOUND % ("{score}", "{hits}", "{matches}")
BY_WORDS = FOUND % ("0.0", "{hits}", "{matches}")
ALL = FOUND % ("0.0", "articles a", "$1 = ''")
BY_DAY = FOUND % (
    "0.0",
    "articles a CROSS JOIN search_text w ON w.page_id = a.page_id",
    "EXISTS (SELECT 1 FROM search WHERE search MATCH $1 AND search.rowid = w.id)",
)
"""Of SQLite: day by day, each article asked whether it has the words."""

COMMON = 2000
"""Articles. What more of them have is soon met with day by day: ten hits of 100,000 articles are among some
hundreds. What fewer have is faster found by itself and sorted (`python -m bench.search`)."""
FEW = 20  # hits for which that holds; of n times as many it takes √n times as many to be common
MANY = "SELECT count(*) AS found FROM (SELECT 1 FROM %s LIMIT %d) c"
WITH_WORDS = "search WHERE search MATCH $1"
WITH_ENTITIES = MANY % ("entities WHERE entity_id IN (%s)", COMMON + 1)
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
    """The first `limit` articles, after `skip` others, for what was typed (services/store/query.py says how
    it is read), or for nothing typed all that narrowing leaves. `order`: services/store/narrowing.py.

    Raises BadSearch for a search that means nothing and Transient where the store cannot be read.
    """
    if not 1 <= limit <= MOST_HITS:
        raise BadSearch(f"the limit is {limit}; it must be from 1 to {MOST_HITS}")
    if not 0 <= skip <= MOST_HITS - limit:
        raise BadSearch(f"at most {MOST_HITS} hits are shown: narrow the search, or export it")
    query = read_query(typed)
    sort = order_of(order, query is not None)
    with reading(place) as store:
        found, values = found_by(store, query, narrowed, best=sort.by_score, few=skip + limit)
        rows = store.rows(
            f"{SHOWN} FROM ({found} ORDER BY {sort.found} LIMIT {limit:d} OFFSET {skip:d}) f"
            f" JOIN articles a ON a.page_id = f.page_id ORDER BY {sort.shown}",
            *values,
        )
        return [_hit(row, query) for row in rows]


def read_query(typed: str) -> Query | None:
    """What was typed; None for nothing, which finds all that narrowing leaves. Raises BadSearch."""
    return parse_query(typed) if typed.strip() else None


def found_by(
    store: Reader, query: Query | None, narrowed: Narrowed, *, best: bool = False, few: int = 0
) -> tuple[str, list[str]]:
    """The query for `page_id, score, day, came` of every usable article wanted, unsorted, and its values.

    `best`: they are sorted by score, which is 0 otherwise; `few`: so many, the first, are wanted; 0 is all.
    Raises BadSearch.
    """
    ids = [*map(storable, narrowed.entities)]
    rare = bool(ids) and _count(store, WITH_ENTITIES % slots(1, len(ids)), *ids) <= COMMON
    sql, values = conditions(narrowed, 2, rare=rare)
    if query is None:
        return ALL + sql, ["", *map(storable, values)]
    asked = store.matching(query)
    shape = BEST if best else BY_WORDS
    if few and not best and store.engine == "sqlite" and _is_common(store, asked, few):
        shape = BY_DAY  # PostgreSQL knows by itself how common a word is
    return shape + sql, [asked, *map(storable, values)]


def _is_common(store: Reader, asked: str, few: int) -> bool:
    common = int(COMMON * max(1.0, few / FEW) ** 0.5)
    return _count(store, MANY % (WITH_WORDS, common + 1), asked) > common


def _count(store: Reader, query: str, *values: str) -> int:
    (row,) = store.rows(query, *values)
    return int(row["found"])


def _hit(row: dict[str, Any], query: Query | None) -> Hit:
    text, countries = row.pop("text"), row.pop("countries")
    grades = msgspec.json.decode(countries, type=dict[str, int])
    return Hit(**row, countries=grades, snippet=cut_snippet(text, query.wanted if query else ()))
