import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import timedelta

import pytest

from schemas.codec import encode
from schemas.records import FetchRequest, Record
from schemas.topics import FETCH_REQUESTS
from services.fetcher.pages import WaitingRoom
from services.fetcher.waiting import LEAST, LOOK, MOST, NEAR
from services.runtime.bus import Message
from services.runtime.health import Health
from services.runtime.memory import MemoryBus
from services.runtime.metrics import Metrics
from services.runtime.service import Service
from services.runtime.worker import Worker
from services.stage import Emit
from tests.clock import START, FakeClock
from tests.unit.fetcher.test_pages import a_request

HOUR = 3600.0


class HeldClock(FakeClock):
    """Sleepers wake in order of time when `advance` gets there."""

    def __init__(self) -> None:
        super().__init__()
        self.sleepers: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        self.sleepers.append((self.passed + seconds, wake))
        await wake.wait()

    async def advance(self, seconds: float) -> None:
        end = self.passed + seconds
        while due := sorted((at, id(wake), wake) for at, wake in self.sleepers if at <= end):
            at, _, wake = due[0]
            self.sleepers.remove((at, wake))
            self.passed = max(self.passed, at)
            wake.set()
            for _ in range(50):  # let whoever was waiting run, and whoever waits for them
                await asyncio.sleep(0)
        self.passed = end


def due_in(seconds: float, path: str = "a") -> FetchRequest:
    return a_request(f"https://n.example/{path}", not_before=START + timedelta(seconds=seconds))


def message(offset: int, partition: int = 0, generation: int = 1) -> Message:
    return Message(FETCH_REQUESTS.name, partition, offset, "n.example", b"", {}, generation)


def urls(emits: Sequence[Emit]) -> list[str]:
    return [str(emit.subject).rpartition("/")[2] for emit in emits]


async def begun(*waiting: Awaitable[Sequence[Emit]]) -> list[asyncio.Future[Sequence[Emit]]]:
    tasks: list[asyncio.Future[Sequence[Emit]]] = [asyncio.ensure_future(each) for each in waiting]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


@pytest.mark.parametrize(
    ("seconds", "is_time", "slept"),
    [(-1.0, True, []), (0.0, True, []), (NEAR, True, [NEAR]), (NEAR + 0.1, False, []), (HOUR, False, [])],
)
async def test_a_request_is_made_when_due_and_waits_in_hand_only_if_that_is_near(
    seconds: float, is_time: bool, slept: list[float]
) -> None:
    clock = FakeClock()
    assert await WaitingRoom(clock, 16).is_time(due_in(seconds)) is is_time
    assert clock.slept == slept


async def test_a_quarter_of_the_hands_waits_for_near_requests_at_most() -> None:
    clock = HeldClock()
    room = WaitingRoom(clock, 16)
    first = [asyncio.ensure_future(room.is_time(due_in(3.0))) for _ in range(4)]
    await asyncio.sleep(0)
    assert await room.is_time(due_in(3.0)) is False
    await clock.advance(3.0)
    assert await asyncio.gather(*first) == [True] * 4
    assert not clock.sleepers


async def test_requests_of_one_partition_wait_in_one_hand_and_go_back_together() -> None:
    clock = HeldClock()
    room = WaitingRoom(clock, 16)
    stays, *others = await begun(*(room.hold(due_in(HOUR, str(n)), message(n)) for n in range(100)))
    assert [list(task.result()) for task in others] == [[]] * 99
    await clock.advance(MOST - 1.0)
    assert not stays.done()
    await clock.advance(LOOK)
    assert urls(await stays) == [str(n) for n in range(100)]


