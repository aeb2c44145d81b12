"""One receiver: its records one after the other, as they came, with retries; and rest when it fails."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from services.runtime.bus import Message
from services.runtime.clock import Clock
from services.runtime.envelope import event_id
from services.runtime.retry import Retry
from services.stage import Poison, Refusal, Skip, Transient
from services.webhooks.loading import Subscribed
from services.webhooks.resting import Resting
from services.webhooks.sending import Sender
from services.webhooks.signing import IDENT, labels, signed

log = structlog.get_logger()

WAITING, DELIVERY = 60.0, 120.0
"""Seconds a record waits for those before it, and may take with all attempts, at most. Both together are how
long one receiver can keep the others from what comes next."""

PATIENCE = Retry(attempts=6, first_wait=1.0, longest_wait=30.0)
"""Half a minute between the first and the last attempt, if they fail at once: a receiver may be restarted."""


@dataclass(slots=True)
class Receiver:
    """A subscription at work."""

    subscribed: Subscribed
    sender: Sender
    clock: Clock
    told: Callable[[str, str], None]  # the id of the subscription, and what came of a record
    retry: Retry = PATIENCE
    waiting: float = WAITING
    delivery: float = DELIVERY
    gone: bool = False  # it said 410: nothing more is sent until a restart
    resting: Resting = field(default_factory=Resting)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # first come, first served

    @property
    def id(self) -> str:
        """What it is called."""
        return self.subscribed.asked.id

    async def deliver(self, message: Message) -> Refusal | None:
        """None once the receiver has the record, else why it has not."""
        try:
            async with asyncio.timeout(self.waiting):
                await self._turn.acquire()
        except TimeoutError:
            refusal: Refusal | None = Transient("receiver-slow", f"records before it took {self.waiting:g} s")
        else:
            try:
                refusal = await self._in_turn(message)
            finally:
                self._turn.release()
        self.told(self.id, refusal.reason if refusal else "delivered")
        return refusal

    async def _in_turn(self, message: Message) -> Refusal | None:
        if self.gone:
            return Skip("receiver-gone", "it said 410 before")
        if left := self.resting.rests(self.clock.steady()):
            return Transient("receiver-resting", f"it failed before and is left alone for {left:.0f} s more")
        try:
            async with asyncio.timeout(self.delivery):
                await self.retry.run(lambda: self._attempt(message))
        except Skip as exc:
            self.gone = True
            log.error("webhook-gone", subscription=self.id, why=exc.detail)
            return exc
        except Poison as exc:  # it answers: no reason to let it rest
            self.resting.delivered()
            log.warning("webhook-refused", subscription=self.id, key=message.key, why=str(exc))
            return exc
        except (Transient, TimeoutError) as exc:
            refusal = exc if isinstance(exc, Transient) else Transient("receiver-failed", "no end in time")
            seconds = self.resting.failed(self.clock.steady())
            log.warning("webhook-failed", subscription=self.id, why=refusal.detail, rests=seconds)
            return refusal
        self.resting.delivered()
        return None

    async def _attempt(self, message: Message) -> None:
        """One POST. The time of the attempt is signed, the id is that of the record whatever the attempt."""
        body, ident = message.value or b"", message.headers.get("ce_id", "")
        if not IDENT.fullmatch(ident):
            ident = event_id(message.topic, message.key, message.value)
        at = int(self.clock.now().timestamp())
        headers = {**labels(message.headers), **signed(self.subscribed.secrets, ident, at, body)}
        await self.sender.post(self.subscribed.asked.url, body, headers)
