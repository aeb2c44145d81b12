"""A broker that dies under a member and stays away: leaving still works, and cancels nobody."""

import asyncio

import pytest

from schemas.topics import ARTICLES_EXTRACTED
from services.runtime.clock import SystemClock
from services.runtime.health import Health
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_presence import watch_broker
from services.runtime.kafka_state import KafkaState
from services.runtime.kafka_topics import Layout, apply
from services.runtime.metrics import Metrics
from tests.broker import Broker

pytestmark = pytest.mark.kafka


async def test_leaving_a_dead_broker_ends_and_cancels_nobody(own_broker: Broker) -> None:
    """aiokafka leaks the cancellation of its own tasks out of `stop`; a fetcher once ended with 0 for it."""
    own_broker.start()
    settings = KafkaSettings(own_broker.address, prefix="outage", session_timeout=6.0, request_timeout=2.0)
    await apply(settings, Layout(partitions=1))
    bus = KafkaBus(settings)
    await bus.start()
    member = bus.subscribe([ARTICLES_EXTRACTED.name], "readers")
    reader = asyncio.ensure_future(anext(aiter(member)))
    await member.joined()
    state = KafkaState(settings, "linker")
    await state.open()
    own_broker.kill()
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    async with asyncio.timeout(40):
        await member.close()
        await state.close()
        await bus.stop()
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


class Noticed(Health):
    """A health that tells when something stands in the way."""

    def __init__(self) -> None:
        super().__init__("classifier", Metrics())
        self.cleared("starting")
        self.trouble = asyncio.Event()

    def blocked(self, cause: str, detail: str) -> bool:
        news = super().blocked(cause, detail)
        self.trouble.set()
        return news


class Looks(SystemClock):
    """A clock that tells when it was slept on a few times."""

    def __init__(self) -> None:
        self.left = 4
        self.over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.left -= 1
        if not self.left:
            self.over.set()
        await asyncio.sleep(seconds)


async def test_an_idle_service_is_not_ready_while_the_broker_is_away(own_broker: Broker) -> None:
    own_broker.start()
    bus = KafkaBus(KafkaSettings(own_broker.address, prefix="idle", request_timeout=2.0))
    await bus.start()
    health = Noticed()
    watching = asyncio.create_task(watch_broker(bus, health, SystemClock(), period=0.1))
    own_broker.kill()
    async with asyncio.timeout(20):
        await health.trouble.wait()
    assert own_broker.address in health.causes["broker"]
    own_broker.start()
    async with asyncio.timeout(40):
        await health.until_ready()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await bus.stop()


async def test_a_connection_that_was_thrown_away_is_no_answer_of_the_broker(own_broker: Broker) -> None:
    own_broker.start()
    bus = KafkaBus(KafkaSettings(own_broker.address, prefix="idle", request_timeout=2.0))
    await bus.start()
    health, clock = Noticed(), Looks()
    clock.left = 1_000_000
    watching = asyncio.create_task(watch_broker(bus, health, clock, period=0.05))
    own_broker.kill()
    async with asyncio.timeout(20):
        await health.trouble.wait()
    await bus.stop()  # as after a failed publish: there is no producer now
    clock.left = 4
    async with asyncio.timeout(20):
        await clock.over.wait()
    assert own_broker.address in health.causes["broker"]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_what_others_found_wrong_with_the_broker_is_theirs_to_clear(own_broker: Broker) -> None:
    own_broker.start()
    bus = KafkaBus(KafkaSettings(own_broker.address, prefix="idle"))
    await bus.start()
    health, clock = Noticed(), Looks()
    health.blocked("broker", "no such topic")
    watching = asyncio.create_task(watch_broker(bus, health, clock, period=0.01))
    async with asyncio.timeout(20):
        await clock.over.wait()
    assert health.causes == {"broker": "no such topic"}
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await bus.stop()
