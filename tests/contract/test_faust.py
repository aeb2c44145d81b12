"""What Faust does at a rebalance must not cost a message. Its race is widened here until it happens."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError  # type: ignore[import-untyped]  # aiokafka ships no annotations
from faust.transport.drivers.aiokafka import Consumer

from schemas.topics import ARTICLES_EXTRACTED
from services.runtime.bus import BrokerDown, Message
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_faust import FaustSubscription, faust_subscribe
from services.runtime.kafka_topics import Layout, apply

pytestmark = pytest.mark.kafka

TOPIC = ARTICLES_EXTRACTED.name
EXPECTED = {str(number).encode() for number in range(40)}
PATIENCE = 30.0  # seconds


@pytest.fixture
async def filled(kafka: KafkaSettings) -> AsyncIterator[KafkaSettings]:
    """A topic of four partitions with `EXPECTED` in it, nothing committed."""
    await apply(kafka, Layout(partitions=4), [TOPIC])
    bus = KafkaBus(kafka)
    await bus.start()
    await asyncio.gather(
        *[await bus.publish(TOPIC, value.decode(), value, {}) for value in sorted(EXPECTED)],
    )
    yield kafka
    await bus.stop()


@dataclass
class Race:
    """A fetch that is under way while a rebalance takes its time: Faust drops the records it brings."""

    dropped: list[Mapping[Any, Any]] = field(default_factory=list)
    failure: Exception | None = None  # of the first seek after that

    def patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fetch, seek = Consumer._getmany, Consumer.perform_seek

        async def long_fetch(consumer: Any, active_partitions: Any, **_: float) -> Mapping[Any, Any]:
            records: Mapping[Any, Any] = await fetch(consumer, active_partitions, 6.0)
            if records and not consumer.flow_active:
                self.dropped.append(records)
            return records

        async def late_seek(consumer: Any) -> None:
            if not self.dropped:
                await asyncio.sleep(1)  # in which the long fetch brings something
            elif self.failure is not None:
                failure, self.failure = self.failure, None
                raise failure
            await seek(consumer)

        monkeypatch.setattr(Consumer, "_getmany", long_fetch)
        monkeypatch.setattr(Consumer, "perform_seek", late_seek)


@asynccontextmanager
async def reader(settings: KafkaSettings) -> AsyncIterator[FaustSubscription]:
    """One member of the group, closed whatever happens."""
    member = faust_subscribe(settings)([TOPIC], "readers")
    try:
        yield member
    finally:
        await member.close()


async def read_into(taken: set[bytes | None], messages: AsyncIterator[Message]) -> None:
    async for message in messages:
        taken.add(message.value)


async def read_all(messages: AsyncIterator[Message]) -> None:
    assert {(await anext(messages)).value for _ in EXPECTED} == EXPECTED


async def test_what_a_fetch_brings_in_the_middle_of_a_rebalance_comes_again(
    filled: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    race = Race()
    async with reader(filled) as one, reader(filled) as other, asyncio.timeout(PATIENCE):
        first = aiter(one)
        await read_all(first)
        race.patch(monkeypatch)
        again: set[bytes | None] = set()
        readers = [asyncio.create_task(read_into(again, each)) for each in (first, aiter(other))]
        while again != EXPECTED:  # noqa: ASYNC110 (two readers fill it)
            await asyncio.sleep(0.05)
    await asyncio.gather(*readers)
    assert race.dropped, "the race that this test is about did not take place"


async def test_where_going_back_fails_the_subscription_ends_and_passes_nothing_over(
    filled: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    race = Race(failure=KafkaTimeoutError("no answer"))
    async with reader(filled) as one, reader(filled) as other, asyncio.timeout(PATIENCE):
        first = aiter(one)
        await read_all(first)
        race.patch(monkeypatch)
        joining = asyncio.create_task(read_into(set(), aiter(other)))
        with pytest.raises(BrokerDown, match="no answer"):
            await read_into(set(), first)
    await joining
    monkeypatch.undo()
    async with reader(filled) as whole, asyncio.timeout(PATIENCE):
        await read_all(aiter(whole))
