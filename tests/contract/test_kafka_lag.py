"""How far a stage is behind, asked from outside on a real broker."""

import asyncio
import logging
import socket
from dataclasses import replace

import pytest

from schemas.topics import ARTICLES_ENRICHED, ARTICLES_EXTRACTED, STORIES
from services.runtime.bus import BrokerDown
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_lag import Behind, look
from services.runtime.kafka_topics import Layout, apply
from tests.broker import free_port

READS = {"classifier": [ARTICLES_EXTRACTED.name], "store": [ARTICLES_ENRICHED.name, STORIES.name]}


@pytest.mark.kafka
async def test_what_is_published_and_not_committed_is_behind(kafka: KafkaSettings) -> None:
    await apply(kafka, Layout(partitions=2))
    bus = KafkaBus(kafka)
    await bus.start()
    for topic, count in ((ARTICLES_EXTRACTED, 20), (ARTICLES_ENRICHED, 3), (STORIES, 4)):
        for number in range(count):
            await (await bus.publish(topic.name, f"key {number}", b"{}", {}))
    nobody = await look(kafka, READS)
    assert nobody == {"classifier": Behind(20, 0), "store": Behind(7, 0)}

    member = bus.subscribe([ARTICLES_EXTRACTED.name], "classifier")
    messages = aiter(member)
    for _ in range(8):
        await member.acknowledge(await anext(messages))
    assert (await look(kafka, READS))["classifier"].members == 1
    await member.close()  # commits
    assert (await look(kafka, READS))["classifier"] == Behind(12, 0)

    member = bus.subscribe([ARTICLES_EXTRACTED.name], "classifier")
    messages = aiter(member)
    for _ in range(12):
        await member.acknowledge(await anext(messages))
    await member.close()
    await bus.stop()
    assert (await look(kafka, READS))["classifier"] == Behind(0, 0)


@pytest.mark.kafka
async def test_a_topic_that_is_not_there_is_named_and_not_made(kafka: KafkaSettings) -> None:
    await apply(kafka, Layout(partitions=1), [ARTICLES_ENRICHED.name])
    for _ in range(2):
        found = await look(kafka, READS)
        assert found["classifier"] == Behind(0, 0, (kafka.full(ARTICLES_EXTRACTED.name),))
        assert found["store"] == Behind(0, 0, (kafka.full(STORIES.name),))


async def test_nobody_at_the_address_is_one_line_at_once(caplog: pytest.LogCaptureFixture) -> None:
    nobody = KafkaSettings(f"127.0.0.1:{free_port()}")
    with caplog.at_level(logging.WARNING), pytest.raises(BrokerDown, match=nobody.bootstrap):
        await look(nobody, READS)
    assert caplog.records == []


async def test_a_broker_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings = replace(KafkaSettings("x:1"), bootstrap=f"127.0.0.1:{mute.getsockname()[1]}")
        async with asyncio.timeout(6):
            with pytest.raises(BrokerDown, match=f"no answer from the broker {settings.bootstrap}"):
                await look(settings, READS)
