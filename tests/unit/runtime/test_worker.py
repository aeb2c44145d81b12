"""The worker on the in-process broker: every message one fate, nothing lost, pauses that end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.records import DeadLetter, Fate, FetchRequest, RawPage, Record
from schemas.topics import DEAD_LETTERS, FETCH_REQUESTS, JOURNAL, PAGES_FETCHED
from services.runtime.bus import BrokerDown, Message
from services.runtime.health import Health
from services.runtime.memory import MemoryBus
from services.runtime.metrics import Metrics
from services.runtime.retry import Retry
from services.runtime.service import Service, from_stage
from services.runtime.state import SqliteState
from services.runtime.worker import Patience, Worker
from services.stage import Emit, Erase, Memory, Outgoing, Poison, Remember, Skip, Stage, Transient
from tests.clock import FakeClock
from tests.records import a_page, a_request

QUICK = Retry(attempts=3, first_wait=0.001, longest_wait=0.002)


def fetch(request: FetchRequest) -> list[Outgoing]:
    refusals: dict[str, Exception] = {
        "/skip": Skip("not-html", "application/pdf"),
        "/poison": Poison("body-too-large", "9 MiB"),
        "/bug": ValueError("boom"),
    }
    for path, exc in refusals.items():
        if request.url.endswith(path):
            raise exc
    page = a_page(request.url)
    return [Emit(PAGES_FETCHED, page.page_id, page, page.canonical_url)]


def a_service(**changes: Any) -> Service:
    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        assert isinstance(record, FetchRequest)
        return fetch(record)

    fields: dict[str, Any] = {"name": "fetcher", "sources": (FETCH_REQUESTS,), "handle": handle}
    return Service(**(fields | changes))


async def at_work(worker: Worker) -> asyncio.Task[None]:
    task = asyncio.create_task(worker.run())
    await worker.health.until_ready()
    return task


@asynccontextmanager
async def working(bus: MemoryBus, service: Service, **changes: Any) -> AsyncIterator[Worker]:
    metrics = Metrics()
    fields: dict[str, Any] = {"retry": QUICK, "patience": Patience(broker=0.01, memory=0.01)}
    worker = Worker(
        lambda: service, bus, FakeClock(), metrics, Health(service.name, metrics), **(fields | changes)
    )
    task = await at_work(worker)
    try:
        yield worker
    finally:
        worker.stop()
        await task


async def put(bus: MemoryBus, *urls: str) -> None:
    for url in urls:
        await bus.publish(
            FETCH_REQUESTS.name, "tigris", encode(FETCH_REQUESTS, a_request(url)), {"ce_subject": url}
        )


async def read(bus: MemoryBus, topic: Any, count: int) -> list[Any]:
    subscription = bus.subscribe([topic.name], "reader")
    found: list[Any] = []
    async for message in subscription:
        assert message.value is not None
        found.append(decode(topic, message.value))
        if len(found) == count:
            await subscription.close()
    return found


@pytest.mark.parametrize(
    ("path", "fate", "reason", "outputs", "letters"),
    [
        ("/ok", "done", "ok", 1, 0),
        ("/skip", "skipped", "not-html", 0, 0),
        ("/poison", "dead", "body-too-large", 0, 1),
        ("/bug", "dead", "bug", 0, 1),
    ],
)
@pytest.mark.parametrize("concurrency", [1, 8])
async def test_every_message_has_one_fate(
    path: str, fate: str, reason: str, outputs: int, letters: int, concurrency: int
) -> None:
    bus = MemoryBus()
    async with working(bus, a_service(concurrency=concurrency)) as worker:
        await put(bus, f"http://tigris.example{path}")
        await bus.drained()
        assert worker.metrics.value("sirwan_messages_total", stage="fetcher", fate=fate, reason=reason) == 1
    (entry,) = await read(bus, JOURNAL, 1)
    assert (entry.stage, entry.fate, entry.reason, entry.lane) == ("fetcher", fate, reason, "live")
    assert entry.page_id == a_request(f"http://tigris.example{path}").page_id
    assert bus.ends(PAGES_FETCHED.name) == outputs
    assert bus.ends(FETCH_REQUESTS.dead) == letters


async def test_what_is_kept_for_the_record_has_no_fate_and_is_not_counted() -> None:
    bus = MemoryBus()
    async with working(bus, a_service(bookkeeping=frozenset({FETCH_REQUESTS.name}))) as worker:
        await put(bus, "http://tigris.example/ok", "http://tigris.example/poison")
        await bus.drained()
        assert b"sirwan_messages_total{" not in worker.metrics.exposition()
    assert bus.ends(JOURNAL.name) == 0
    assert (bus.ends(PAGES_FETCHED.name), bus.ends(FETCH_REQUESTS.dead)) == (1, 1)


async def test_an_undecodable_message_is_a_dead_letter_with_its_bytes_and_the_next_one_is_done() -> None:
    bus = MemoryBus()
    async with working(bus, a_service()):
        await bus.publish(FETCH_REQUESTS.name, "tigris", b"{", {})
        await put(bus, "http://tigris.example/ok")
        await bus.drained()
    fates: list[Fate] = await read(bus, JOURNAL, 2)
    assert sorted((fate.fate, fate.reason) for fate in fates) == [("dead", "undecodable"), ("done", "ok")]
    (letter,) = await read(bus, DEAD_LETTERS[FETCH_REQUESTS.dead], 1)
    assert isinstance(letter, DeadLetter)
    assert (letter.original.value, letter.reason) == (b"{", "undecodable")


async def test_a_tombstone_is_skipped() -> None:
    bus = MemoryBus()
    async with working(bus, a_service()):
        await bus.publish(FETCH_REQUESTS.name, "tigris", None, {})
        await bus.drained()
    (fate,) = await read(bus, JOURNAL, 1)
    assert (fate.fate, fate.reason) == ("skipped", "tombstone")


async def test_what_is_erased_is_a_message_without_a_value_behind_the_record_before_it() -> None:
    async def handle(_record: Record, _: Message) -> Sequence[Outgoing]:
        page = a_page("https://tigris.example/gone")
        return [
            Emit(PAGES_FETCHED, "key", page, "subject"),
            Remember("key", None),
            Erase(PAGES_FETCHED, "key", "subject"),
        ]

    bus = MemoryBus()
    async with working(bus, a_service(handle=handle)):
        await put(bus, "https://tigris.example/gone")
        subscription = bus.subscribe([PAGES_FETCHED.name], "reader")
        found: list[Message] = []
        async for message in subscription:
            found.append(message)
            if len(found) == 2:
                await subscription.close()
    assert [message.value is None for message in found] == [False, True]
    assert {(message.key, message.headers["ce_subject"]) for message in found} == {("key", "subject")}


async def test_what_may_work_later_is_tried_again_and_then_dead() -> None:
    bus = MemoryBus()
    tries: dict[str, int] = {}

    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        assert isinstance(record, FetchRequest)
        tries[record.url] = tries.get(record.url, 0) + 1
        if record.url.endswith("/never") or tries[record.url] < 3:
            raise Transient("server-error", "503", retry_after=0.001)
        return fetch(record)

    async with working(bus, a_service(handle=handle)):
        await put(bus, "http://tigris.example/third", "http://tigris.example/never")
        await bus.drained()
    fates = {fate.page_id: fate for fate in await read(bus, JOURNAL, 2)}
    assert fates[a_request("http://tigris.example/third").page_id].fate == "done"
    assert fates[a_request("http://tigris.example/never").page_id].reason == "server-error"
    (letter,) = await read(bus, DEAD_LETTERS[FETCH_REQUESTS.dead], 1)
    assert letter.attempts == 3


async def test_a_handling_over_its_time_limit_is_dead_and_holds_nobody_up() -> None:
    bus = MemoryBus()

    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        assert isinstance(record, FetchRequest)
        if record.url.endswith("/slow"):
            await asyncio.sleep(60)
        return fetch(record)

    async with working(bus, a_service(handle=handle, seconds=0.05)):
        await put(bus, "http://tigris.example/slow", "http://tigris.example/ok")
        await bus.drained()
    fates = [fate.reason for fate in await read(bus, JOURNAL, 2)]
    assert sorted(fates) == ["ok", "time-limit"]


class HesitantBus(MemoryBus):
    """Fails to confirm the first outputs."""

    failures = 2

    async def publish(self, topic: str, key: str, value: bytes | None, headers: Any) -> Any:
        if topic == PAGES_FETCHED.name and self.failures:
            self.failures -= 1
            raise BrokerDown("127.0.0.1:9092 does not answer")
        return await super().publish(topic, key, value, headers)


async def test_nothing_is_acknowledged_while_the_broker_is_away_and_all_is_done_when_it_is_back() -> None:
    bus = HesitantBus()
    async with working(bus, a_service()) as worker:
        await put(bus, *[f"http://tigris.example/{n}" for n in range(5)])
        await bus.drained()
        assert worker.health.ready
        assert worker.metrics.value("sirwan_pauses_total", stage="fetcher", why="broker") == 2
    assert bus.ends(PAGES_FETCHED.name) == 5
    assert bus.ends(JOURNAL.name) == 5


async def test_too_many_dead_letters_pause_the_stage_and_say_so() -> None:
    bus = MemoryBus()
    clock = FakeClock()
    metrics = Metrics()
    patience = Patience(dead_letters=3, dead_letter_window=60.0, dead_letter_pause=300.0)
    service = a_service()
    worker = Worker(
        lambda: service, bus, clock, metrics, Health("fetcher", metrics), retry=QUICK, patience=patience
    )
    task = await at_work(worker)
    await put(bus, *[f"http://tigris.example/{n}/poison" for n in range(4)])
    await bus.drained()
    await put(bus, "http://tigris.example/ok")
    await bus.drained()
    assert metrics.value("sirwan_pauses_total", stage="fetcher", why="dead-letters") == 1
    assert 300.0 in clock.slept
    worker.stop()
    await task


class Counting:
    """A stage with a memory: numbers the pages, and answers a page it knows with the number it had."""

    def __init__(self, memory: Memory) -> None:
        self._seen = {key: int(value) for key, value in memory.items("")}

    def step(self, page: RawPage) -> list[Outgoing]:
        known = page.page_id in self._seen
        number = self._seen.setdefault(page.page_id, len(self._seen) + 1)
        if page.url.endswith("/bug") and not known:
            raise ValueError("after the memory was changed")
        request = a_request(page.url, attempt=number)
        emit = Emit(FETCH_REQUESTS, page.page_id, request, page.url)
        return [emit] if known else [emit, Remember(page.page_id, str(number).encode())]


class Forgetful(MemoryBus):
    """Loses the broker right after the first page was decided."""

    lost = False

    async def publish(self, topic: str, key: str, value: bytes | None, headers: Any) -> Any:
        if topic == FETCH_REQUESTS.name and not self.lost:
            self.lost = True
            raise BrokerDown("it went away")
        return await super().publish(topic, key, value, headers)


async def test_what_was_decided_before_a_crash_is_what_is_published_after_it(tmp_path: Any) -> None:
    """The second page comes first after the crash; the first keeps the number it was given."""
    bus = Forgetful(partitions=1)
    state = SqliteState(tmp_path / "state.db", "counter")
    metrics = Metrics()

    def build() -> Service:
        return from_stage(Stage("counter", PAGES_FETCHED, Counting(state).step))

    worker = Worker(build, bus, FakeClock(), metrics, Health("counter", metrics), state=state, retry=QUICK)
    task = await at_work(worker)
    page = a_page("http://a.example/1")
    await bus.publish(PAGES_FETCHED.name, page.page_id, encode(PAGES_FETCHED, page), {})
    await bus.drained()
    assert state.get(page.page_id) == b"1"
    assert [request.attempt for request in await read(bus, FETCH_REQUESTS, 1)] == [1]
    worker.stop()
    await task
    await state.close()


async def test_a_memory_survives_the_worker_and_never_holds_what_was_not_made_durable(tmp_path: Any) -> None:
    bus = MemoryBus(partitions=1)
    state = SqliteState(tmp_path / "state.db", "counter")

    async def put_pages(*urls: str) -> None:
        for url in urls:
            page = a_page(url)
            await bus.publish(PAGES_FETCHED.name, page.page_id, encode(PAGES_FETCHED, page), {})
        await bus.drained()

    def build() -> Service:
        return from_stage(Stage("counter", PAGES_FETCHED, Counting(state).step))

    metrics = Metrics()
    for urls in (
        ("http://a.example/1", "http://a.example/bug"),
        ("http://a.example/2", "http://a.example/1"),
    ):
        worker = Worker(
            build, bus, FakeClock(), metrics, Health("counter", metrics), state=state, retry=QUICK
        )
        task = await at_work(worker)
        await put_pages(*urls)
        worker.stop()
        await task
    numbers = [(request.url[-2:], request.attempt) for request in await read(bus, FETCH_REQUESTS, 3)]
    assert numbers == [("/1", 1), ("/2", 2), ("/1", 1)]
    await state.close()


async def test_an_output_that_no_encoding_can_say_is_one_dead_letter_and_the_next_page_is_done() -> None:
    """Half a surrogate out of a page's JSON-LD once stopped the whole pipeline, at every start."""
    bus = MemoryBus()

    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        assert isinstance(record, FetchRequest)
        if record.url.endswith("/half"):
            page = a_page(record.url, headers={"etag": "\ud800"})
            return [Emit(PAGES_FETCHED, page.page_id, page, page.canonical_url)]
        if record.url.endswith("/said"):
            raise Poison("not-text", "half \udc00 a character")
        return fetch(record)

    async with working(bus, a_service(handle=handle)):
        await put(bus, *(f"http://tigris.example/{path}" for path in ("half", "said", "ok")))
        await bus.drained()
    fates = {fate.reason for fate in await read(bus, JOURNAL, 3)}
    assert fates == {"bug", "not-text", "ok"}
    assert bus.ends(FETCH_REQUESTS.dead) == 2


