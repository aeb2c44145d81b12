"""A member of a consumer group on Faust, for the pure stages.

Faust owns membership, the loop and shutdown. It does not own the offsets: faust-streaming 0.15.3 commits
past unacknowledged messages and acknowledges by itself what it drops at a rebalance (measured in the
reference: 7 and 10 of 20,000 lost), so its consumer here commits what `acknowledge` was told, only that.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import faust
import structlog
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # aiokafka ships no annotations
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    IllegalStateError,
    KafkaError,
    UnknownTopicOrPartitionError,
)
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, StreamT
from faust.types import Message as FaustMessage

from services.runtime.bus import Message
from services.runtime.clock import Clock, SystemClock
from services.runtime.kafka_connect import (
    KafkaSettings,
    broker_down,
    finished,
    message_from,
    reach,
    stop_client,
)
from services.runtime.kafka_login import MECHANISM, Login
from services.runtime.kafka_noise import quieten
from services.runtime.kafka_offsets import Offsets, Place

log = structlog.get_logger("sirwan.kafka")

FETCH = 4 * 1024 * 1024  # bytes of one fetch of one partition

PATIENCE = 5.0  # seconds the last commit may take

_END: Final = object()


class FaustSubscription:
    """Keeps the contract of services/runtime/bus.py on a real broker, for one topic."""

    def __init__(self, settings: KafkaSettings, clock: Clock, topic: str, group: str) -> None:
        quieten()
        self._settings = settings
        self._clock = clock
        self._topic = settings.full(topic)
        self._group = settings.full(group)
        self._offsets = Offsets()
        self._queue: asyncio.Queue[Any] = asyncio.Queue(1)
        self._app: faust.App | None = None
        self._running: asyncio.Task[None] | None = None
        self._scratch = tempfile.TemporaryDirectory(prefix="sirwan-faust-", ignore_cleanup_errors=True)
        self._closed = asyncio.Event()
        self._joined = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Messages as they come; ends on close. Raises BrokerDown."""
        if self._running is None and not self._closed.is_set():
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(lambda _: self._end())
        while not self._closed.is_set():
            event = await self._queue.get()
            if event is _END:
                break
            message: FaustMessage = event.message
            if self._app is None or message.generation_id != self._app.consumer_generation_id:
                continue  # of an assignment that is over: not committed, so it comes again
            place = (self._settings.brief(message.topic), message.partition)
            yield message_from(self._settings, message, self._offsets.deliver(place, message.offset))
        if self._running is not None and not self._closed.is_set():
            await self._running  # says why it ended

    async def acknowledge(self, message: Message) -> None:
        """Settled up to here; committed within `commit_interval`. Ignored under an old generation."""
        self._offsets.acknowledge((message.topic, message.partition), message.offset, message.generation)

    async def close(self) -> None:
        """Commit what was acknowledged and leave the group."""
        self._closed.set()
        if self._app is not None and self._app.started:
            await self._commit(self._app)
        await self.abandon()

    async def abandon(self) -> None:
        """Leave without committing: what a crash leaves behind, but the group notices at once."""
        self._closed.set()
        self._offsets.renew()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        self._scratch.cleanup()

    async def joined(self) -> None:
        """Return once the group has dealt out its partitions."""
        await self._joined.wait()

    def lag(self) -> Mapping[Place, int]:
        """Messages not yet acknowledged, by (topic, partition), as of the last fetch."""
        known: dict[Place, int] = {}
        if self._app is None or not self._joined.is_set():
            return known  # Faust calls itself started before its consumer is
        for tp in self._app.consumer.assignment():
            place = (self._settings.brief(tp.topic), tp.partition)
            end = cast("int | None", self._app.consumer.highwater(tp))  # None before the first fetch
            settled = self._offsets.settled(place)
            if end is not None and settled is not None:
                known[place] = max(0, end - settled)
        return known

    def committed(self) -> Mapping[Place, int]:
        """Offsets the broker has confirmed, by (topic, partition)."""
        return self._offsets.committed()

    async def _run(self) -> None:
        """Start the app and stay with it. Raises BrokerDown where it ends by itself."""
        await reach(self._settings, self._clock, self._probe)
        app = self._app = self._new_app()
        ended = asyncio.create_task(app.wait_until_stopped())
        try:
            app.finalize()
            await finished(app.start())
            await asyncio.shield(ended)  # cancelled in there it would leave tasks behind
            why = app.crash_reason or RuntimeError("Faust stopped by itself")
            raise broker_down(self._settings, why, f"reading {self._group}") from why
        finally:
            await app.stop()
            await ended

    async def _commit(self, app: faust.App) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while self._offsets.pending() and not app.should_stop:
                    await app.consumer.commit()  # does nothing but wait where one is under way already
        except TimeoutError:
            log.warning("not committed, the broker does not answer", group=self._group)

    def _end(self) -> None:
        """Wake the iteration; what is still queued was never acknowledged."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(_END)

    async def _probe(self) -> None:
        """Faust would wait for ever for a topic that is not there."""
        consumer = AIOKafkaConsumer(**self._settings.client)
        try:
            await finished(consumer.start())
            if self._topic not in await finished(consumer.topics()):
                raise UnknownTopicOrPartitionError(self._topic)
        finally:
            await stop_client(consumer)

    def _new_app(self) -> faust.App:
        settings = self._settings
        app = faust.App(
            self._group,
            broker=";".join(f"kafka://{address}" for address in settings.bootstrap.split(",")),
            broker_client_id=settings.client_id,
            broker_credentials=_credentials(settings.login),
            broker_commit_interval=settings.commit_interval,
            broker_session_timeout=settings.session_timeout,
            broker_heartbeat_interval=1.0,
            broker_rebalance_timeout=10.0,
            consumer_auto_offset_reset="earliest",
            consumer_group_instance_id=settings.instance,
            consumer_max_fetch_size=FETCH,
            store="memory://",
            datadir=Path(self._scratch.name),
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            stream_wait_empty=False,  # it would wait for messages nobody takes any more
        )
        app.transport = _Transport(
            app.conf.broker_consumer, app, self._offsets, self._joined, settings, self._clock
        )
        channel = app.topic(
            self._topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )

        async def feed(stream: StreamT[bytes]) -> None:
            async for event in cast("faust.Stream[bytes]", stream).noack().events():
                await self._queue.put(event)

        app.agent(channel, concurrency=1, name=f"{self._group}.feed")(feed)
        return app


def _credentials(login: Login | None) -> faust.SASLCredentials | None:
    """The login as Faust takes it."""
    if login is None:
        return None
    return faust.SASLCredentials(
        username=login.user, password=login.password, ssl_context=login.trust, mechanism=MECHANISM
    )


class _Transport(driver.Transport):
    """Faust's transport with our consumer in it."""

    def __init__(
        self,
        url: Any,
        app: faust.App,
        offsets: Offsets,
        joined: asyncio.Event,
        settings: KafkaSettings,
        clock: Clock,
    ) -> None:
        super().__init__(url, app)
        self.offsets = offsets
        self.joined = joined
        self.settings = settings
        self.clock = clock


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust's, which leaves connections open when it is stopped soon after its start."""

    async def on_thread_stop(self) -> None:
        """End the thread's queue of calls, then the consumer."""
        consumer, self._consumer = self._consumer, None
        try:
            await super().on_thread_stop()
        finally:
            if consumer is not None:
                await stop_client(consumer)


