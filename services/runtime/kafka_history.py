"""What is on a topic already, read from outside to its present end, by no group; nothing is committed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # as above
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    KafkaError,
    UnknownTopicOrPartitionError,
)

from services.runtime.bus import Message
from services.runtime.kafka_connect import (
    MAX_RECORD,
    KafkaSettings,
    broker_down,
    finished,
    message_from,
    stop_client,
)
from services.runtime.kafka_noise import quieten

CONNECTING = 5.0  # seconds: somebody is waiting in front of a terminal
POLL = 500  # milliseconds
STILL = 60  # polls without a message before the end is reached: nothing comes any more
FAREWELL = 0.5  # seconds to say goodbye to a broker that may not be listening


@dataclass(frozen=True, slots=True)
class History:
    """A topic, up to the end that it has when it is read."""

    settings: KafkaSettings
    consumer: AIOKafkaConsumer
    places: tuple[TopicPartition, ...]

    async def since(self, moment: datetime) -> AsyncIterator[Message]:
        """Messages that came at that time or later."""
        found = await self._first_since(moment)
        async for message in self._read({place: at for place, at in found.items() if at is not None}):
            yield message

    async def behind(self, offsets: Mapping[int, int]) -> AsyncIterator[Message]:
        """Messages after an offset, by partition; nothing of partitions that are not named."""
        starts = {place: offsets[place.partition] + 1 for place in self.places if place.partition in offsets}
        async for message in self._read(starts):
            yield message

    async def reaches_back_to(self, moment: datetime) -> bool:
        """Whether retention has left everything that came since then."""
        found = await self._first_since(moment)
        first = await self.consumer.beginning_offsets(self.places)
        ends = await self.consumer.end_offsets(self.places)
        starts = {place: ends[place] if at is None else at for place, at in found.items()}
        return all(first[place] == 0 or starts[place] > first[place] for place in self.places)

    async def _first_since(self, moment: datetime) -> Mapping[TopicPartition, int | None]:
        stamp = int(moment.timestamp() * 1000)
        found = await self.consumer.offsets_for_times(dict.fromkeys(self.places, stamp))
        return {place: at.offset if at else None for place, at in found.items()}

    async def _read(self, starts: Mapping[TopicPartition, int]) -> AsyncIterator[Message]:
        ends = await self.consumer.end_offsets(list(starts))
        first = await self.consumer.beginning_offsets(list(starts))
        left = {place for place, start in starts.items() if max(start, first[place]) < ends[place]}
        self.consumer.assign(sorted(left))
        for place in left:
            self.consumer.seek(place, max(starts[place], first[place]))
        still = 0
        while left:
            batches = await self.consumer.getmany(*left, timeout_ms=POLL)
            still = 0 if batches else still + 1
            if still > STILL:
                raise TimeoutError("nothing comes any more")
            for record in chain.from_iterable(batches.values()):
                yield message_from(self.settings, record, 0)
            # By position, not by what arrives: compaction may have removed the last records.
            left = {place for place in left if await self.consumer.position(place) < ends[place]}


@asynccontextmanager
async def history(settings: KafkaSettings, topic: str) -> AsyncIterator[History]:
    """A topic to look back on. Raises BrokerDown, also while it is read."""
    quieten()
    consumer = AIOKafkaConsumer(
        **settings.client, enable_auto_commit=False, max_partition_fetch_bytes=MAX_RECORD
    )
    try:
        async with asyncio.timeout(CONNECTING):
            places = await _places(settings, settings.full(topic))
            await finished(consumer.start())
        yield History(settings, consumer, places)
    except (KafkaError, OSError) as exc:  # TimeoutError is an OSError
        raise broker_down(settings, exc, f"reading {topic}") from exc
    finally:
        await stop_client(consumer)


async def _places(settings: KafkaSettings, topic: str) -> tuple[TopicPartition, ...]:
    """Its partitions; all topics are listed, for to ask for one may create it."""
    admin = AIOKafkaAdminClient(**settings.client)
    try:
        await finished(admin.start())
        described = await admin.describe_topics()
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await asyncio.gather(admin.close(), return_exceptions=True)
    numbers = [
        part["partition"] for each in described if each["topic"] == topic for part in each["partitions"]
    ]
    if not numbers:
        raise UnknownTopicOrPartitionError(topic)
    return tuple(TopicPartition(topic, number) for number in sorted(numbers))
