"""The bus on Apache Kafka: every produce of the system, idempotent and confirmed.

After BrokerDown nothing is known of any message that was not confirmed, so the producer is thrown away
and a new one made: its own memory of what to send must not compete with what is published again.
"""

import asyncio
from collections.abc import Awaitable, Generator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # aiokafka ships no annotations
from aiokafka.errors import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    KafkaError,
    MessageSizeTooLargeError,
)

from services.runtime.clock import Clock, SystemClock
from services.runtime.kafka_connect import (
    ENVELOPE,
    MAX_RECORD,
    KafkaSettings,
    broker_down,
    finished,
    headers_out,
    let_in,
    reach,
)
from services.runtime.kafka_holdings import KafkaHoldings
from services.runtime.kafka_noise import quieten
from services.runtime.kafka_subscription import KafkaSubscription
from services.stage import Poison

__all__ = ["KafkaBus", "KafkaSettings"]

BATCH = 256 * 1024
"""Bytes of one batch before compression. Below the smallest topic's limit, so that whatever is refused
as too large is a single message."""


ANSWER = 5.0
"""Seconds a broker may take to say that it is there."""

STOP = 5.0
"""Seconds a producer may need to flush when its process ends."""


class KafkaBus:
    """Keeps the contract of services/runtime/bus.py on a real broker."""

    def __init__(self, settings: KafkaSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._producer: AIOKafkaProducer | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._order = asyncio.Lock()
        quieten()

    async def start(self) -> None:
        """Connect; waits for a broker that is not there yet and says so once."""
        async with self._order:
            await self._working()

    async def stop(self) -> None:
        """Flush and disconnect; what a dead broker does not take within STOP comes again from its input."""
        await asyncio.gather(*self._leaving)
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(STOP):
                    await producer.stop()
            except TimeoutError:
                await _throw_away(producer)

    async def publish(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str]
    ) -> Awaitable[None]:
        """Hand one message over, in order; the awaitable is done when all replicas have it.

        Raises BrokerDown, Poison("record-too-large"); so does the awaitable.
        """
        _refuse_large(topic, value)
        async with self._order:  # a full buffer makes `send` wait, and later calls must not overtake it
            producer = await self._working()
            try:
                sent = await producer.send(
                    self._settings.full(topic), value, key=key.encode(), headers=headers_out(headers)
                )
            except MessageSizeTooLargeError as exc:
                raise Poison("record-too-large", f"{topic}: {exc}") from exc
            except KafkaError as exc:
                self._discard(producer)
                raise broker_down(self._settings, exc, f"publishing on {topic}") from exc
        sent.add_done_callback(_seen)
        return _Confirmation(self, producer, sent, topic)

    def subscribe(
        self, topics: Sequence[str], group: str, holdings: KafkaHoldings | None = None
    ) -> KafkaSubscription:
        """Join `group` on `topics`, from the first message it has not acknowledged.

        `holdings` are told what comes here.
        """
        return KafkaSubscription(self._settings, self._clock, topics, group, holdings)

    async def answered(self) -> bool:
        """Whether a broker has answered a small question; False where we are not connected and ask none.

        Raises BrokerDown where none does within ANSWER.
        """
        if self._producer is None:
            return False
        try:
            async with asyncio.timeout(ANSWER):
                await self._producer.client.fetch_all_metadata()
        except (KafkaError, TimeoutError) as exc:
            await let_in(self._settings, "asking for its metadata")
            raise broker_down(self._settings, exc, "asking for its metadata") from exc
        return True

    async def confirmed(self, producer: AIOKafkaProducer, sent: "asyncio.Future[Any]", topic: str) -> None:
        """Return once the broker has the message. Raises BrokerDown, Poison."""
        try:
            async with asyncio.timeout(self._settings.confirm_timeout):
                await sent
        except MessageSizeTooLargeError as exc:
            raise Poison("record-too-large", f"{topic}: refused by the broker") from exc
        except (KafkaError, TimeoutError) as exc:
            self._discard(producer)
            raise broker_down(self._settings, exc, f"publishing on {topic}") from exc

    async def _working(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = await reach(self._settings, self._clock, self._connect)
        return self._producer

    async def _connect(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._settings.client,
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            linger_ms=self._settings.linger_ms,
            max_batch_size=BATCH,
            max_request_size=MAX_RECORD + ENVELOPE,
        )
        try:
            await finished(producer.start())
        except BaseException:
            await producer.stop()
            raise
        return producer

    def _discard(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            leaving = asyncio.create_task(_throw_away(producer))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)


class _Confirmation:
    """Costs nothing until it is awaited, and nothing if it never is."""

    __slots__ = ("_bus", "_producer", "_sent", "_topic")

    def __init__(self, bus: KafkaBus, producer: AIOKafkaProducer, sent: Any, topic: str) -> None:
        self._bus = bus
        self._producer = producer
        self._sent = sent
        self._topic = topic

    def __await__(self) -> Generator[Any, None, None]:
        return self._bus.confirmed(self._producer, self._sent, self._topic).__await__()


def _seen(sent: "asyncio.Future[Any]") -> None:
    """A confirmation nobody awaits any more must not be reported as forgotten."""
    if not sent.cancelled():
        sent.exception()


def _refuse_large(topic: str, value: bytes | None) -> None:
    size = len(value or b"")
    if size > MAX_RECORD:
        raise Poison("record-too-large", f"{size} bytes for {topic}, {MAX_RECORD} allowed")


async def _throw_away(producer: AIOKafkaProducer) -> None:
    """Stop without delivering what is buffered; aiokafka's own `stop` would wait for the broker to flush.

    Confirmations still awaited end by their time limit.
    """
    if producer._sender is not None:  # noqa: SLF001 (see above)
        await producer._sender.close()  # noqa: SLF001 (see above)
    producer._closed = True  # noqa: SLF001 (or it complains that nobody stopped it)
    await producer.client.close()
