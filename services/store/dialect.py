"""The words in which the SQL of the engines differs; everything else in a query is common to both. Pure.

A query names such a word in braces, and values as $1, $2 …. A time is text on SQLite and a timestamptz on
PostgreSQL; both readers give it as the same text.
"""

from collections.abc import Mapping

# The index is the outer loop (CROSS JOIN keeps the order), hits come out of it best first, and the limit
# stops it: articles are looked up one by one until there are enough.
SQLITE: Mapping[str, str] = {
    "then": "CROSS JOIN",  # keeps the order: SQLite would begin with the larger table
    "grades": "json_group_object(r.country, r.grade)",
    "day": "substr(coalesce(a.published, a.fetched_at), 1, 10)",
    "moment": "substr(fetched_at, 1, 15)",  # 2026-11-26T10:4
    "hits": "search CROSS JOIN search_text w ON w.id = search.rowid"
    " CROSS JOIN articles a ON a.page_id = w.page_id",
    "matches": "search MATCH $1",
    "score": "-search.rank",
    "best_first": "search.rank",
    "of_each": "fates f ON f.rowid IN (SELECT e.rowid",
    "as_f": ")",
}

# The weights are those of D, C, B and A: a word in the title (A) weighs as much as four in the text (D).
# The last argument divides by 1 + log(length), for bm25 prefers the shorter of two texts too. querytree
# leaves out what is unwanted, which would take part in the rank. to_tsquery stands in the condition itself:
# only of a constant does the planner know how common it is.
POSTGRES: Mapping[str, str] = {
    "then": "JOIN",
    "grades": "coalesce(json_object_agg(r.country, r.grade ORDER BY r.country)::text, '{}')",
    "day": "article_day(a.published, a.fetched_at)",
    "moment": "date_bin('10 minutes', fetched_at, 'epoch')",
    "hits": "search_text w JOIN articles a ON a.page_id = w.page_id",
    "matches": "w.words @@ to_tsquery('simple', $1)",
    "score": "ts_rank('{0.1, 0.1, 0.1, 0.4}', w.words,"
    " CAST(querytree(to_tsquery('simple', $1)) AS tsquery), 1)",
    "best_first": "score DESC, page_id",
    "of_each": "LATERAL (SELECT e.*",
    "as_f": ") f ON true",
}
