import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from schemas.records import Record
from schemas.topics import ARTICLES_ENRICHED, STORIES
from services.runtime.health import Health
from services.runtime.metrics import Metrics
from services.stage import Poison, Transient
from services.store.delivered import Delivered
from services.store.endings import WINDOW, Lately
from services.store.freshness import Brought
from services.store.migrate import MigrationRefused
from services.store.service import BATCH, LOOK, LOOK_AGAIN, StoreService
from services.store.sqlite import SqliteSink
from services.store.tables import Row
from tests.clock import FakeClock
from tests.unit.store.records import (
    NOON,
    a_dead_letter,
    a_fate,
    a_source,
    a_story,
    an_article,
    message,
    page,
)


class Recorder:
    """A sink that keeps its batches, and refuses as it is told."""

    def __init__(self, *troubles: Exception | None) -> None:
        self.troubles = list(troubles)  # one a call of open or write, first to last
        self.batches: list[list[Row]] = []
        self.poisonous: set[str] = set()
        self.opened = False
        self.found: dict[str, Brought] = {}
        self.unread: list[Exception] = []  # one a call of brought, first to last
        self.looks = 0
        self.since: datetime | None = None  # of the last look at how pages ended

    async def open(self) -> None:
        self._stumble()
        self.opened = True

    async def write(self, rows: Sequence[Row]) -> None:
        self._stumble()
        if any(row.key[0] in self.poisonous for row in rows):
            raise Poison("row-refused", "constraint")
        self.batches.append(list(rows))

    async def brought(self) -> Mapping[str, Brought]:
        self.looks += 1
        if self.unread:
            raise self.unread.pop(0)
        return self.found

    async def lately(self, since: datetime) -> Mapping[str, Lately]:
        self.since = since
        return {}

    async def shred(self) -> None:
        raise AssertionError("nobody asked for it")

    async def close(self) -> None:
        self.opened = False

    def _stumble(self) -> None:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble


def a_store(sink: Any, health: Health | None = None) -> StoreService:
    clock = FakeClock()
    return StoreService(sink, clock, health or a_health(), Delivered(Metrics(), clock, {}))


@asynccontextmanager
async def running(sink: Any, health: Health | None = None) -> AsyncIterator[StoreService]:
    service = a_store(sink, health or a_health())
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


def a_health() -> Health:
    health = Health("store", Metrics())
    health.cleared("starting")
    return health


async def keep(service: StoreService, *records: Record) -> list[Any]:
    return await asyncio.gather(
        *(service.handle(record, message(record)) for record in records), return_exceptions=True
    )


AWAY = Transient("store-unavailable", "store.db: disk full; make room")


