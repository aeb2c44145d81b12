"""Is it working? Counts per stage, what died and why, and how fresh each source is."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from schemas.codec import decode
from schemas.topics import SOURCES as SOURCE_RECORDS
from services.runtime.place import Place
from services.runtime.reasons import READ
from services.store.endings import LATELY, WINDOW, all_fail, read_lately
from services.store.freshness import BROUGHT, SourceAge
from services.store.migrate import MigrationRefused, known_migrations, pending_migrations
from services.store.reading import Reader, reading
from services.store.trace import PIPELINE

COUNTED = ("articles", "stories", "memberships", "entities", "topics", "fates", "dead_letters", "sources")

FATES = "SELECT stage, fate, reason, count(*) AS times FROM fates GROUP BY stage, fate, reason"
TIMES = "SELECT stage, min(at) AS first_at, max(at) AS last_at FROM fates GROUP BY stage"
RECENT = "SELECT stage, count(*) AS times FROM fates WHERE at >= $1 GROUP BY stage"
PACE = timedelta(minutes=15)  # before the newest fate: what a stage did then is its pace
LEAST_PACE = timedelta(minutes=1)  # the same where the whole journal is younger
DEAD_LETTERS = """
SELECT topic, stage, reason, count(*) AS letters, max(last_at) AS last_at
  FROM dead_letters GROUP BY topic, stage, reason ORDER BY letters DESC, topic, stage, reason
"""
LAYOUT = "SELECT number, sha256 FROM migrations"
FLOOD = 100  # dead letters: how long ago was the one so many before the newest?
FLOOD_AT = f"SELECT last_at FROM dead_letters ORDER BY last_at DESC LIMIT 1 OFFSET {FLOOD - 1}"  # noqa: S608 - our own number
# Every source that is read, and every one that an article names, heard of or not.
SOURCES = f"""
WITH fresh AS ({BROUGHT})
SELECT s.source_id, s.name, s.family, coalesce(f.articles, 0) AS articles,
       coalesce(f.arrivals, 0) AS arrivals, f.oldest, f.newest, s.seen_at, s.record
  FROM sources s LEFT JOIN fresh f ON f.source_id = s.source_id
 UNION ALL
SELECT f.source_id, NULL, NULL, f.articles, f.arrivals, f.oldest, f.newest, NULL, NULL
  FROM fresh f WHERE f.source_id NOT IN (SELECT source_id FROM sources)
 ORDER BY newest DESC NULLS LAST, 1
"""  # noqa: S608 - our own text


class StageCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One stage's journal; taken = done + skipped + dead. `reasons` are those of skipped and dead."""

    stage: str
    taken: int
    done: int
    skipped: int
    dead: int
    reasons: dict[str, int]
    last_at: datetime | None = None  # when it last did something
    pace: float = 0.0  # messages a second, in the PACE before the newest fate of any stage


class DeadLetterCount(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters of one topic for one reason."""

    topic: str  # the one they were read from
    stage: str
    reason: str
    letters: int
    last_at: datetime


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The pipeline as the store sees it."""

    stages: tuple[StageCounts, ...]  # in pipeline order
    dead_letters: tuple[DeadLetterCount, ...]  # most frequent first
    sources: tuple[SourceAge, ...]  # freshest first, silent ones last
    counts: dict[str, int]  # rows by table
    flood_at: datetime | None = None  # when the FLOOD latest dead letters began; None if there are fewer
    begun_at: datetime | None = None  # when any stage first did something
    failing: tuple[str, ...] = ()  # ids of sources of which no page can be read
    misfit: str | None = None  # why this release cannot write the store


class Times(msgspec.Struct, frozen=True):
    """When a stage first and last did something."""

    first_at: datetime
    last_at: datetime


UNREAD = Status(stages=(), dead_letters=(), sources=(), counts={})
"""What is known of a store that cannot be read."""


def status(place: Place) -> Status:
    """The counts of this moment. Raises Transient where the store cannot be read."""
    with reading(place) as store:
        times = {row["stage"]: msgspec.convert(row, Times) for row in store.rows(TIMES)}
        misfit, sources = _misfit(store), source_ages(store)
        return Status(
            stages=_stages(list(store.rows(FATES)), times, _paces(store, times.values())),
            dead_letters=tuple(msgspec.convert(row, DeadLetterCount) for row in store.rows(DEAD_LETTERS)),
            sources=sources,
            counts={table: _count(store, table) for table in COUNTED},
            flood_at=_moment(list(store.rows(FLOOD_AT))),
            begun_at=min((each.first_at for each in times.values()), default=None),
            misfit=misfit,
            failing=() if misfit else _failing(store, sources, times.values()),
        )


def _failing(store: Reader, sources: Collection[SourceAge], times: Collection[Times]) -> tuple[str, ...]:
    """The sources that are read and of which no page can be, by the time of the newest fate."""
    if not times:
        return ()
    lately = read_lately(store.rows(LATELY, max(each.last_at for each in times) - WINDOW))
    failing = {source_id for source_id, each in lately.items() if all_fail(each.endings, READ)}
    return tuple(each.source_id for each in sources if each.feeds and each.source_id in failing)


def _misfit(store: Reader) -> str | None:
    applied = {row["number"]: row["sha256"] for row in store.rows(LAYOUT)}
    try:
        pending = pending_migrations(known_migrations(store.engine), applied)
    except MigrationRefused as exc:
        return str(exc)
    return (
        f"{pending[0].name} is not applied yet: run `sirwan migrate`, or start the store" if pending else None
    )


def source_ages(store: Reader) -> tuple[SourceAge, ...]:
    """Every source and what has come of it."""
    return tuple(map(_source, store.rows(SOURCES)))


def _source(row: dict[str, Any]) -> SourceAge:
    record = row.pop("record")
    feeds = len(decode(SOURCE_RECORDS, record).feeds) if record else 0
    return msgspec.convert({**row, "feeds": feeds}, SourceAge)


def _moment(rows: list[dict[str, Any]]) -> datetime | None:
    return msgspec.convert(rows[0]["last_at"], datetime) if rows else None


def _paces(store: Reader, times: Collection[Times]) -> Mapping[str, float]:
    """Messages a second that each stage settled in the PACE before the newest fate."""
    if not times:
        return {}
    newest, first = max(each.last_at for each in times), min(each.first_at for each in times)
    long = max(LEAST_PACE, min(PACE, newest - first))
    recent = store.rows(RECENT, newest - long)
    return {row["stage"]: row["times"] / long.total_seconds() for row in recent}


def _stages(
    rows: list[dict[str, Any]], times: Mapping[str, Times], paces: Mapping[str, float]
) -> tuple[StageCounts, ...]:
    order = [stage for stage in PIPELINE if stage in times] + sorted(times.keys() - set(PIPELINE))
    return tuple(
        _stage(name, [row for row in rows if row["stage"] == name], times[name], paces.get(name, 0.0))
        for name in order
    )


def _stage(name: str, rows: list[dict[str, Any]], times: Times, pace: float) -> StageCounts:
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
        last_at=times.last_at,
        pace=pace,
    )


def _count(store: Reader, table: str) -> int:
    (row,) = store.rows(f"SELECT count(*) AS counted FROM {table}")  # noqa: S608 - a name of COUNTED
    return int(row["counted"])
