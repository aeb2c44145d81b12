"""Is it working? Counts per stage, what died and why, and how fresh each source is."""

from datetime import datetime
from typing import Any

import msgspec

from services.runtime.place import Place
from services.store.reading import Reader, reading
from services.store.trace import PIPELINE

COUNTED = ("articles", "stories", "memberships", "entities", "topics", "fates", "dead_letters", "sources")

FATES = "SELECT stage, fate, reason, count(*) AS times FROM fates GROUP BY stage, fate, reason"
DEAD_LETTERS = """
SELECT topic, stage, reason, count(*) AS letters, max(last_at) AS last_at
  FROM dead_letters GROUP BY topic, stage, reason ORDER BY letters DESC, topic, stage, reason
"""
# Every source that is read, and every one that an article names, heard of or not.
SOURCES = """
WITH fresh AS (SELECT source_id, count(*) AS articles, max(fetched_at) AS newest
                 FROM articles WHERE source_id IS NOT NULL GROUP BY source_id)
SELECT s.source_id, s.name, s.family, coalesce(f.articles, 0) AS articles, f.newest
  FROM sources s LEFT JOIN fresh f ON f.source_id = s.source_id
 UNION ALL
SELECT f.source_id, NULL, NULL, f.articles, f.newest
  FROM fresh f WHERE f.source_id NOT IN (SELECT source_id FROM sources)
 ORDER BY newest DESC NULLS LAST, 1
"""


class StageCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One stage's journal; taken = done + skipped + dead. `reasons` are those of skipped and dead."""

    stage: str
    taken: int
    done: int
    skipped: int
    dead: int
    reasons: dict[str, int]


class DeadLetterCount(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters of one topic for one reason."""

    topic: str  # the one they were read from
    stage: str
    reason: str
    letters: int
    last_at: datetime


class SourceAge(msgspec.Struct, frozen=True, kw_only=True):
    """A source and its newest enriched article; `newest` is None for a silent one."""

    source_id: str
    name: str | None
    family: str | None
    articles: int
    newest: datetime | None  # when it was fetched


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The pipeline as the store sees it."""

    stages: tuple[StageCounts, ...]  # in pipeline order
    dead_letters: tuple[DeadLetterCount, ...]  # most frequent first
    sources: tuple[SourceAge, ...]  # freshest first, silent ones last
    counts: dict[str, int]  # rows by table


def status(place: Place) -> Status:
    """The counts of this moment. Raises Transient where the store cannot be read."""
    with reading(place) as store:
        return Status(
            stages=_stages(list(store.rows(FATES))),
            dead_letters=tuple(msgspec.convert(row, DeadLetterCount) for row in store.rows(DEAD_LETTERS)),
            sources=tuple(msgspec.convert(row, SourceAge) for row in store.rows(SOURCES)),
            counts={table: _count(store, table) for table in COUNTED},
        )


def _stages(rows: list[dict[str, Any]]) -> tuple[StageCounts, ...]:
    met = {row["stage"] for row in rows}
    order = [stage for stage in PIPELINE if stage in met] + sorted(met - set(PIPELINE))
    return tuple(_stage(name, [row for row in rows if row["stage"] == name]) for name in order)


def _stage(name: str, rows: list[dict[str, Any]]) -> StageCounts:
    totals = dict.fromkeys(("done", "skipped", "dead"), 0)
    reasons: dict[str, int] = {}
    for row in rows:
        totals[row["fate"]] = totals.get(row["fate"], 0) + row["times"]
        if row["fate"] != "done":
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["times"]
    return StageCounts(
        stage=name,
        taken=sum(totals.values()),
        done=totals["done"],
        skipped=totals["skipped"],
        dead=totals["dead"],
        reasons=reasons,
    )


def _count(store: Reader, table: str) -> int:
    (row,) = store.rows(f"SELECT count(*) AS counted FROM {table}")  # noqa: S608 - a name of COUNTED
    return int(row["counted"])