async def test_a_flood_pauses_a_stage_with_a_memory_too(tmp_path: Any) -> None:
    """Each bug builds the stage anew; the count of dead letters must outlive that."""
    bus = MemoryBus(partitions=1)
    state = SqliteState(tmp_path / "state.db", "counter")
    metrics, clock = Metrics(), FakeClock()
    patience = Patience(dead_letters=3, dead_letter_window=60.0, dead_letter_pause=300.0)

    def build() -> Service:
        return from_stage(Stage("counter", PAGES_FETCHED, Counting(state).step))

    worker = Worker(
        build, bus, clock, metrics, Health("counter", metrics), state=state, retry=QUICK, patience=patience
    )
    task = await at_work(worker)
    for number in range(5):
        page = a_page(f"http://a.example/{number}/bug")
        await bus.publish(PAGES_FETCHED.name, page.page_id, encode(PAGES_FETCHED, page), {})
    await bus.drained()
    worker.stop()
    await task
    await state.close()
    assert metrics.value("sirwan_pauses_total", stage="counter", why="dead-letters") == 1
    assert clock.slept.count(300.0) == 1


class Stuffed(SqliteState):
    """Never accepts what it is given."""

    async def remember(self, changes: Sequence[Remember]) -> None:
        raise Poison("record-too-large", f"{len(changes)} changes")


