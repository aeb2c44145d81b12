"""Asks for every page a list has not named before, each once; for no more than their sites can serve soon.

No date decides what is new: an identity set per feed does, so items that share a date, come late, are
renamed or dated again are neither lost nor asked for twice. Publish, then remember: a crash between the two
asks again, and page ids make that harmless.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import structlog
from lxml import etree

from schemas.codec import encode
from schemas.records import Discovered, Feed, FetchRequest, Source
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import canonical_url, page_id, site_key
from services.fetcher.entries import Entry, Listing
from services.fetcher.feed_state import asked_key, seen_key
from services.fetcher.floods import Waiting, lane_of, news_first
from services.fetcher.learned_shapes import LearnedShapes
from services.fetcher.learning import Found
from services.fetcher.prefilter import may_concern, passed_over, was_passed_over
from services.fetcher.takedowns import down_key
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.runtime.state import State
from services.stage import Remember, Skip

log = structlog.get_logger()

Request = Callable[[FetchRequest], Awaitable[None]]
"""Publishes a request under `site_key(request.url)`; done when the broker has confirmed it."""

Gap = Callable[[str], float]
"""Seconds between two requests to the site of an address."""

FAULTS = (  # what code with a mistake in it raises; the machine and the broker raise others
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    etree.LxmlError, msgspec.MsgspecError,
)  # fmt: skip
LEFT_OUT = "sirwan_entries_left_out_total"
BATCH = 64  # requests confirmed and remembered together
STEP = 500  # entries looked at before others may work: 5 ms with SQLite


class Page(NamedTuple):
    """A page that a list names, and whom a request for it bothers."""

    entry: Entry
    canonical: str
    ident: str
    site: str
    lane: str


class Asker:
    """What every list has named, and what was asked for."""

    def __init__(self, state: State, clock: Clock, request: Request, gap: Gap, metrics: Metrics) -> None:
        self._state = state
        self._clock = clock
        self._request = request
        self._gap = gap
        self._metrics = metrics
        self._waiting = Waiting()
        self._shapes = LearnedShapes(state)
        self._asking = asyncio.Lock()  # two feeds that name the same page ask for it once

    async def ask_for_new(
        self, source: Source, feed: Feed, listing: Listing, *, archive: bool = False
    ) -> Found:
        """Ask for the pages of a list that its feed has not named before, as many as their sites can serve.

        `archive` says that pages without a date are old. Raises Transient of the state.
        """
        fresh, foreign, left = await self._choose(source, feed, listing, archive=archive)
        asked = 0
        for start in range(0, len(fresh), BATCH):
            async with self._asking:
                asked += await self._ask_batch(feed, fresh[start : start + BATCH])
        if listing.via != "section":  # which knows its articles by what is learned here
            await self._learn_shapes(source, feed, fresh)
        if left:
            log.info("list-capped", source=source.id, feed=feed.url, asked=asked, left=left)
        if source.prefilter:
            await self._pass_over(source, feed, foreign)
        return Found(asked=asked, new=len(fresh) + len(foreign), left=left)

    async def _pass_over(self, source: Source, feed: Feed, pages: Sequence[Page]) -> None:
        """Remember pages that name neither country as named, with the words they were judged by."""
        if pages:
            log.info("prefiltered", source=source.id, feed=feed.url, entries=len(pages))
        self._metrics.count(LEFT_OUT, len(pages), source=source.id, reason="prefiltered")
        for page in pages:
            log.debug("entry-refused", feed=feed.url, reason="prefiltered", detail=page.entry.url)
        for start in range(0, len(pages), STEP):
            step = pages[start : start + STEP]
            await self._state.remember(
                [Remember(seen_key(feed.url, page.ident), passed_over(page.entry)) for page in step]
            )

    async def _learn_shapes(self, source: Source, feed: Feed, fresh: Sequence[FetchRequest]) -> None:
        """What addresses the articles of the source's own sites have."""
        for site in {site_key(source.homepage), site_key(feed.url)}:
            await self._shapes.learn(
                site, [item.canonical_url for item in fresh if site_key(item.url) == site]
            )

    async def _ask_batch(self, feed: Feed, batch: list[FetchRequest]) -> int:
        """Publish, then remember; how many were asked for."""
        wanted = [item for item in batch if self._state.get(asked_key(item.page_id)) is None]
        await asyncio.gather(*(self._request(item) for item in wanted))
        now = self._clock.now().isoformat().encode()
        changes = [Remember(seen_key(feed.url, item.page_id), now) for item in batch]
        changes += [Remember(asked_key(item.page_id), encode(FETCH_REQUESTS, item)) for item in wanted]
        await self._state.remember(changes)
        return len(wanted)

    async def _choose(
        self, source: Source, feed: Feed, listing: Listing, *, archive: bool
    ) -> tuple[list[FetchRequest], list[Page], int]:
        """Requests for pages this feed has not named before, news first; those that name neither country
        where the source wants no such; and how many were held back.

        What costs time is done in a thread, and others work between two steps: a list may be long.
        """
        now = self._clock.now()
        entries = await asyncio.to_thread(news_first, listing.entries, now, archive=archive)
        fresh: dict[str, FetchRequest] = {}
        foreign: dict[str, Page] = {}
        left = 0
        for start in range(0, len(entries), STEP):
            for page in await asyncio.to_thread(
                _pages, source, feed, entries[start : start + STEP], now, archive=archive
            ):
                if page.ident in fresh or self._is_settled(source, feed, page):
                    continue
                if source.prefilter and not may_concern(page.entry):
                    foreign[page.ident] = page
                elif not self._has_room(source, page):
                    left += 1
                elif wanted := _wanted(source, feed, listing.via, page, now):
                    fresh[page.ident] = wanted
        return list(fresh.values()), [page for ident, page in foreign.items() if ident not in fresh], left

    def _is_settled(self, source: Source, feed: Feed, page: Page) -> bool:
        """Whether nothing is to be decided: the feed has named the page, and it was asked for; it was passed
        over, for the words that it still has; or it is taken down."""
        if self._state.get(down_key(page.ident)) is not None:
            return True
        seen = self._state.get(seen_key(feed.url, page.ident))
        if seen is None or not was_passed_over(seen):
            return seen is not None
        return source.prefilter and seen == passed_over(page.entry)

    def _has_room(self, source: Source, page: Page) -> bool:
        """Whether its site can serve the page soon, which it is then counted on for; or need not."""
        if self._state.get(asked_key(page.ident)) is not None:
            return True
        gap, now = self._gap(page.entry.url), self._clock.steady()
        if not self._waiting.room(page.site, page.lane, gap, source.poll_floor, now):
            return False
        self._waiting.add(page.site, page.lane, gap, now)
        return True


