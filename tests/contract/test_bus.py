"""The contract of services/runtime/bus.py, the same on every driver: what holds embedded holds on Kafka."""

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import pytest
import structlog
from aiokafka.conn import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConnection,
)

from schemas.topics import ARTICLES_EXTRACTED, PAGES_FETCHED
from services.runtime.bus import BrokerDown, Bus, Message, Subscription
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_faust import faust_subscribe
from services.runtime.kafka_topics import Layout, apply
from services.runtime.memory import MemoryBus
from services.stage import Poison
from tests.broker import Broker

PAGES, ARTICLES = PAGES_FETCHED.name, ARTICLES_EXTRACTED.name
GROUP = "readers"
PATIENCE = 30.0  # seconds for what must happen
QUIET = 1.0  # seconds in which nothing must happen


class Member(Subscription, Protocol):
    """A subscription that can also vanish."""

    def abandon(self) -> Awaitable[None] | None:
        """Leave as after kill -9."""


Subscribe = Callable[[Sequence[str], str], Member]


@dataclass
class Reader:
    """A member, read message by message."""

    member: Member
    messages: AsyncIterator[Message] = field(init=False)

    def __post_init__(self) -> None:
        self.messages = aiter(self.member)

    async def take(self, count: int) -> list[Message]:
        async with asyncio.timeout(PATIENCE):
            return [await anext(self.messages) for _ in range(count)]

    async def rest(self, seconds: float = QUIET) -> list[Message]:
        """Whatever still comes; ends the iteration."""
        taken = []
        try:
            async with asyncio.timeout(seconds):
                async for message in self.messages:
                    taken.append(message)  # noqa: PERF401 (cut short by the clock)
        except TimeoutError:
            pass
        return taken

    async def vanish(self) -> None:
        leaving = self.member.abandon()
        if leaving is not None:
            await leaving

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        for message in messages:
            await self.member.acknowledge(message)


@dataclass
class World:
    """One driver, set up: a bus to publish on and readers that are closed in the end."""

    bus: Bus
    subscribe: Subscribe
    readers: list[Reader] = field(default_factory=list)

    def read(self, topic: str = ARTICLES, group: str = GROUP) -> Reader:
        reader = Reader(self.subscribe([topic], group))
        self.readers.append(reader)
        return reader

    async def publish(self, *values: bytes | None, key: str | None = None, topic: str = ARTICLES) -> None:
        """One message per value, the value being its key unless one is given; all confirmed."""
        sent = [
            await self.bus.publish(topic, key if key is not None else repr(value), value, {})
            for value in values
        ]
        await asyncio.gather(*sent)


def numbers(count: int, start: int = 0) -> list[bytes]:
    return [str(number).encode() for number in range(start, start + count)]


def values(messages: Sequence[Message]) -> list[bytes | None]:
    return [message.value for message in messages]


