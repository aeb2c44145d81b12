"""One message, one fate: run the step → remembered → outputs confirmed → fate confirmed → acknowledge.

Nothing else acknowledges. A bad message never raises; a broken broker may (BrokerDown), and then nothing
was acknowledged and the message comes again.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from msgspec.structs import replace

from schemas.codec import Undecodable, decode, encode
from schemas.records import Fate, Position, Record
from schemas.topics import ALL_TOPICS, JOURNAL, Topic
from services.runtime.bus import Bus, Message
from services.runtime.clock import Clock
from services.runtime.deadletter import dead_letter
from services.runtime.envelope import SUBJECT, event_id
from services.runtime.metrics import Metrics
from services.runtime.publish import publish
from services.runtime.redriving import LANE, in_lane, redriven
from services.runtime.retry import Retry
from services.runtime.service import Service
from services.runtime.state import State
from services.runtime.tracing import NO_TRACES, Span, Traces
from services.stage import DEAD, DONE, Emit, Erase, Outgoing, Poison, Refusal, Remember, Skip, Transient

log = structlog.get_logger()

TIME_LIMIT = "time-limit"

Confirmations = Sequence[Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage made of one message, before anything is published."""

    fate: str
    reason: str
    detail: str = ""
    outgoing: tuple[Outgoing, ...] = ()
    values: tuple[bytes | None, ...] = ()  # of each Emit among them its wire form, of each Erase None
    page_id: str = ""
    lane: str | None = None
    source_id: str | None = None  # whose list named the page
    attempts: int = 1
    started: float = 0.0  # steady seconds
    span: Span | None = None  # where traces are wanted

    @property
    def traceparent(self) -> str | None:
        """What the records that come of it carry, where traces are wanted."""
        return self.span.traceparent if self.span else None


def refused(outcome: Outcome, exc: Refusal) -> Outcome:
    """The outcome of a message whose outputs cannot be published after all."""
    return Outcome(
        exc.fate,
        exc.reason,
        exc.detail,
        page_id=outcome.page_id,
        lane=outcome.lane,
        source_id=outcome.source_id,
        attempts=outcome.attempts,
        started=outcome.started,
        span=outcome.span,
    )


@dataclass(slots=True)
class _Attempts:
    made: int = 0


