"""What a stage remembers on Kafka, read from outside: its changelog to the present end, by no group."""

import asyncio
from contextlib import suppress

from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # as above
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    KafkaConnectionError,
    KafkaError,
)

from services.runtime.kafka_connect import KafkaSettings, broker_down, finished, shut_out, stop_client
from services.runtime.kafka_noise import quieten
from services.runtime.kafka_state import BATCH
from services.stage import Transient

CONNECTING = 3.0  # seconds: somebody is waiting in front of a terminal
READING = 60.0  # seconds; 200,000 changes took 0.9 s
FAREWELL = 0.5  # seconds to say goodbye to a broker that may not be listening


async def remembered(settings: KafkaSettings, stage: str, prefix: str) -> dict[str, bytes]:
    """All pairs whose key begins with `prefix`; none where the topic is not there yet.

    Nothing is published, no offset committed, no topic made. Raises Transient("state-unavailable").
    """
    quieten()
    place = TopicPartition(settings.full(f"{stage}.memory.v1"), 0)
    try:
        if not await _exists(settings, place.topic):
            return {}
        async with asyncio.timeout(READING):
            return await _read(settings, place, prefix)
    except (KafkaConnectionError, TimeoutError, OSError) as exc:
        why = await shut_out(settings) or f"no answer from the broker {settings.bootstrap} in time"
        raise Transient("state-unavailable", why) from exc
    except KafkaError as exc:
        raise Transient("state-unavailable", str(broker_down(settings, exc, place.topic))) from exc


async def _exists(settings: KafkaSettings, topic: str) -> bool:
    """Asked of the list of all topics, for to ask for one may create it."""
    admin = AIOKafkaAdminClient(**settings.client)
    try:
        async with asyncio.timeout(CONNECTING):
            await finished(admin.start())
            return topic in await admin.list_topics()
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await asyncio.gather(admin.close(), return_exceptions=True)


async def _read(settings: KafkaSettings, place: TopicPartition, prefix: str) -> dict[str, bytes]:
    consumer = AIOKafkaConsumer(**settings.client, max_partition_fetch_bytes=BATCH, enable_auto_commit=False)
    values: dict[str, bytes | None] = {}
    try:
        await finished(consumer.start())
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        # By position, not by what arrives: compaction may have removed the last records.
        while await consumer.position(place) < end:
            for record in (await consumer.getmany(timeout_ms=500)).get(place, ()):
                key = record.key.decode()
                if key.startswith(prefix):
                    values[key] = record.value
    finally:
        await stop_client(consumer)
    return {key: value for key, value in sorted(values.items()) if value is not None}
