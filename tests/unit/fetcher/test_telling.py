import asyncio
from collections.abc import AsyncIterator

import pytest

from schemas.codec import decode
from schemas.topics import SOURCES
from services.fetcher.telling import PAUSE, Teller
from services.runtime.memory import MemoryBus
from services.runtime.state import SqliteState
from services.stage import Remember, Transient
from tests.clock import START, FakeClock
from tests.unit.fetcher.test_known_sources import NEW, OLD


@pytest.fixture
async def state() -> AsyncIterator[SqliteState]:
    memory = SqliteState(":memory:", "fetcher")
    await memory.open()
    yield memory
    await memory.close()


async def heard(bus: MemoryBus, count: int) -> list[tuple[str, int, str]]:
    """Id, number of feeds and time of what was told so far, in order of time and id."""
    subscription = bus.subscribe([SOURCES.name], f"ears-{count}")
    found = []
    async with asyncio.timeout(5):
        messages = aiter(subscription)
        for _ in range(count):
            message = await anext(messages)
            source = decode(SOURCES, message.value or b"")
            found.append((message.headers["ce_time"], source.id, len(source.feeds)))
    await subscription.close()
    return [(ident, feeds, time[11:19]) for time, ident, feeds in sorted(found)]


async def test_only_differences_are_told_and_a_start_tells_the_rest_as_it_was(state: SqliteState) -> None:
    bus, clock = MemoryBus(), FakeClock()
    teller = Teller(bus, state, clock)
    await teller.tell(OLD)
    await clock.sleep(60)
    await teller.tell(NEW)
    await teller.tell(NEW)
    first = [("adder", 1, "12:00:00"), ("bee", 1, "12:00:00"), ("cat", 1, "12:00:00")]
    second = [("bee", 1, "12:01:00"), ("cat", 0, "12:01:00"), ("dog", 1, "12:01:00")]
    assert await heard(bus, 6) == first + second

    fresh, later = MemoryBus(), FakeClock()
    later.passed = 3600.0
    await Teller(fresh, state, later).tell(NEW, all_of_them=True)
    assert await heard(fresh, 3) == [("adder", 1, "12:00:00"), second[0], second[2]]


async def test_a_memory_that_is_away_is_waited_for(
    state: SqliteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, whole = FakeClock(), state.remember

    async def once_away(changes: list[Remember]) -> None:
        del changes
        monkeypatch.setattr(state, "remember", whole)
        raise Transient("state-unavailable", "away")

    monkeypatch.setattr(state, "remember", once_away)
    await Teller(MemoryBus(), state, clock).tell(OLD)
    assert (clock.slept, clock.now().second) == ([PAUSE], (START.second + int(PAUSE)))
    assert state.get("source:adder") is not None