async def _give_up(exc: Transient) -> None:
    raise exc


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles the messages of one service on one bus."""

    service: Service
    bus: Bus
    clock: Clock
    metrics: Metrics
    retry: Retry = field(default_factory=Retry)
    state: State | None = None
    hold: Callable[[Transient], Awaitable[None]] = _give_up  # called while the memory cannot be written
    traces: Traces = NO_TRACES

    async def decide(self, message: Message) -> Outcome:
        """Run the step. Never raises for a bad message."""
        span = None
        if message.topic not in self.service.bookkeeping:
            span = self.traces.began(self.service.name, message, self.clock.now())
        outcome = await self._decide(message)
        return dataclasses.replace(outcome, span=span) if span else outcome

    async def _decide(self, message: Message) -> Outcome:
        started = self.clock.steady()
        tried = _Attempts()
        again = redriven(message.headers) is not None
        lane = LANE if again else None
        try:
            record = _decode(message)
        except Refusal as exc:
            return Outcome(exc.fate, exc.reason, exc.detail, page_id=message.key, lane=lane, started=started)
        record = in_lane(record) if again else record
        whose: dict[str, Any] = {
            "page_id": getattr(record, "page_id", message.key),
            "lane": getattr(record, "lane", lane),
            "source_id": _source_of(record),
            "started": started,
        }
        try:
            outgoing = await self.retry.run(lambda: self._attempt(record, message, tried))
            values = _values(outgoing)
        except Refusal as exc:
            return Outcome(exc.fate, exc.reason, exc.detail, exc.remember, attempts=tried.made, **whose)
        except TimeoutError:
            return Outcome(DEAD, TIME_LIMIT, f"over {self.service.seconds:g} s", attempts=tried.made, **whose)
        except Exception as exc:
            log.error("bug", stage=self.service.name, key=message.key, exc_info=True)
            return Outcome(DEAD, "bug", repr(exc), attempts=tried.made, **whose)
        return Outcome(DONE, "ok", "", tuple(outgoing), values, attempts=tried.made, **whose)

    async def _attempt(self, record: Record, message: Message, tried: _Attempts) -> Sequence[Outgoing]:
        tried.made += 1
        async with asyncio.timeout(self.service.seconds):
            return await self.service.handle(record, message)

    async def hand_over(self, message: Message, outcome: Outcome) -> tuple[Outcome, Confirmations]:
        """Remember, then publish the outputs in order; the awaitables are their confirmations.

        What a stage decided must be durable before anybody hears of it: after a crash in between, another
        partition may be read first, and the same message decided differently. Raises BrokerDown.
        """
        emits = [item for item in outcome.outgoing if not isinstance(item, Remember)]
        try:
            await self._remember(outcome)
            return outcome, [
                await self._publish(emit, message, outcome, value=value)
                for emit, value in zip(emits, outcome.values, strict=True)
            ]
        except Poison as exc:  # refused for good: too large
            return refused(outcome, exc), []

    async def conclude(self, message: Message, outcome: Outcome, confirmations: Confirmations) -> Outcome:
        """Wait for the outputs, keep the dead letter, journal the fate: now acknowledge.

        Returns the outcome as journaled. Raises BrokerDown.
        """
        try:
            for confirmation in confirmations:
                await confirmation
        except Poison as exc:  # the broker refuses an output for good: too large
            outcome = refused(outcome, exc)
        if outcome.fate == DEAD:
            await self._bury(message, outcome)
        seconds = self.clock.steady() - outcome.started
        if message.topic not in self.service.bookkeeping:
            await (await self._journal(message, outcome, seconds))
            self._count(outcome, seconds)
        if outcome.span:
            outcome.span.ended(outcome.page_id, outcome.fate, outcome.reason, seconds)
        return outcome

    def _count(self, outcome: Outcome, seconds: float) -> None:
        stage = self.service.name
        self.metrics.count("sirwan_messages_total", stage=stage, fate=outcome.fate, reason=outcome.reason)
        self.metrics.observe("sirwan_handling_seconds", seconds, stage=stage)

    async def _remember(self, outcome: Outcome) -> None:
        """Make the changes durable, however long that takes: the step has already counted on them."""
        changes = [item for item in outcome.outgoing if isinstance(item, Remember)]
        while changes and self.state is not None:
            try:
                await self.state.remember(changes)
                changes = []
            except Transient as exc:
                await self.hold(exc)

    async def _journal(self, message: Message, outcome: Outcome, seconds: float) -> Awaitable[None]:
        fate = Fate(
            page_id=outcome.page_id,
            stage=self.service.name,
            fate=outcome.fate,
            reason=outcome.reason,
            detail=sayable(outcome.detail)[:500],
            at=self.clock.now(),
            seconds=round(seconds, 6),
            lane=outcome.lane,
            from_=Position(topic=message.topic, partition=message.partition, offset=message.offset),
            stamps=self.service.stamps,
            source_id=outcome.source_id,
        )
        # The id names the message, not the words: a redelivered message has the same fate once more.
        place = f"{self.service.name}/{message.topic}/{message.partition}/{message.offset}"
        subject = message.headers.get(SUBJECT, "")
        emit = Emit(JOURNAL, outcome.page_id, fate, subject)
        return await self._publish(emit, message, outcome, event=event_id(JOURNAL.name, place, None))

    async def _bury(self, message: Message, outcome: Outcome) -> None:
        """Put the message on its dead-letter topic; without its value where that is too large to keep."""
        topic = ALL_TOPICS.get(f"{message.topic}.dlq")
        if topic is None:  # a dead letter that is itself unreadable: only its log line is left to keep
            log.error("dead-letter-unreadable", topic=message.topic, key=message.key, why=outcome.detail)
            return
        letter = dead_letter(
            message,
            self.service.name,
            outcome.reason,
            sayable(outcome.detail),
            self.clock.now(),
            outcome.attempts,
        )
        subject = message.headers.get(SUBJECT, "")
        try:
            await (await self._publish(Emit(topic, message.key, letter, subject), message, outcome))
        except Poison as exc:
            note = f"{letter.error} (value of {len(message.value or b'')} bytes not kept: {exc.detail})"
            bare = replace(letter, original=replace(letter.original, value=None), error=note)
            await (await self._publish(Emit(topic, message.key, bare, subject), message, outcome))

    async def _publish(
        self,
        emit: Emit | Erase,
        message: Message,
        outcome: Outcome,
        event: str | None = None,
        value: bytes | None = None,
    ) -> Awaitable[None]:
        return await publish(
            self.bus,
            emit,
            stage=self.service.name,
            at=self.clock.now(),
            parent=message.headers,
            event=event,
            value=value,
            traceparent=outcome.traceparent,
        )


def sayable(text: str) -> str:
    """The text without half surrogates, which no encoding of the wire can say."""
    return text.encode("utf-8", "replace").decode()


def _source_of(record: Record) -> str | None:
    """The source whose list named the page, at whatever stage it is; None where none did."""
    return getattr(getattr(record, "discovered", None), "source_id", None)


def _values(outgoing: Sequence[Outgoing]) -> tuple[bytes | None, ...]:
    """Encoded here, where a record that cannot be encoded is one message's trouble."""
    said = (item for item in outgoing if not isinstance(item, Remember))
    return tuple(encode(item.topic, item.record) if isinstance(item, Emit) else None for item in said)


def _decode(message: Message) -> Record:
    topic: Topic[Record] = ALL_TOPICS[message.topic]
    if message.value is None:
        raise Skip("tombstone", "the key is erased")
    try:
        return decode(topic, message.value)
    except Undecodable as exc:
        raise Poison("undecodable", str(exc)) from exc
