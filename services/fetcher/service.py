"""The fetcher as the runtime runs it: requests are handled, and feeds are polled beside that."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from schemas.records import FetchRequest, Record
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import STAMP
from services.fetcher.crawl_delays import CrawlDelays
from services.fetcher.discovery import Discovery
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import Keep, PageFetcher, keep_none
from services.fetcher.polling import Poller
from services.fetcher.postpone import again
from services.fetcher.revisiting import Revisits
from services.fetcher.takedowns import TAKEDOWN, note_takedown, refuse_taken_down
from services.fetcher.telling import Teller
from services.fetcher.waiting import MOST
from services.runtime.bus import Message
from services.runtime.fitting import Fitted, Surroundings, open_state
from services.runtime.holdings import EVERYTHING
from services.runtime.publish import publish
from services.runtime.service import Service
from services.stage import Outgoing

TURNS, LIMIT = 2.5, 4.0
"""In times of what one page may take: waiting for its turns, and all of its handling. What is left, half a
page's time, is for keeping the body."""

LEAST_LIMIT = 2 * MOST
"""Seconds a request may be in hand at least: it may be one that waits for its time there."""


def handling_limit(fetch_seconds: float) -> float:
    """Seconds that handling one request may take, where one page may take so many."""
    return max(fetch_seconds * LIMIT, LEAST_LIMIT)


@asynccontextmanager
async def fit(around: Surroundings) -> AsyncIterator[Fitted]:
    """One HTTP client for lists and pages, so that politeness counts both."""
    settings, clock, metrics = around.settings, around.clock, around.metrics
    await open_state(around)
    teller = Teller(around.bus, around.state, clock)
    await teller.tell(around.sources.now, all_of_them=True)
    async with HttpReader(HttpSettings.of(settings), clock, metrics) as reader, _keeping(around) as keep:
        manners = Manners(
            reader,
            clock,
            MannersSettings.of(settings),
            metrics,
            holdings=around.holdings,
            delays=CrawlDelays(around.state),
        )
        hands, turns = settings.fetch_concurrency, settings.fetch_seconds * TURNS

        async def request(wanted: FetchRequest) -> None:
            await (await publish(around.bus, again(wanted), stage="discovery", at=clock.now()))

        shared = around.holdings is not EVERYTHING
        revisits = Revisits(
            around.state,
            clock,
            manners.since,
            request,
            settings.spacings,
            manners.gap,
            shared=shared,
            sources=around.sources,
        )
        pages = PageFetcher(
            reader,
            manners,
            clock,
            settings.blobs,
            hands=hands,
            turns=turns,
            metrics=metrics,
            keep=keep,
            rights_policy=settings.rights_policy,
        )

        async def handle(record: Record, message: Message) -> Sequence[Outgoing]:
            if not isinstance(record, FetchRequest):
                raise TypeError(f"the fetcher reads requests, not {type(record).__name__}")
            if record.lane == TAKEDOWN:
                return note_takedown(record)
            refuse_taken_down(record, around.state)
            emits = await pages.handle(record, message)
            return [*emits, *revisits.plan(record, emits)]

        poller = Poller(reader, manners, around.state, clock, request, metrics)
        discovery = Discovery(around.sources, poller, clock, hands, teller.tell, shared=shared)
        service = Service(
            "fetcher",
            (FETCH_REQUESTS,),
            handle,
            (STAMP,),
            concurrency=hands + settings.partitions,  # one more for each partition where some must wait
            seconds=handling_limit(settings.fetch_seconds),
        )
        revisiting = (revisits.run,) if settings.spacings else ()

        def measure() -> None:
            metrics.show("sirwan_feeds", discovery.feeds_by_state())
            manners.measure()
            metrics.show("sirwan_held_back_pages", discovery.pages_held_back())
            metrics.set("sirwan_queue_messages", pages.waiting, stage="fetcher", queue="waiting")
            metrics.set("sirwan_revisit_pages", len(revisits))

        with metrics.measuring(measure):
            yield Fitted(
                lambda: service,
                notes=True,
                follows=True,
                background=(partial(discovery.run, asyncio.Event()), *revisiting),
                discover_once=discovery.poll_all_once,
            )
    await around.state.close()


@asynccontextmanager
async def _keeping(around: Surroundings) -> AsyncIterator[Keep]:
    """What keeps fetched pages, where an operator wants them; nobody else pays for warcio."""
    settings, metrics = around.settings, around.metrics
    for outcome in ("response", "revisit", "failed", "late"):
        metrics.count("sirwan_warc_records_total", by=0, outcome=outcome)
    if settings.warc is None:
        yield keep_none
        return
    from services.fetcher.warc_archive import archiving
    from services.fetcher.warc_files import WarcFiles
    from services.fetcher.warc_records import info_record

    software = f"sirwan/{version('sirwan')}"
    replica = settings.replica or socket.gethostname()
    files = WarcFiles(
        settings.warc, replica, settings.warc_bytes, lambda name, now: info_record(name, now, software)
    )
    async with archiving(files, around.clock, metrics) as archive:
        yield archive.keep