class _Consumer(driver.Consumer):
    """Commits what was acknowledged to us instead of what Faust believes."""

    transport: _Transport

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def ack(self, message: FaustMessage) -> bool:
        """Faust's own bookkeeping, which also happens for messages it drops, counts for nothing."""
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    def _place(self, tp: TP) -> Place:
        return self.transport.settings.brief(tp.topic), tp.partition

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Any:
        del topics  # a member reads one topic
        return (TP(self.transport.settings.full(name), at) for name, at in self.transport.offsets.pending())

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        pending = self.transport.offsets.pending()
        return {tp: pending[self._place(tp)] for tp in tps if self._place(tp) in pending}

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        done = await super()._commit_offsets(offsets, start_new_transaction)
        if done:
            self.transport.offsets.note_committed({self._place(tp): at for tp, at in offsets.items()})
        return done

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let what is being worked on be settled, commit it, end the generation."""
        ours = self.transport
        end = ours.clock.steady() + ours.settings.drain
        while ours.offsets.outstanding() and ours.clock.steady() < end and not self.should_stop:
            await ours.clock.sleep(0.02)
        await self.commit()
        ours.offsets.renew()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """The rebalance is over."""
        self.transport.offsets.renew()
        self.transport.joined.set()
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Go back to the committed offsets, and to the start of a partition that has none.

        Faust does this at each assignment, and when it drops records that a fetch under way brought in
        the middle of a rebalance. aiokafka seeks only where something is committed; left there, the
        dropped records of a partition without a commit would never come (seen: a whole partition lost).
        Nor may a seek that fails be passed over, as Faust does: it ends the app; the worker makes another.
        """
        try:
            async with asyncio.timeout(self.transport.settings.request_timeout):
                await self._seek_to_unsettled()
        except IllegalStateError:
            log.info("not sought, the partitions moved on")  # the assignment that follows seeks
        except (KafkaError, TimeoutError) as exc:
            await self.crash(exc)
            raise

    async def _seek_to_unsettled(self) -> None:
        assigned = self.assignment()
        if not assigned:
            return
        await super().perform_seek()
        first = await self.earliest_offsets(*assigned)
        starts = {tp: max(self._committed_offset[tp] or 0, first[tp]) for tp in assigned}
        await self.seek_wait({tp: at for tp, at in starts.items() if at != self._committed_offset[tp]})
        for tp, start in starts.items():
            self.transport.offsets.begin(self._place(tp), start)


_Transport.Consumer = _Consumer


def faust_subscribe(
    settings: KafkaSettings, clock: Clock | None = None
) -> Callable[[Sequence[str], str], FaustSubscription]:
    """What a worker subscribes with instead of the bus. One topic at a time; raises ValueError otherwise."""

    def subscribe(topics: Sequence[str], group: str) -> FaustSubscription:
        if len(topics) != 1:
            raise ValueError(f"Faust reads one topic here, not {len(topics)}: {', '.join(topics)}")
        return FaustSubscription(settings, clock or SystemClock(), topics[0], group)

    return subscribe
