"""A member of a consumer group on aiokafka: manual commits, of acknowledged offsets only."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence

import structlog
from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    ConsumerRebalanceListener,
    TopicPartition,
)
from aiokafka.errors import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    CommitFailedError,
    ConsumerStoppedError,
    IllegalStateError,
    KafkaError,
)

from services.runtime.bus import Message
from services.runtime.clock import Clock
from services.runtime.kafka_connect import (
    ENVELOPE,
    MAX_RECORD,
    KafkaSettings,
    broker_down,
    finished,
    message_from,
    reach,
    stop_client,
)
from services.runtime.kafka_holdings import KafkaHoldings
from services.runtime.kafka_offsets import Offsets, Place

log = structlog.get_logger("sirwan.kafka")

PATIENCE = 5.0  # seconds one commit may take; below the session timeout, for it may hold up a rebalance
ENDING = 0.1  # seconds in which what was told to stop lets go of its connections
MAX_POLL_INTERVAL = 24 * 3600.0  # seconds; a paused worker stays in its group, the watchdog looks after it


class KafkaSubscription:
    """Keeps the contract of services/runtime/bus.py on a real broker."""

    def __init__(
        self,
        settings: KafkaSettings,
        clock: Clock,
        topics: Sequence[str],
        group: str,
        holdings: KafkaHoldings | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._topics = [settings.full(topic) for topic in topics]
        self._group = settings.full(group)
        self._offsets = Offsets()
        self._holdings = holdings or KafkaHoldings(clock)
        self._consumer: AIOKafkaConsumer | None = None
        self._joining: asyncio.Future[AIOKafkaConsumer] | None = None
        self._committer: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None
        self._closed = asyncio.Event()
        self._joined = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Messages as they come; ends on close. Raises BrokerDown."""
        consumer = await self._join()
        while consumer is not None and not self._closed.is_set():
            try:
                record = await consumer.getone()
            except ConsumerStoppedError:
                break
            except KafkaError as exc:
                raise broker_down(self._settings, exc, f"reading {self._group}") from exc
            place = (self._settings.brief(record.topic), record.partition)
            yield message_from(self._settings, record, self._offsets.deliver(place, record.offset))
        if self._failure is not None:
            raise broker_down(self._settings, self._failure, "committing") from self._failure

    async def acknowledge(self, message: Message) -> None:
        """Settled up to here; committed within `commit_interval`. Ignored under an old generation."""
        self._offsets.acknowledge((message.topic, message.partition), message.offset, message.generation)

    async def close(self) -> None:
        """Commit what was acknowledged and leave the group."""
        if not self._closed.is_set():
            await self._stop_committer()
            await self._commit()
        await self.abandon()

    async def abandon(self) -> None:
        """Leave without committing: what a crash leaves behind, but the group notices at once."""
        self._closed.set()
        await self._let_go()
        await self._stop_committer()
        if self._joining is not None:
            self._joining.cancel()
            await asyncio.gather(self._joining, return_exceptions=True)
        if self._consumer is not None:
            await stop_client(self._consumer)

    async def joined(self) -> None:
        """Return once the group has dealt out its partitions."""
        await self._joined.wait()

    def lag(self) -> Mapping[Place, int]:
        """Messages not yet acknowledged, by (topic, partition), as of the last fetch."""
        known: dict[Place, int] = {}
        if self._consumer is None:
            return known
        for tp in self._consumer.assignment():
            end, settled = self._consumer.highwater(tp), self._offsets.settled(self._place(tp))
            if end is not None and settled is not None:
                known[self._place(tp)] = max(0, end - settled)
        return known

    def committed(self) -> Mapping[Place, int]:
        """Offsets the broker has confirmed, by (topic, partition)."""
        return self._offsets.committed()

    async def _join(self) -> AIOKafkaConsumer | None:
        """Become a member; None if closed meanwhile."""
        if self._consumer is None and not self._closed.is_set():
            self._joining = asyncio.ensure_future(reach(self._settings, self._clock, self._connect))
            try:
                self._consumer = await self._joining
            except asyncio.CancelledError:
                if not self._closed.is_set():
                    raise
                return None
            self._committer = asyncio.create_task(self._commit_for_ever(self._consumer))
            self._committer.add_done_callback(self._note_failure)
        return self._consumer

    async def _connect(self) -> AIOKafkaConsumer:
        settings = self._settings
        consumer = AIOKafkaConsumer(
            **settings.client,
            group_id=self._group,
            group_instance_id=settings.instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=MAX_RECORD + ENVELOPE,
            max_poll_interval_ms=int(MAX_POLL_INTERVAL * 1000),
            session_timeout_ms=int(settings.session_timeout * 1000),
            heartbeat_interval_ms=int(settings.session_timeout * 100),
        )
        try:
            consumer.subscribe(self._topics, listener=_Listener(self, consumer))
            await finished(consumer.start())
        except BaseException:
            await stop_client(consumer)
            raise
        return consumer

    async def revoke(self) -> None:
        """A rebalance begins: let what is being worked on be settled, commit it, end the generation."""
        self._holdings.lose()
        end = self._clock.steady() + self._settings.drain
        while self._offsets.outstanding() and self._clock.steady() < end and not self._closed.is_set():
            await self._clock.sleep(0.02)
        await self._let_go()
        if not self._closed.is_set():
            await self._commit()
        self._offsets.renew()

    async def _let_go(self) -> None:
        """Nothing is done any more for what others may have next."""
        self._holdings.lose()
        if self._holdings.stop():
            await self._clock.sleep(ENDING)

    def assign(self, places: Iterable[TopicPartition], counts: Mapping[str, int]) -> None:
        """The rebalance is over; `counts` are the partitions of each topic, by full name."""
        self._offsets.renew()
        brief = self._settings.brief
        self._holdings.gain(map(self._place, places), {brief(name): count for name, count in counts.items()})
        self._joined.set()

    async def _commit_for_ever(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            await self._clock.sleep(self._settings.commit_interval)
            await self._commit()
            await self._learn_starts(consumer)

    async def _commit(self) -> None:
        """Commit what is settled. Raises KafkaError where trying again cannot help."""
        pending = self._offsets.pending()
        if not pending or self._consumer is None:
            return
        offsets = {
            TopicPartition(self._settings.full(topic), number): offset
            for (topic, number), offset in pending.items()
        }
        try:
            async with asyncio.timeout(PATIENCE):
                await self._consumer.commit(offsets)
        except TimeoutError:
            log.warning("not committed yet, the broker does not answer", group=self._group)
        except (CommitFailedError, IllegalStateError):
            log.info("not committed, the partitions moved on", group=self._group)  # they come again
        else:
            self._offsets.note_committed(pending)

    async def _learn_starts(self, consumer: AIOKafkaConsumer) -> None:
        """Where partitions begin that have delivered nothing yet: without it their lag is unknown."""
        for tp in consumer.assignment():
            if self._offsets.settled(self._place(tp)) is None:
                try:
                    async with asyncio.timeout(self._settings.commit_interval):
                        position = await consumer.position(tp)
                except (TimeoutError, IllegalStateError):
                    return
                if tp in consumer.assignment():
                    self._offsets.begin(self._place(tp), position)

    def _place(self, tp: TopicPartition) -> Place:
        return self._settings.brief(tp.topic), tp.partition

    def _note_failure(self, task: "asyncio.Task[None]") -> None:
        """Committing failed for good: end the iteration, which raises what happened."""
        if not task.cancelled() and self._consumer is not None:
            self._failure = task.exception()
            self._stopping = asyncio.create_task(stop_client(self._consumer))

    async def _stop_committer(self) -> None:
        if self._committer is not None:
            self._committer.cancel()
            await asyncio.gather(self._committer, return_exceptions=True)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # an unannotated base class
    def __init__(self, subscription: KafkaSubscription, consumer: AIOKafkaConsumer) -> None:
        self._subscription = subscription
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: object) -> None:
        del revoked  # aiokafka has no cooperative assignor: always everything
        await self._subscription.revoke()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        topics = {each.topic for each in assigned}
        counts = {topic: len(self._consumer.partitions_for_topic(topic) or ()) for topic in topics}
        self._subscription.assign(assigned, counts)
