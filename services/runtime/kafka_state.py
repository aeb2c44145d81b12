"""What a stage remembers, on Kafka: a compacted changelog of one partition, held in memory as bytes.

Several processes may write it, each its own keys; one sees what others wrote once it refreshes.
"""

import asyncio
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    TopicPartition,
)
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # as above

from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock, SystemClock
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_connect import KafkaSettings, finished, stop_client
from services.stage import Remember, Transient

BATCH = 4 * 1024 * 1024  # bytes a fetch may bring; the changelog's own limit for one value


class KafkaState:
    """Keeps the contract of services/runtime/state.py on a real broker."""

    def __init__(self, settings: KafkaSettings, stage: str, clock: Clock | None = None) -> None:
        # Every change is confirmed before the next message: lingering would only add its delay to each.
        self._settings = replace(settings, linger_ms=0)
        self._clock = clock or SystemClock()
        self._topic = f"{stage}.memory.v1"
        self._bus: KafkaBus | None = None
        self._values: dict[str, bytes] = {}
        self._keys: list[str] = []  # sorted
        self._read = 0  # offset of what is next in the changelog
        self._reading = asyncio.Lock()
        self._written: set[str] = set()  # keys that were changed here while the changelog is read

    async def open(self) -> None:
        """Read the changelog to its present end. Raises Transient."""
        self._values.clear()
        self._read = 0
        self._bus = KafkaBus(self._settings, self._clock)
        await self.refresh()

    async def refresh(self) -> None:
        """Read on to the present end of the changelog, one reader after the other. Raises Transient."""
        async with self._reading:
            await self._read_on()

    async def _read_on(self) -> None:
        if self._bus is None:
            raise RuntimeError(f"{self._topic} is used before open()")
        consumer = AIOKafkaConsumer(
            **self._settings.client, max_partition_fetch_bytes=BATCH, auto_offset_reset="earliest"
        )
        self._written.clear()
        try:
            await self._bus.start()
            await finished(consumer.start())
            changes, end = await self._tail(consumer)
        except (KafkaError, BrokerDown, OSError) as exc:
            raise Transient("state-unavailable", f"{self._topic}: {exc or type(exc).__name__}") from exc
        finally:
            await stop_client(consumer)
        for key in changes.keys() - self._written:
            self._note(key, changes[key])
        self._read, self._keys = end, sorted(self._values)

    async def _tail(self, consumer: AIOKafkaConsumer) -> tuple[dict[str, bytes | None], int]:
        """What was written since the last look, the newest of each key, and the offset after it."""
        place = TopicPartition(self._settings.full(self._topic), 0)
        consumer.assign([place])
        if self._read:
            consumer.seek(place, self._read)
        else:
            await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        changes: dict[str, bytes | None] = {}
        # By position, not by what arrives: compaction may have removed the last records.
        while await consumer.position(place) < end:
            for record in (await consumer.getmany(timeout_ms=500)).get(place, ()):
                changes[record.key.decode()] = record.value
        return changes, end

    def _note(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value

    def get(self, key: str) -> bytes | None:
        """The value under `key`, or None."""
        return self._values.get(key)

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """All pairs whose key begins with `prefix`, by key."""
        for key in self._keys[bisect_left(self._keys, prefix) :]:
            if not key.startswith(prefix):
                return
            yield key, self._values[key]

    async def remember(self, changes: Sequence[Remember]) -> None:
        """Publish the changes in order and wait until all are confirmed. Raises Transient.

        Where only some were confirmed nothing is seen of any until the next open(); to try again is safe.
        """
        if self._bus is None:
            raise RuntimeError(f"{self._topic} is used before open()")
        try:
            sent = [await self._bus.publish(self._topic, each.key, each.value, {}) for each in changes]
            await asyncio.gather(*sent)
        except BrokerDown as exc:
            raise Transient("state-unavailable", f"{self._topic}: {exc}") from exc
        for change in changes:
            self._index(change)
            self._note(change.key, change.value)
            self._written.add(change.key)

    def _index(self, change: Remember) -> None:
        known = change.key in self._values
        if change.value is not None and not known:
            insort(self._keys, change.key)
        if change.value is None and known:
            del self._keys[bisect_left(self._keys, change.key)]

    async def close(self) -> None:
        """Let go of the broker."""
        if self._bus is not None:
            await self._bus.stop()
            self._bus = None