BUSES = pytest.mark.parametrize(
    "world", ["memory", pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True
)
"""For what concerns publishing alone; Faust only reads."""


@pytest.fixture(
    params=[
        "memory",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("faust", marks=pytest.mark.kafka),
    ]
)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        memory = MemoryBus()
        yield World(memory, memory.subscribe)
        await memory.stop()
        return
    settings: KafkaSettings = request.getfixturevalue("kafka")
    await apply(settings, Layout(partitions=4), [PAGES, ARTICLES])
    bus = KafkaBus(settings)
    await bus.start()
    here = World(bus, bus.subscribe if request.param == "kafka" else faust_subscribe(settings))
    yield here
    for reader in here.readers:
        await reader.member.close()
    await bus.stop()


async def test_messages_of_one_key_share_a_partition_and_keep_their_order(world: World) -> None:
    keys = [f"key-{number}" for number in range(12)]
    for value in numbers(20):
        for key in keys:
            await world.publish(value, key=key)
    taken: dict[str, list[bytes | None]] = defaultdict(list)
    partitions = defaultdict(set)
    for message in await world.read().take(20 * len(keys)):
        taken[message.key].append(message.value)
        partitions[message.key].add(message.partition)
    assert taken == dict.fromkeys(keys, numbers(20))
    assert {len(each) for each in partitions.values()} == {1}
    assert len(set.union(*partitions.values())) > 1


@BUSES
async def test_calls_made_at_once_are_published_in_the_order_they_were_made(world: World) -> None:
    async def publish(value: bytes) -> Awaitable[None]:
        return await world.bus.publish(ARTICLES, "k", value, {})

    await asyncio.gather(*await asyncio.gather(*map(publish, numbers(500))))
    assert values(await world.read().take(500)) == numbers(500)


async def test_after_a_crash_everything_not_acknowledged_comes_again(world: World) -> None:
    await world.publish(*numbers(40))
    crashed = world.read()
    first = await crashed.take(40)
    await crashed.acknowledge([message for message in first if message.partition == 0])
    await crashed.vanish()
    again, missing = world.read(), {message.value for message in first if message.partition != 0}
    while missing:  # what was acknowledged may come too: at least once
        missing.difference_update(values(await again.take(1)))


async def test_acknowledged_and_closed_nothing_comes_again(world: World) -> None:
    await world.publish(*numbers(40))
    reader = world.read()
    await reader.acknowledge(await reader.take(40))
    await reader.member.close()
    await world.publish(b"new")
    after = world.read()
    assert values(await after.take(1) + await after.rest(QUIET / 2)) == [b"new"]


async def test_an_acknowledgement_covers_all_before_it_and_nothing_after(world: World) -> None:
    await world.publish(*numbers(10), key="k")
    reader = world.read()
    taken = await reader.take(10)
    await reader.acknowledge([taken[5]])
    await reader.member.close()
    assert values(await world.read().take(4)) == numbers(4, start=6)


async def test_an_acknowledgement_going_backwards_takes_nothing_back(world: World) -> None:
    await world.publish(*numbers(10), key="k")
    reader = world.read()
    taken = await reader.take(10)
    await reader.acknowledge([taken[5], taken[2]])
    await reader.member.close()
    assert values(await world.read().take(4)) == numbers(4, start=6)


@BUSES
async def test_offsets_are_numbered_in_each_partition_from_zero(world: World) -> None:
    await world.publish(*numbers(60))
    offsets = defaultdict(list)
    for message in await world.read().take(60):
        offsets[message.partition].append(message.offset)
    assert all(each == list(range(len(each))) for each in offsets.values())


async def test_groups_do_not_take_from_each_other(world: World) -> None:
    await world.publish(*numbers(20))
    one, other = world.read(group="one"), world.read(group="other")
    assert set(values(await one.take(20))) == set(values(await other.take(20))) == set(numbers(20))


async def settled_until(readers: Sequence[Reader], wanted: set[bytes]) -> dict[int, set[bytes]]:
    """Each reader takes and acknowledges until all that is wanted was taken; what each took."""
    taken: dict[int, set[bytes]] = {number: set() for number in range(len(readers))}

    async def work(number: int, reader: Reader) -> None:
        async for message in reader.messages:
            taken[number].add(message.value or b"")
            await reader.member.acknowledge(message)

    tasks = [asyncio.create_task(work(number, reader)) for number, reader in enumerate(readers)]
    try:
        async with asyncio.timeout(PATIENCE):
            while not wanted <= set.union(*taken.values()):  # noqa: ASYNC110 (drivers share no event)
                await asyncio.sleep(0.02)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return taken


async def test_members_share_the_partitions_and_take_over_from_one_that_dies(world: World) -> None:
    await world.publish(*numbers(40))
    one, other = world.read(), world.read()
    # Both must be members before anything is taken from what is shared: wait for a message each.
    shares: dict[int, set[bytes]] = {}
    start = 40
    while not all(shares.get(number) for number in (0, 1)):
        await world.publish(*numbers(40, start))
        shares = await settled_until([one, other], set(numbers(40, start)))
        one, other = Reader(one.member), Reader(other.member)
        start += 40
    await other.vanish()
    await world.publish(*numbers(40, start))
    taken = await settled_until([one], set(numbers(40, start)))
    assert set(numbers(40, start)) <= taken[0]


async def test_what_was_delivered_before_a_rebalance_is_no_longer_acknowledged(world: World) -> None:
    await world.publish(*numbers(40))
    one = world.read()
    before = await one.take(40)
    other = world.read()
    joining = asyncio.create_task(other.rest(PATIENCE))
    again = await one.take(1)  # comes again, for the group was dealt out anew
    assert again[0].generation > before[0].generation
    joining.cancel()
    await asyncio.gather(joining, return_exceptions=True)
    await one.acknowledge(before)
    await one.member.close()
    await other.vanish()
    third = await world.read().take(40)
    assert set(values(third)) == set(numbers(40))


async def test_a_tombstone_is_a_message_without_a_value(world: World) -> None:
    await world.publish(b"there", None, key="k")
    assert values(await world.read().take(2)) == [b"there", None]


async def test_headers_and_keys_come_as_they_went(world: World) -> None:
    headers = {
        "ce_id": "1",
        "ce_subject": "https://a.example/سیروان?q=é",
        "empty": "",
        "traceparent": "00-0-0-01",
    }
    await (await world.bus.publish(ARTICLES, "کلید", b"x", headers))
    (message,) = await world.read().take(1)
    assert (message.topic, message.key, dict(message.headers)) == (ARTICLES, "کلید", headers)


async def test_lag_counts_what_is_not_acknowledged(world: World) -> None:
    await world.publish(*numbers(30))
    reader = world.read()
    taken = await reader.take(1)
    async with asyncio.timeout(PATIENCE):
        while sum(reader.member.lag().values()) != 30:  # noqa: ASYNC110 (as last known)
            await asyncio.sleep(0.02)
    await reader.acknowledge(taken + await reader.take(29))
    assert sum(reader.member.lag().values()) == 0
    assert all(topic == ARTICLES for topic, _ in reader.member.lag())


async def test_a_page_of_3_mb_goes_through(world: World) -> None:
    body = os.urandom(3_000_000)
    await world.publish(body, key="page", topic=PAGES)
    assert values(await world.read(PAGES).take(1)) == [body]


@BUSES
async def test_a_record_over_the_limit_is_poison_and_harms_no_other(world: World) -> None:
    with pytest.raises(Poison, match="record-too-large"):
        await world.publish(b"x" * (8 * 1024 * 1024 + 1))
    await world.publish(b"next")
    assert values(await world.read().take(1)) == [b"next"]


async def test_a_reader_that_pauses_gets_everything_later(world: World) -> None:
    await world.publish(*numbers(50), key="k")
    reader = world.read()
    first = await reader.take(10)
    await world.publish(*numbers(200, start=50), key="k")
    await asyncio.sleep(QUIET)
    assert values(first + await reader.take(240)) == numbers(250)


async def test_closing_ends_an_iteration_that_waits(world: World) -> None:
    reader = world.read()
    waiting = asyncio.create_task(reader.rest(PATIENCE))
    await asyncio.sleep(0.3)
    await reader.member.close()
    async with asyncio.timeout(PATIENCE / 2):
        assert await waiting == []


async def test_closing_twice_and_before_reading_is_harmless(world: World) -> None:
    reader = world.read()
    await reader.member.close()
    await reader.member.close()
    assert await reader.rest() == []


# ---- what only a real broker can show ------------------------------------------------------------------

KILLED = KafkaSettings(
    "", prefix="killed", session_timeout=6.0, commit_interval=0.1, drain=0.3, metadata_age=5.0
)


async def _started_later(own_broker: Broker, settings: KafkaSettings) -> KafkaBus:
    """A bus whose start() was called while there was no broker."""
    bus = KafkaBus(settings)
    with structlog.testing.capture_logs() as logs:
        starting = asyncio.create_task(bus.start())
        await asyncio.sleep(2 * QUIET)
        assert not starting.done()
        await asyncio.to_thread(own_broker.start)
        await starting
    assert [entry["event"] for entry in logs] == ["waiting for the broker", "the broker is back"]
    return bus


async def _read_all(reader: Reader, missing: set[bytes]) -> None:
    while missing:
        (message,) = await reader.take(1)
        missing.discard(message.value or b"")
        await reader.acknowledge([message])


@pytest.mark.kafka
async def test_a_broker_that_comes_late_or_is_killed_only_pauses_the_river(own_broker: Broker) -> None:
    settings = replace(KILLED, bootstrap=own_broker.address)
    bus = await _started_later(own_broker, settings)
    await apply(settings, Layout(partitions=2), [ARTICLES])
    drivers = {"kafka": World(bus, bus.subscribe), "faust": World(bus, faust_subscribe(settings))}
    readers = [world.read(group=driver) for driver, world in drivers.items()]
    await drivers["kafka"].publish(*numbers(100))
    missing = [set(numbers(200)) for _ in readers]
    for reader, wanted in zip(readers, missing, strict=True):
        taken = await reader.take(50)
        await reader.acknowledge(taken)
        wanted.difference_update(message.value or b"" for message in taken)
    await asyncio.to_thread(own_broker.kill)
    publishing = asyncio.create_task(drivers["kafka"].publish(*numbers(100, start=100)))
    await asyncio.sleep(QUIET)
    await asyncio.to_thread(own_broker.start)
    await asyncio.gather(*map(_read_all, readers, missing), publishing)
    for reader in readers:
        await reader.member.close()
    for driver in drivers:
        after = Reader(bus.subscribe([ARTICLES], driver))
        assert await after.rest() == []
        await after.member.close()
    await bus.stop()


@pytest.mark.kafka
@pytest.mark.parametrize(("driver", "times", "longest"), [("kafka", 80, 0.03), ("faust", 30, 0.4)])
async def test_a_member_that_is_closed_while_it_joins_leaves_no_connection_open(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch, driver: str, times: int, longest: float
) -> None:
    made: list[AIOKafkaConnection] = []
    connect = AIOKafkaConnection.connect

    async def noted(connection: AIOKafkaConnection) -> object:
        made.append(connection)
        return await connect(connection)

    monkeypatch.setattr(AIOKafkaConnection, "connect", noted)
    await apply(kafka, Layout(partitions=2), [ARTICLES])
    subscribe = KafkaBus(kafka).subscribe if driver == "kafka" else faust_subscribe(kafka)
    chance = random.Random(1)
    for _ in range(times):
        member = subscribe([ARTICLES], "hasty")
        reading = asyncio.ensure_future(anext(aiter(member), None))
        await asyncio.sleep(chance.uniform(0.0, longest))
        await member.close()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    await asyncio.sleep(0.2)
    assert len(made) > times
    assert [connection for connection in made if connection.connected()] == []


@pytest.mark.kafka
async def test_what_is_not_confirmed_in_time_is_an_error_and_may_be_published_again(
    own_broker: Broker,
) -> None:
    own_broker.start()
    settings = replace(KILLED, bootstrap=own_broker.address, confirm_timeout=1.0)
    await apply(settings, Layout(partitions=1), [ARTICLES])
    bus = KafkaBus(settings)
    world = World(bus, bus.subscribe)
    await world.publish(b"before")
    own_broker.kill()
    with pytest.raises(BrokerDown, match=rf"publishing on {ARTICLES}: broker {own_broker.address}"):
        await world.publish(b"lost")
    await asyncio.to_thread(own_broker.start)
    await world.publish(b"again")
    assert values(await world.read().take(2)) == [b"before", b"again"]
    await world.readers[0].member.close()
    await bus.stop()


@pytest.mark.kafka
async def test_a_topic_that_is_not_there_is_a_clear_error(kafka: KafkaSettings) -> None:
    impatient = replace(kafka, request_timeout=1.0)
    bus = KafkaBus(impatient)
    for subscription in (faust_subscribe(impatient)([ARTICLES], GROUP), bus.subscribe([ARTICLES], GROUP)):
        with pytest.raises(BrokerDown, match=r"no such topic at .*; run `sirwan topics apply`"):
            await anext(aiter(subscription))
        await subscription.close()


@pytest.mark.kafka
@pytest.mark.parametrize("driver", ["kafka", "faust"])
async def test_a_member_with_a_fixed_name_goes_on_at_once_after_a_restart(
    kafka: KafkaSettings, driver: str
) -> None:
    settings = replace(kafka, instance="only", session_timeout=30.0)
    await apply(settings, Layout(partitions=2), [ARTICLES])
    bus = KafkaBus(settings)
    world = World(bus, bus.subscribe if driver == "kafka" else faust_subscribe(settings))
    await world.publish(*numbers(20))
    for _ in range(2):  # the second would wait for the first one's session to expire, were it another
        reader = world.read()
        async with asyncio.timeout(10):
            await reader.acknowledge(await reader.take(10))
        await reader.member.close()
    assert await world.read().rest(2 * QUIET) == []
    await world.readers[-1].member.close()
    await bus.stop()
