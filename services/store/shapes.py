"""How articles are found by their words: the query for each engine, by how common the words are. Pure.

Each gives `page_id, score, day, came` of usable articles, in words of services/store/dialect.py; conditions
may be appended.
"""

from collections.abc import Callable, Mapping

FOUND = """
SELECT a.page_id AS page_id, %s AS score, {day} AS day, a.fetched_at AS came
  FROM %s WHERE a.status = 'usable' AND %s
"""
ALL = FOUND % ("0.0", "articles a", "$1 = ''")
BEST = FOUND % ("{score}", "{hits}", "{matches}")
BY_WORDS = FOUND % ("0.0", "{hits}", "{matches}")
BY_DAY = FOUND % (
    "0.0",
    "articles a CROSS JOIN search_text w ON w.page_id = a.page_id",
    "EXISTS (SELECT 1 FROM search WHERE search MATCH $1 AND search.rowid = w.id)",
)
"""Of SQLite: day by day, each article asked whether it has the words."""

BEST_OF_LAST = FOUND % (
    "{score}",
    "{hits}",
    """{matches} AND search.rowid >= (SELECT min(l.rowid) FROM (
     SELECT rowid FROM search WHERE search MATCH $1 ORDER BY rowid DESC LIMIT %d) l)""",
)
LAST = 2_000
"""Of SQLite: of the articles with these words those that came last, and only they are ranked. Another choice
would cost more than ranking all: for each stretch of ids bm25 counts anew how many have the words."""

BEST_OF_NEWEST = """
SELECT w.page_id AS page_id, {score} AS score, w.day AS day, w.came AS came FROM (
  SELECT a.page_id AS page_id, {day} AS day, a.fetched_at AS came, w.words AS words
    FROM {hits} WHERE a.status = 'usable' AND {matches}
"""
OF_THESE = " ORDER BY day DESC, came DESC, page_id LIMIT %d) w"
NEWEST = 200
"""Of PostgreSQL: the first articles by day that are wanted, and only they are ranked: a rank costs it as much
as reading all words of an article."""

COMMON: Mapping[str, int] = {"sqlite": 2_000, "postgres": 5_000}
"""Articles. What more of them have is soon met with day by day: ten hits of 100,000 articles are among some
hundreds. What fewer have is faster found by itself and sorted (`python -m bench.search`)."""

FEW = 20
"""Wanted hits for which that holds; of n times as many, √n times as many articles are common."""


def common(engine: str, few: int) -> int:
    """How many articles a common word has, where so many of them are wanted."""
    return int(COMMON[engine] * max(1.0, few / FEW) ** 0.5)


Shape = Callable[[str, int], str]
"""The query with these conditions, of which so many are wanted."""

WHEN_COMMON: Mapping[tuple[str, bool], Shape] = {
    ("sqlite", True): lambda conditions, few: BEST_OF_LAST % max(LAST, few) + conditions,
    ("sqlite", False): lambda conditions, _: BY_DAY + conditions,
    ("postgres", True): lambda conditions, few: BEST_OF_NEWEST + conditions + OF_THESE % max(NEWEST, few),
    ("postgres", False): lambda conditions, _: BY_WORDS + conditions,  # it goes day by day on its own
}
"""By engine, and whether the best are wanted."""