async def test_every_kind_of_record_is_kept(tmp_path: Path) -> None:
    async with running(SqliteSink(tmp_path / "store.db")) as service:
        assert await keep(service, an_article(), a_story(), a_fate(), a_source(), a_dead_letter()) == [()] * 5
    with closing(sqlite3.connect(tmp_path / "store.db")) as db:
        for table in ("articles", "stories", "fates", "sources", "dead_letters"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table  # noqa: S608 - names above


async def test_rows_that_come_together_are_one_transaction() -> None:
    sink = Recorder()
    async with running(sink) as service:
        await keep(service, *(an_article(str(number)) for number in range(BATCH + 50)))
    assert [len(batch) for batch in sink.batches] == [BATCH, 50]


async def test_rows_keep_the_order_of_their_messages() -> None:
    sink = Recorder()
    async with running(sink) as service:
        await keep(service, *(an_article(version=version) for version in range(50)))
    assert [row.values[1] for batch in sink.batches for row in batch] == list(range(50))


async def test_a_handler_returns_only_when_its_row_is_committed() -> None:
    sink = Recorder(AWAY)
    service = a_store(sink)
    waiting = asyncio.create_task(service.handle(an_article(), message(an_article())))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await service.start()
    await waiting
    assert sink.batches
    await service.stop()


async def test_what_has_come_is_asked_again_where_it_could_not_be_read_and_rows_do_not_wait_for_it() -> None:
    sink, metrics, clock = Recorder(), Metrics(), FakeClock()
    sink.found = {"somebody": Brought(articles=1, arrivals=1, oldest=NOON, newest=NOON)}
    sink.unread = [AWAY, AWAY]
    delivered = Delivered(metrics, clock, {})
    service = StoreService(sink, clock, a_health(), delivered)
    await service.start()
    for looks in (1, 2, 3):
        assert sink.looks == looks
        await clock.sleep(LOOK_AGAIN)
        assert await keep(service, a_fate()) == [()]
        await asyncio.sleep(0)
    delivered.show()
    newest = metrics.value("sirwan_newest_article_timestamp_seconds", family="unknown", source="unknown")
    assert (newest, sink.opened, sink.unread, len(sink.batches)) == (NOON.timestamp(), True, [], 3)
    await service.stop()


async def test_while_the_database_is_away_it_is_not_ready_and_then_resumes_by_itself() -> None:
    sink = Recorder(None, AWAY, AWAY, AWAY)
    with capture_logs() as logs:
        health = a_health()
        async with running(sink, health) as service:
            seen = [health.causes]
            sink.write, write = (lambda rows: watch(rows)), sink.write  # type: ignore[method-assign] # look in passing

            async def watch(rows: Sequence[Row]) -> None:
                seen.append(health.causes)
                await write(rows)

            assert await keep(service, an_article(), a_fate()) == [(), ()]
            assert health.ready
    assert seen == [{}, {}, *[{"store": str(AWAY)}] * 3]
    assert [len(batch) for batch in sink.batches] == [2]
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [
        ("store-unavailable", "warning"),
        ("store-resumed", "info"),
    ]


@pytest.mark.parametrize("trouble", [AWAY, None], ids=["away at the start", "there"])
async def test_it_starts_without_its_database_and_opens_it_when_it_comes(trouble: Exception | None) -> None:
    health = a_health()
    async with running(Recorder(trouble), health) as service:
        assert health.ready is (trouble is None)
        assert await keep(service, an_article()) == [()]
        assert health.ready


async def test_a_layout_that_does_not_fit_ends_the_start() -> None:
    with pytest.raises(MigrationRefused):
        await a_store(Recorder(MigrationRefused("use a newer release"))).start()


@pytest.mark.parametrize("bad", [{0}, {3}, {9}, {0, 1, 8}, set(range(10))], ids=str)
async def test_a_row_the_database_never_accepts_is_refused_alone(bad: set[int]) -> None:
    sink = Recorder()
    sink.poisonous = {page(str(number)) for number in bad}
    async with running(sink) as service:
        results = await keep(service, *(an_article(str(number)) for number in range(10)))
    refused = {number for number, result in enumerate(results) if isinstance(result, Poison)}
    assert refused == bad
    assert {result.reason for result in results if isinstance(result, Poison)} == {"row-refused"}
    assert all(page(str(number)) in results[number].detail for number in bad)
    assert sum(len(batch) for batch in sink.batches) == 10 - len(bad)


async def test_a_bug_in_the_sink_is_told_to_every_handler_and_stops_nothing() -> None:
    sink = Recorder(None, RuntimeError("a bug"))
    async with running(sink) as service:
        results = await keep(service, an_article(), a_fate())
        assert [type(result) for result in results] == [RuntimeError, RuntimeError]
        assert await keep(service, an_article(), a_fate()) == [(), ()]


async def test_a_handler_that_gives_up_does_not_disturb_the_others() -> None:
    sink = Recorder()
    async with running(sink) as service:
        tasks = [asyncio.create_task(service.handle(an_article(), message(an_article()))) for _ in range(2)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        assert await tasks[1] == ()
    assert tasks[0].cancelled()


async def test_stopping_lets_nobody_wait_for_ever() -> None:
    sink = Recorder(None, *[AWAY] * 10_000)
    async with running(sink) as service:
        tasks = [
            asyncio.create_task(service.handle(an_article(str(n)), message(an_article()))) for n in range(300)
        ]
        await asyncio.sleep(0.05)
    await asyncio.wait(tasks, timeout=1)
    assert all(task.cancelled() for task in tasks)
    assert not sink.batches
    assert not sink.opened


def test_the_journal_is_not_journaled_and_no_message_is_dead_for_want_of_a_database() -> None:
    service = a_store(Recorder()).service()
    fated = {topic.name for topic in service.sources} - service.bookkeeping
    assert fated == {ARTICLES_ENRICHED.name, STORIES.name}
    assert service.seconds > 30 * 24 * 3600
    assert service.concurrency > BATCH


async def test_delivery_is_told_of_what_is_committed_and_of_nothing_else() -> None:
    sink, metrics, clock = Recorder(), Metrics(), FakeClock()
    sink.poisonous = {page("bad")}
    service = StoreService(sink, clock, a_health(), Delivered(metrics, clock, {}))
    await service.start()
    await keep(service, an_article("good"), an_article("bad"), a_story())
    await service.stop()
    counted = {each: metrics.value("sirwan_store_rows_total", table=each) for each in ("articles", "stories")}
    assert counted == {"articles": 1, "stories": 1}


async def test_after_a_restart_delivery_knows_how_fresh_the_database_is(tmp_path: Path) -> None:
    for restarted in (False, True):
        metrics, clock = Metrics(), FakeClock()
        delivered = Delivered(metrics, clock, {})
        service = StoreService(SqliteSink(tmp_path / "store.db"), clock, a_health(), delivered)
        await service.start()
        delivered.show()
        known = b"sirwan_newest_article_timestamp_seconds{" in metrics.exposition()
        assert known is restarted
        await keep(service, an_article())
        await service.stop()


async def test_what_has_come_is_looked_at_again_after_a_while() -> None:
    sink, clock = Recorder(), FakeClock()
    service = StoreService(sink, clock, a_health(), Delivered(Metrics(), clock, {}))
    await service.start()
    seen = []
    for passed in (0, LOOK - 1, 1):
        await clock.sleep(passed)
        await keep(service, a_fate())
        await asyncio.sleep(0)
        seen.append(sink.looks)
    assert seen == [1, 1, 2]
    assert sink.since == clock.now() - WINDOW
    await service.stop()


async def test_rows_that_wait_are_counted() -> None:
    service = a_store(Recorder(AWAY))
    tasks = [asyncio.create_task(service.handle(an_article(), message(an_article()))) for _ in range(3)]
    await asyncio.sleep(0)
    assert service.waiting == 3
    await service.stop()
    await asyncio.wait(tasks)
    assert service.waiting == 0
