"""A broker that dies under a member and stays away: leaving still works, and cancels nobody."""

import asyncio

import pytest

from schemas.topics import ARTICLES_EXTRACTED
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_state import KafkaState
from services.runtime.kafka_topics import Layout, apply
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
