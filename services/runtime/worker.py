"""Runs one service on one bus until told to stop.

Steps run one after the other, or several at once, and hand their outputs over in order; only the waiting
for confirmations overlaps. A service with a memory does not even overlap that: what it remembers of one
message must be durable before the next is looked at. Whatever stands in the way (broker, database, a
flood of dead letters) pauses the worker, shows in its health, and ends by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

import structlog

from services.runtime.bus import BrokerDown, Bus, Message, Subscription
from services.runtime.clock import Clock, sleep_unless
from services.runtime.config import Settings
from services.runtime.deadletter import DeadLetterLimit
from services.runtime.gate import Gate
from services.runtime.health import Health
from services.runtime.metrics import Metrics
from services.runtime.retry import Retry
from services.runtime.service import Service
from services.runtime.settle import TIME_LIMIT, Confirmations, Outcome, Settler
from services.runtime.state import State
from services.runtime.tracing import NO_TRACES, Traces
from services.stage import DEAD, Remember, Transient

log = structlog.get_logger()

WINDOW = 1000
"""Messages taken and not yet acknowledged, at most: what a crash delivers again, and what memory holds."""

UNSAFE = frozenset({TIME_LIMIT, "bug", "record-too-large"})
"""Ends after which a stage may remember in this process what was never made durable."""

Subscribe = Callable[[Sequence[str], str], Subscription]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before trying again, and how many dead letters are too many. Seconds."""

    broker: float = 2.0
    memory: float = 1.0
    dead_letters: int = 1000  # in `dead_letter_window`
    dead_letter_window: float = 60.0
    dead_letter_pause: float = 300.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As an operator set it."""
        return cls(dead_letters=settings.dead_letter_limit, dead_letter_pause=settings.dead_letter_pause)


class Rebuild(Exception):
    """The service's memory may differ from what is durable; build it anew."""