def _pages(
    source: Source, feed: Feed, entries: Sequence[Entry], now: datetime, *, archive: bool
) -> list[Page]:
    """Those of entries whose addresses can be fetched."""
    pages = []
    for entry in entries:
        try:
            canonical = canonical_url(entry.url)
            lane = lane_of(entry, now, archive=archive)
            pages.append(Page(entry, canonical, page_id(canonical), site_key(entry.url), lane))
        except Skip as exc:
            log.debug("entry-refused", feed=feed.url, reason=exc.reason, detail=exc.detail)
        except FAULTS:
            log.error("entry-bug", source=source.id, feed=feed.url, url=entry.url, exc_info=True)
    return pages


def _wanted(source: Source, feed: Feed, via: str, page: Page, now: datetime) -> FetchRequest | None:
    """The request for a page; None where it cannot be said on the wire."""
    try:
        wanted = FetchRequest(
            url=page.entry.url,
            canonical_url=page.canonical,
            page_id=page.ident,
            lane=page.lane,
            discovered=_discovered(source, feed, via, page.entry),
            requested_at=now,
        )
        encode(FETCH_REQUESTS, wanted)
    except FAULTS:
        log.error("entry-bug", source=source.id, feed=feed.url, url=page.entry.url, exc_info=True)
        return None
    return wanted


def _discovered(source: Source, feed: Feed, via: str, entry: Entry) -> Discovered:
    # RFC 4287 makes `updated` the one date every Atom entry has.
    published = entry.published or (entry.modified if via == "atom" else None)
    return Discovered(
        source_id=source.id,
        feed_url=feed.url,
        via=via,
        title=entry.title,
        published=published,
        summary=entry.summary,
    )
