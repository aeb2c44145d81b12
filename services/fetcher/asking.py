"""Asks for every page a list has not named before, each once.

No date decides what is new: an identity set per feed does, so items that share a date, come late, are
renamed or dated again are neither lost nor asked for twice. Publish, then remember: a crash between the two
asks again, and page ids make that harmless.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import msgspec
import structlog
from lxml import etree

from schemas.codec import encode
from schemas.records import Discovered, Feed, FetchRequest, Source
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.entries import Entry, Listing
from services.fetcher.feed_state import asked_key, seen_key
from services.fetcher.learning import Found
from services.runtime.clock import Clock
from services.runtime.state import State
from services.stage import Remember, Skip

log = structlog.get_logger()

Request = Callable[[FetchRequest], Awaitable[None]]
"""Publishes a request under `site_key(request.url)`; done when the broker has confirmed it."""

FAULTS = (  # what code with a mistake in it raises; the machine and the broker raise others
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    etree.LxmlError, msgspec.MsgspecError,
)  # fmt: skip
BATCH = 64  # requests confirmed and remembered together


class Asker:
    """What every list has named, and what was asked for."""

    def __init__(self, state: State, clock: Clock, request: Request) -> None:
        self._state = state
        self._clock = clock
        self._request = request
        self._asking = asyncio.Lock()  # two feeds that name the same page ask for it once

    async def ask_for_new(self, source: Source, feed: Feed, listing: Listing) -> Found:
        """Ask for the pages of a list that its feed has not named before. Raises Transient of the state."""
        fresh = list(self._fresh(source, feed, listing))
        asked = 0
        for start in range(0, len(fresh), BATCH):
            async with self._asking:
                asked += await self._ask_batch(feed, fresh[start : start + BATCH])
        return Found(asked=asked, new=len(fresh))

    async def _ask_batch(self, feed: Feed, batch: list[FetchRequest]) -> int:
        """Publish, then remember; how many were asked for."""
        wanted = [item for item in batch if self._state.get(asked_key(item.page_id)) is None]
        await asyncio.gather(*(self._request(item) for item in wanted))
        now = self._clock.now().isoformat().encode()
        changes = [Remember(seen_key(feed.url, item.page_id), now) for item in batch]
        changes += [Remember(asked_key(item.page_id), encode(FETCH_REQUESTS, item)) for item in wanted]
        await self._state.remember(changes)
        return len(wanted)

    def _fresh(self, source: Source, feed: Feed, listing: Listing) -> Iterator[FetchRequest]:
        """Requests for the pages this feed has not named before, in document order, each once."""
        named: set[str] = set()
        for entry in listing.entries:
            try:
                wanted = self._wanted(source, feed, listing.via, entry)
            except Skip as exc:
                log.debug("entry-refused", feed=feed.url, reason=exc.reason, detail=exc.detail)
                continue
            except FAULTS:
                log.error("entry-bug", source=source.id, feed=feed.url, url=entry.url, exc_info=True)
                continue
            ident = wanted.page_id
            if ident in named or self._state.get(seen_key(feed.url, ident)) is not None:
                continue
            named.add(ident)
            yield wanted

    def _wanted(self, source: Source, feed: Feed, via: str, entry: Entry) -> FetchRequest:
        """The request for an entry, sure to be sayable on the wire. Raises Skip("bad-url")."""
        canonical = canonical_url(entry.url)
        wanted = FetchRequest(
            url=entry.url,
            canonical_url=canonical,
            page_id=page_id(canonical),
            lane="live",
            discovered=_discovered(source, feed, via, entry),
            requested_at=self._clock.now(),
        )
        encode(FETCH_REQUESTS, wanted)
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