@dataclass(slots=True)
class Worker:
    """One service at work."""

    build: Callable[[], Service]
    bus: Bus
    clock: Clock
    metrics: Metrics
    health: Health
    state: State | None = None
    notes: State | None = None  # as Fitted.notes says: written to, but nothing is built from it
    subscribe: Subscribe | None = None  # where another driver than the bus feeds the service
    retry: Retry = field(default_factory=Retry)
    patience: Patience = field(default_factory=Patience)
    traces: Traces = NO_TRACES
    subscription: Subscription | None = None  # the one in use, to look at
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    flood: DeadLetterLimit = field(init=False)  # outlives a rebuild of the service

    def __post_init__(self) -> None:
        self.flood = DeadLetterLimit(self.patience.dead_letters, self.patience.dead_letter_window)

    def stop(self) -> None:
        """Take no more messages; `run` returns once those taken are settled."""
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop`. A broker that is away is waited for, without acknowledging anything."""
        while not self._stop.is_set():
            try:
                service = await self._restore()
                await _Shift(self, service).work()
            except* BrokerDown as group:
                why = str(group.exceptions[0])
                if self.health.blocked("broker", why):
                    log.warning("waiting for the broker", why=why)
                await self._pause(self.patience.broker)
            except* Rebuild:
                log.warning("building the service anew from its memory")

    async def _restore(self) -> Service:
        """The service, with its memory as it is durable."""
        while self.state is not None:
            try:
                await self.state.close()
                await self.state.open()
                break
            except Transient as exc:
                await self.wait_for_memory(exc)
        self.health.cleared("memory")
        return self.build()

    async def wait_for_memory(self, exc: Transient) -> None:
        """Say that the memory cannot be reached, and wait a moment. Raises Rebuild when asked to stop."""
        if self.health.blocked("memory", exc.detail):
            log.error("the memory of the stage is unavailable", why=exc.detail)
        await self._pause(self.patience.memory)
        if self._stop.is_set():
            raise Rebuild

    async def _pause(self, seconds: float) -> None:
        await sleep_unless(self.clock, seconds, self._stop)

    async def breathe(self) -> None:
        """Past the limit of dead letters take nothing for a while: something is broken, let it back up."""
        why = self.flood.exceeded(self.clock.steady())
        if why is None:
            return
        self.health.blocked("dead-letters", why)
        log.error("too many dead letters: pausing", why=why, seconds=self.patience.dead_letter_pause)
        await self._pause(self.patience.dead_letter_pause)
        self.flood.clear()
        self.health.cleared("dead-letters")

    async def messages(self, subscription: Subscription) -> AsyncIterator[Message]:
        """Messages until the subscription ends or the worker is stopped."""
        stopping = asyncio.ensure_future(self._stop.wait())
        source = subscription.__aiter__()
        try:
            while not self._stop.is_set():
                taking = asyncio.ensure_future(anext(source, None))
                await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not taking.done():
                    taking.cancel()
                    await asyncio.gather(taking, return_exceptions=True)
                    return
                message = taking.result()
                if message is None:
                    return
                yield message
        finally:
            stopping.cancel()


class _Shift:
    """From one subscription to its end."""

    def __init__(self, worker: Worker, service: Service) -> None:
        self._worker = worker
        self._service = service
        self._settler = Settler(
            service=service,
            bus=worker.bus,
            clock=worker.clock,
            metrics=worker.metrics,
            retry=worker.retry,
            state=worker.state or worker.notes,
            hold=worker.wait_for_memory,
            traces=worker.traces,
        )
        self._gate = Gate()
        self._room = asyncio.Semaphore(WINDOW)
        self._hands = asyncio.Semaphore(service.concurrency)
        self._turn = asyncio.Event()  # of the next message, where several are handed over in order
        self._turn.set()
        self._generation: int | None = None
        subscribe = worker.subscribe or worker.bus.subscribe
        self._subscription = subscribe([topic.name for topic in service.sources], service.name)

    async def work(self) -> None:
        """Take, settle and acknowledge until the subscription ends or the worker is stopped."""
        worker = self._worker
        worker.subscription = self._subscription
        try:
            async with asyncio.TaskGroup() as tasks:
                joining = tasks.create_task(self._join())
                async for message in worker.messages(self._subscription):
                    await self._room.acquire()
                    self._gate.take(message)
                    await self._begin(message, tasks)
                    await worker.breathe()
                joining.cancel()
        finally:
            await self._subscription.close()

    async def _join(self) -> None:
        await self._subscription.joined()
        self._worker.health.cleared("starting")
        self._worker.health.cleared("broker")

    async def _begin(self, message: Message, tasks: asyncio.TaskGroup) -> None:
        if self._worker.state is not None:
            await self._with_memory(message)
        elif self._service.in_order:
            await self._hands.acquire()
            deciding = tasks.create_task(self._settler.decide(message))
            deciding.add_done_callback(lambda _: self._hands.release())
            turn, self._turn = self._turn, asyncio.Event()
            tasks.create_task(self._in_turn(message, deciding, turn, self._turn))
        elif self._service.concurrency > 1:
            await self._hands.acquire()
            tasks.create_task(self._whole(message)).add_done_callback(lambda _: self._hands.release())
        else:
            outcome = await self._settler.decide(message)
            outcome, confirmations = await self._settler.hand_over(message, outcome)
            tasks.create_task(self._end(message, outcome, confirmations))

    async def _in_turn(
        self, message: Message, deciding: asyncio.Task[Outcome], turn: asyncio.Event, next_turn: asyncio.Event
    ) -> None:
        """Hand over what was decided once all before it is handed over: outputs keep the order of inputs."""
        outcome = await deciding
        await turn.wait()
        outcome, confirmations = await self._settler.hand_over(message, outcome)
        next_turn.set()
        await self._end(message, outcome, confirmations)

    async def _with_memory(self, message: Message) -> None:
        """One at a time; after a rebalance or an overrun nothing in memory can be trusted."""
        if self._generation not in (None, message.generation):
            raise Rebuild
        self._generation = message.generation
        outcome = await self._whole(message)
        if outcome.reason in UNSAFE:
            await self._worker.breathe()
            raise Rebuild

    async def _whole(self, message: Message) -> Outcome:
        outcome = await self._settler.decide(message)
        handed_over = await self._settler.hand_over(message, outcome)
        if any(isinstance(item, Remember) for item in outcome.outgoing):
            self._worker.health.cleared("memory")  # it may have been waited for
        return await self._end(message, *handed_over)

    async def _end(self, message: Message, outcome: Outcome, confirmations: Confirmations) -> Outcome:
        """Conclude and acknowledge."""
        outcome = await self._settler.conclude(message, outcome, confirmations)
        newest, passed = self._gate.settle(message)
        if newest is not None:
            await self._subscription.acknowledge(newest)
        for _ in range(passed):
            self._room.release()
        worker = self._worker
        worker.metrics.set("sirwan_open_messages", self._gate.open, stage=self._service.name)
        if outcome.fate == DEAD:
            worker.flood.count(outcome.reason, worker.clock.steady())
        return outcome