@pytest.mark.parametrize(("due", "leaves"), [(LEAST - 1, LEAST), (40.0, 35.0), (HOUR, MOST)])
async def test_a_round_ends_when_something_is_due_but_neither_early_nor_late(
    due: float, leaves: float
) -> None:
    clock = HeldClock()
    room = WaitingRoom(clock, 16)
    stays, _ = await begun(room.hold(due_in(HOUR), message(1)), room.hold(due_in(due, "b"), message(2)))
    await clock.advance(leaves - 0.5)
    assert not stays.done()
    await clock.advance(0.5)
    assert urls(await stays) == ["a", "b"]


async def test_no_request_is_carried_by_one_that_does_not_hold_back_its_acknowledgement() -> None:
    """Another partition, or one dealt out anew, is acknowledged on its own."""
    clock = HeldClock()
    room = WaitingRoom(clock, 16)
    places = [message(1), message(2, partition=1), message(3, generation=2)]
    tasks = await begun(*(room.hold(due_in(HOUR, str(n)), place) for n, place in enumerate(places)))
    assert not any(task.done() for task in tasks)
    await clock.advance(MOST)
    assert [urls(await task) for task in tasks] == [["0"], ["1"], ["2"]]


async def test_a_request_that_was_delivered_twice_goes_back_once() -> None:
    clock = HeldClock()
    room = WaitingRoom(clock, 16)
    stays, _ = await begun(*(room.hold(due_in(HOUR), message(n)) for n in (1, 2)))
    await clock.advance(MOST)
    assert urls(await stays) == ["a"]


async def test_a_round_that_is_broken_off_keeps_nothing() -> None:
    clock = HeldClock()
    room = WaitingRoom(clock, 16)
    (stays,) = await begun(room.hold(due_in(HOUR), message(1)))
    stays.cancel()
    await asyncio.gather(stays, return_exceptions=True)
    (anew,) = await begun(room.hold(due_in(HOUR, "b"), message(1)))
    await clock.advance(MOST)
    assert urls(await anew) == ["b"]


async def test_an_hour_costs_a_page_sixty_turns_of_the_queue() -> None:
    """Each turn is a fate; two hundred pages of one site, all asked to come back in an hour."""
    clock = HeldClock()
    room = WaitingRoom(clock, 16)
    queue = [due_in(HOUR, str(n)) for n in range(200)]
    turns: Counter[str] = Counter()
    offset, tasks = 0, list[asyncio.Future[Sequence[Emit]]]()
    while clock.passed < HOUR - NEAR:
        for request in queue:
            offset += 1
            turns[request.url] += 1
            tasks += await begun(room.hold(request, message(offset)))
        await clock.advance(LOOK)
        emits = [emit for task in tasks if task.done() for emit in task.result()]
        queue = [emit.record for emit in emits if isinstance(emit.record, FetchRequest)]
        tasks = [task for task in tasks if not task.done()]
    assert set(turns.values()) == {60}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_crash_loses_no_request_that_another_carries() -> None:
    """Those carried have their fate, but the one that carries them holds back their acknowledgement."""
    clock = FakeClock()
    held = WaitingRoom(HeldClock(), 16)

    async def handle(record: Record, message: Message) -> Sequence[Emit]:
        assert isinstance(record, FetchRequest)
        return await held.hold(record, message)

    bus, metrics = MemoryBus(1), Metrics()
    for number in range(20):
        wanted = due_in(HOUR, str(number))
        await bus.publish(FETCH_REQUESTS.name, "n.example", encode(FETCH_REQUESTS, wanted), {})
    service = Service("fetcher", (FETCH_REQUESTS,), handle, concurrency=4)
    worker = Worker(lambda: service, bus, clock, metrics, Health("fetcher", metrics))
    crashing = asyncio.ensure_future(worker.run())
    while metrics.value("sirwan_messages_total", stage="fetcher", fate="done", reason="ok") < 19:
        await asyncio.wait_for(bus.changed(), 5)
    crashing.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    delivered = bus.subscribe([FETCH_REQUESTS.name], "fetcher")
    assert [(await anext(aiter(delivered))).offset for _ in range(20)] == list(range(20))
