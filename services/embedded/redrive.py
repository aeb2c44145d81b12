"""`sirwan dlq redrive` where everything is in one process: through a pipeline over the same home."""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace
from rich.console import Console
from rich.progress import Progress

from schemas.topics import JOURNAL, SOURCES
from services.embedded.pipeline import running
from services.runtime.bus import BrokerDown
from services.runtime.clock import SystemClock
from services.runtime.config import Settings
from services.runtime.sources import load_sources
from services.stage import Transient
from services.store.glance import is_deployment
from services.store.letter_states import SENT, Letter, Plan, plan
from services.store.letters import Wanted, letters
from services.store.redrive import Asked, Passed, Redriven, Sender, did, would

WITHOUT_FATES = frozenset({JOURNAL.name, SOURCES.name})
"""What the store keeps and journals nothing of."""

PATIENCE = 60.0
"""Seconds that letters may take which need no more than their turn; a site that is away may need hours."""

PATIENCE_EACH = 20.0
"""Seconds for each letter beside that: what a page may take that breaks its limits twice."""


def redrive_letters(settings: Settings, asked: Asked) -> Redriven:
    """Send again what is asked for, or say what would be sent: on the broker, or through a pipeline here.

    Raises Transient, and Poison("home-in-use").
    """
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("sending", total=None)

        def passed(_: Letter) -> None:
            progress.advance(task)

        if not is_deployment(settings):
            return asyncio.run(_through_pipeline(settings, asked, passed))
        from services.store.redrive_kafka import redrive  # only who is on Kafka pays for loading its clients

        try:
            return asyncio.run(redrive(settings, asked, SystemClock(), passed))
        except BrokerDown as exc:
            raise Transient("not-ready", str(exc)) from exc


async def _through_pipeline(settings: Settings, asked: Asked, passed: Passed) -> Redriven:
    """Raises Transient("put-off") where pages come to no end in time: the next redrive goes on with them."""
    if not asked.go:
        return would(_planned(letters(settings.place, asked.wanted), asked))
    async with running(settings, load_sources(settings.sources)) as pipeline:
        planned = _planned(letters(settings.place, asked.wanted), asked)
        sender = Sender(pipeline.bus, settings.place, pipeline.clock, asked.rate, pipeline.drained, passed)
        try:
            async with asyncio.timeout(PATIENCE + PATIENCE_EACH * len(planned.send)):
                await sender.send(planned.send)
                await pipeline.drained()
        except TimeoutError:
            why = "not all pages came to an end in time; the next redrive goes on with them"
            raise Transient("put-off", f"{len(sender.sent)} letters sent: {why}") from None
    return replace(did(planned, sender), ended=_ended(settings, sender))


def _planned(found: Sequence[Letter], asked: Asked) -> Plan:
    """A bus in memory forgets what was on its way, so what has no end was lost. Some topics know no ends."""
    lost = frozenset(each.ident for each in found if each.state == SENT and each.topic not in WITHOUT_FATES)
    return plan(found, parked=asked.parked, limit=asked.limit, lost=lost)


def _ended(settings: Settings, sender: Sender) -> dict[str, int]:
    """How the pages of those sent ended; one that died again at the same stage is a letter that waits."""
    sent = {each.ident for each in sender.sent}
    now = [each for each in letters(settings.place, Wanted()) if each.ident in sent]
    return dict(Counter(each.end.fate if each.end else "dead" for each in now if each.state != SENT))