async def test_a_memory_that_refuses_for_good_costs_one_message() -> None:
    bus = MemoryBus(partitions=1)
    state = Stuffed(":memory:", "counter")
    metrics = Metrics()

    def build() -> Service:
        return from_stage(Stage("counter", PAGES_FETCHED, Counting(state).step))

    worker = Worker(build, bus, FakeClock(), metrics, Health("counter", metrics), state=state, retry=QUICK)
    task = await at_work(worker)
    page = a_page("http://a.example/1")
    await bus.publish(PAGES_FETCHED.name, page.page_id, encode(PAGES_FETCHED, page), {})
    await bus.drained()
    worker.stop()
    await task
    await state.close()
    (fate,) = await read(bus, JOURNAL, 1)
    assert (fate.fate, fate.reason) == ("dead", "record-too-large")
    assert bus.ends(FETCH_REQUESTS.name) == 0


class Sulking(SqliteState):
    """Cannot be written the first two times."""

    refusals = 2

    async def remember(self, changes: Sequence[Remember]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Transient("state-unavailable", "the disk is full")
        await super().remember(changes)


async def test_a_memory_that_comes_back_leaves_the_stage_ready() -> None:
    bus = MemoryBus(partitions=1)
    state = Sulking(":memory:", "counter")
    metrics = Metrics()

    def build() -> Service:
        return from_stage(Stage("counter", PAGES_FETCHED, Counting(state).step))

    health = Health("counter", metrics)
    worker = Worker(build, bus, FakeClock(), metrics, health, state=state, retry=QUICK)
    task = await at_work(worker)
    page = a_page("http://a.example/1")
    await bus.publish(PAGES_FETCHED.name, page.page_id, encode(PAGES_FETCHED, page), {})
    await bus.drained()
    await asyncio.sleep(0)
    assert metrics.value("sirwan_pauses_total", stage="counter", why="memory") == 1
    assert health.ready
    worker.stop()
    await task
    await state.close()
    assert bus.ends(FETCH_REQUESTS.name) == 1


async def test_what_several_hands_note_is_durable_before_it_is_acknowledged() -> None:
    """A memory that the room opened itself: a page, and a refusal, each with something to remember."""
    bus, state = MemoryBus(partitions=1), Sulking(":memory:", "fetcher")
    await state.open()

    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        assert isinstance(record, FetchRequest)
        if record.url.endswith("/gone"):
            refusal = Skip("gone")
            refusal.remember = (Remember("plan", None), Remember("gone", b"1"))
            raise refusal
        return [*fetch(record), Remember("plan", b"1"), Remember(record.url[-2:], b"1")]

    async with working(bus, a_service(handle=handle, concurrency=4), notes=state) as worker:
        await put(bus, "http://a.example/1", "http://a.example/2")
        await bus.drained()
        assert [key for key, _ in state.items("")] == ["/1", "/2", "plan"]
        assert worker.metrics.value("sirwan_pauses_total", stage="fetcher", why="memory") == 1
        assert worker.health.ready
        await put(bus, "http://a.example/gone")
        await bus.drained()
        assert [key for key, _ in state.items("")] == ["/1", "/2", "gone"]
    await state.close()


async def test_in_order_several_are_handled_at_once_and_put_out_and_acknowledged_as_they_came() -> None:
    bus, begun, may_end = MemoryBus(partitions=1), [], asyncio.Event()

    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        assert isinstance(record, FetchRequest)
        begun.append(record.url[-1])
        if record.url.endswith("/1"):
            await may_end.wait()
        if record.url.endswith("/2"):
            raise Poison("body-too-large")
        return fetch(record)

    async with working(bus, a_service(handle=handle, concurrency=2, in_order=True)) as worker:
        await put(bus, *[f"http://a.example/{each}" for each in range(1, 7)])
        for _ in range(200):
            await asyncio.sleep(0)
        assert begun == list("123456")  # one hand goes on while the other waits
        assert (bus.ends(PAGES_FETCHED.name), bus.ends(JOURNAL.name)) == (0, 0)
        assert worker.subscription is not None
        assert sum(worker.subscription.lag().values()) == 6
        may_end.set()
        await bus.drained()
    pages = await read(bus, PAGES_FETCHED, 5)
    assert [page.url[-1] for page in pages] == list("13456")
    fates = await read(bus, JOURNAL, 6)
    assert [fate.reason for fate in fates].count("body-too-large") == 1


async def test_in_order_no_more_are_handled_at_once_than_there_are_hands() -> None:
    bus, busy, most, may_end = MemoryBus(partitions=1), 0, 0, asyncio.Event()

    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        nonlocal busy, most
        assert isinstance(record, FetchRequest)
        busy += 1
        most = max(most, busy)
        await may_end.wait()
        busy -= 1
        return fetch(record)

    async with working(bus, a_service(handle=handle, concurrency=3, in_order=True)):
        await put(bus, *[f"http://a.example/{each}" for each in range(10)])
        for _ in range(200):
            await asyncio.sleep(0)
        may_end.set()
        await bus.drained()
    assert most == 3
