"""Reads one list and asks for every page it has not named before, each once.

No date decides what is new: an identity set per feed does, so items that share a date, come late, are
renamed or dated again are neither lost nor asked for twice. Publish, then remember: a crash between the two
asks again, and page ids make that harmless.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import msgspec
import structlog
from lxml import etree

from schemas.codec import encode
from schemas.records import Discovered, Feed, FetchRequest, Source
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.entries import Entry, Listing
from services.fetcher.feed_state import (
    FeedState,
    asked_key,
    feed_key,
    read_state,
    seen_key,
    share_of,
    state_bytes,
)
from services.fetcher.http import Answer, HttpReader
from services.fetcher.learning import NOTHING, Found, Polled, learn
from services.fetcher.list_reader import ListReader
from services.fetcher.manners import Manners
from services.fetcher.schedule import OURS, interval_after_failure
from services.fetcher.validators import digest_of, on_trial, probe_due, same_validator
from services.runtime.clock import Clock
from services.runtime.state import State
from services.stage import Poison, Refusal, Remember, Skip, Transient

log = structlog.get_logger()

Request = Callable[[FetchRequest], Awaitable[None]]
"""Publishes a request under `site_key(request.url)`; done when the broker has confirmed it."""

FAULTS = (  # what code with a mistake in it raises; the machine and the broker raise others
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    etree.LxmlError, msgspec.MsgspecError,
)  # fmt: skip
ASK_TO_WAIT = (
    "too-many-requests",
    "server-error",
    "challenge-page",
)  # of the whole site, if they name a time
BATCH = 64  # requests confirmed and remembered together
MOST_CHILDREN = 50  # sitemaps of an index read in one poll, those that changed last first
DEEPEST = 2  # indexes inside indexes


class Poller:
    """Reads lists, and remembers what each has named."""

    def __init__(
        self, reader: HttpReader, manners: Manners, state: State, clock: Clock, request: Request
    ) -> None:
        self._lists = ListReader(reader, manners, clock)
        self._manners = manners
        self._state = state
        self._clock = clock
        self._request = request
        self._asking = asyncio.Lock()  # two feeds that name the same page ask for it once

    def seconds_until_due(self, feed: Feed) -> float:
        """How long until this feed should be read; 0 or less when it is due."""
        due = self._recall(feed.url).next_at
        return 0.0 if due is None else (due - self._clock.now()).total_seconds()

    def word(self, feed: Feed) -> tuple[str, str]:
        """How a feed is, and the reason (FeedState.word)."""
        return self._recall(feed.url).word()

    async def poll(self, source: Source, feed: Feed) -> int:
        """Read one feed now; how many pages were asked for. Raises what reading and fetching refuse."""
        return (await self._poll_list(source, feed, feed.url, 0)).asked

    async def remember_failure(self, source: Source, url: str, exc: Refusal) -> None:
        """Log a refusal, and remember it with the time of the next attempt. Raises Transient of the state."""
        before = self._recall(url)
        asked = exc.retry_after if isinstance(exc, Transient) else None
        if exc.reason in OURS:
            soon = self._clock.now() + timedelta(seconds=max(asked or 0.0, OURS[exc.reason]))
            await self._remember(url, msgspec.structs.replace(before, next_at=soon))
            return
        wait = interval_after_failure(exc.reason, before.failures + 1, source.poll_floor, asked)
        log.warning("feed-failed", source=source.id, feed=url, reason=exc.reason, detail=exc.detail)
        if asked and exc.reason in ASK_TO_WAIT:
            self._manners.defer(url, asked)
        await self._remember(url, before.failed(exc.reason, exc.detail, wait, self._clock.now()))

    async def _poll_list(self, source: Source, feed: Feed, url: str, depth: int) -> Found:
        """Raises what reading and fetching refuse, and Poison("bug") where our reader is at fault."""
        try:
            return await self._read_list(source, feed, url, depth)
        except FAULTS as exc:
            log.error("bug", stage="discovery", source=source.id, feed=url, exc_info=True)
            raise Poison("bug", repr(exc)) from exc

    async def _read_list(self, source: Source, feed: Feed, url: str, depth: int) -> Found:
        now = self._clock.now()
        before = on_trial(self._recall(url), now)
        answer = await self._lists.ask(url, before.conditions())
        said_unchanged = answer.status == 304
        if said_unchanged:
            whole = await self._lists.probe(url) if probe_due(before, share_of(url), now) else None
            if whole is None:
                await self._learn(source, url, before, Polled(headers=answer.headers))
                return NOTHING
            answer = whole
        listing = await self._lists.read(feed, answer)
        if listing.via == "sitemap-index":
            found = await self._poll_children(source, feed, listing, depth)
        else:
            found = await self._ask_for_new(source, feed, listing)
        if answer.truncated or listing.via == "sitemap-index":
            # The rest of a cut list, and the children of an index, must be asked for again.
            polled = Polled(headers={}, listing=listing, found=found, whole=False)
            await self._learn(source, url, before.unconditional(), polled)
            return found
        lie = await self._lie(url, before, answer, listing, said_unchanged) if found.new else None
        await self._learn(
            source, url, before, Polled(headers=answer.headers, listing=listing, found=found, lie=lie)
        )
        return found

    async def _lie(
        self, url: str, before: FeedState, answer: Answer, listing: Listing, said_unchanged: bool
    ) -> str | None:
        """What proves that the validators lie about a list that names new pages; None where nothing does."""
        if before.distrusted_at or before.digest in (None, digest_of(listing)):
            return None
        if same_validator(before, answer.headers):
            return f"other pages under the same validator {before.conditions()}"
        if said_unchanged and await self._lists.insists(url, before.conditions()):
            return f"304 for {before.conditions()} before and after a list with new pages"
        return None

    async def _learn(self, source: Source, url: str, before: FeedState, polled: Polled) -> None:
        after = learn(before, polled, source, self._clock.now())
        if after.distrusted_at and not before.distrusted_at:
            log.warning("lying-validator", source=source.id, feed=url, evidence=after.lie)
        await self._remember(url, after)

    async def _poll_children(self, source: Source, feed: Feed, index: Listing, depth: int) -> Found:
        """The sitemaps of an index, newest first; one that fails does not stop the others."""
        if depth >= DEEPEST:
            raise Skip("sitemap-too-deep", f"{feed.url}: indexes nest deeper than {DEEPEST}")
        found = NOTHING
        newest = sorted(index.entries, key=lambda entry: entry.modified or "", reverse=True)
        for child in newest[:MOST_CHILDREN]:
            try:
                found += await self._poll_list(source, feed, child.url, depth + 1)
            except Refusal as exc:
                await self.remember_failure(source, child.url, exc)
        return found

    async def _ask_for_new(self, source: Source, feed: Feed, listing: Listing) -> Found:
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

    def _recall(self, url: str) -> FeedState:
        return read_state(self._state.get(feed_key(url)))

    async def _remember(self, url: str, after: FeedState) -> None:
        await self._state.remember([Remember(feed_key(url), state_bytes(after))])


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
