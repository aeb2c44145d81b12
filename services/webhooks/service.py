"""The fan-out as the runtime runs it: each record to all who asked for it, and one fate for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from schemas.records import EnrichedArticle, Record
from schemas.topics import ARTICLES_ENRICHED, STORIES
from services.runtime.bus import Message
from services.runtime.fitting import Fitted, Surroundings
from services.runtime.live_sources import LiveSources
from services.runtime.service import Service
from services.stage import Outgoing, Poison, Refusal, Skip
from services.webhooks.loading import load_subscriptions
from services.webhooks.receiver import DELIVERY, WAITING, Receiver
from services.webhooks.sending import Sender
from services.webhooks.wanted import wants

NAME = "webhooks"
CONCURRENCY = 64  # records in hand: so far may others go on while one receiver is slow
SLACK = 30.0  # seconds beyond what a delivery may take, before it is a bug


@dataclass(frozen=True, slots=True)
class Fanout:
    """All receivers."""

    receivers: Sequence[Receiver]
    sources: LiveSources

    def service(self) -> Service:
        """What the runtime runs."""
        seconds = WAITING + DELIVERY + SLACK
        return Service(
            NAME, (ARTICLES_ENRICHED, STORIES), self.handle, concurrency=CONCURRENCY, seconds=seconds
        )

    async def handle(self, record: Record, message: Message) -> Sequence[Outgoing]:
        """Post one record to all who asked for it, at once.

        Raises Skip("not-wanted", "receiver-gone"); Poison("not-delivered") where anybody did not get it.
        """
        family, published = self._family(record), _published(message)
        asking = [
            each
            for each in self.receivers
            if wants(each.subscribed.asked, record, family=family, published=published)
        ]
        if not asking:
            raise Skip("not-wanted", "no subscription asks for it")
        found = await asyncio.gather(*(each.deliver(message) for each in asking))
        _conclude({each.id: refusal for each, refusal in zip(asking, found, strict=True)})
        return ()

    def _family(self, record: Record) -> str | None:
        """Who owns the source of an article; the source itself where nobody is named."""
        ident = record.source_id if isinstance(record, EnrichedArticle) else None
        source = self.sources.now.get(ident) if ident else None
        return (source.family if source else None) or ident


def _conclude(found: dict[str, Refusal | None]) -> None:
    """Dead where anybody has not got it; else done where anybody has."""
    refused = {ident: refusal for ident, refusal in found.items() if refusal is not None}
    missed = {ident: refusal for ident, refusal in refused.items() if not isinstance(refusal, Skip)}
    if missed:
        raise Poison("not-delivered", "; ".join(f"{ident}: {refusal}" for ident, refusal in missed.items()))
    if len(refused) == len(found):
        raise Skip("receiver-gone", ", ".join(refused))


def _published(message: Message) -> datetime | None:
    with suppress(ValueError):
        found = datetime.fromisoformat(message.headers.get("ce_time", ""))
        return found if found.tzinfo else None
    return None


@asynccontextmanager
async def fit(around: Surroundings) -> AsyncIterator[Fitted]:
    """One client, and a receiver for each subscription. Raises ConfigError."""
    settings, metrics = around.settings, around.metrics
    subscriptions = load_subscriptions(settings)
    sender = Sender(settings.user_agent, settings.internal_hosts)

    def told(ident: str, outcome: str) -> None:
        metrics.count("sirwan_webhook_records_total", subscription=ident, outcome=outcome)

    receivers = [Receiver(each, sender, around.clock, told) for each in subscriptions]
    service = Fanout(receivers, around.sources).service()
    try:
        yield Fitted(lambda: service, follows=True)
    finally:
        await sender.close()
