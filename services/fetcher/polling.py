"""Polls one feed: reads its list, or the sitemaps of an index, and remembers what that taught.

What is new is decided, and asked for, in services/fetcher/asking.py; when to come back in learning.py.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import structlog

from schemas.records import Feed, Source
from services.fetcher.asking import FAULTS, LEFT_OUT, Asker, Request
from services.fetcher.canonical import site_key
from services.fetcher.children import Child, Target, in_turn, known_bytes, newest_first, read_known
from services.fetcher.entries import Entry, Listing
from services.fetcher.feed_state import (
    FEED,
    FeedState,
    children_key,
    feed_key,
    read_state,
    share_of,
    short_key,
    state_bytes,
)
from services.fetcher.http import Answer, HttpReader
from services.fetcher.learned_shapes import LearnedShapes
from services.fetcher.learning import NOTHING, Found, Polled, learn
from services.fetcher.list_reader import ListReader
from services.fetcher.manners import Manners
from services.fetcher.other_sites import own_pages
from services.fetcher.ownership import SiteElsewhere
from services.fetcher.schedule import OURS, interval_after_failure
from services.fetcher.validators import digest_of, on_trial, probe_due, same_validator
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.runtime.state import State
from services.stage import Poison, Refusal, Remember, Skip, Transient

log = structlog.get_logger()

ASK_TO_WAIT = frozenset(("too-many-requests", "server-error", "challenge-page"))  # for the whole site
MOST_CHILDREN = 50  # sitemaps of an index read in one poll (services/fetcher/children.py)
BREATH = 100  # sitemaps looked at before others may work: 8 ms with SQLite, 4 s for the 50,000 of an index
DEEPEST = 2  # indexes inside indexes


class Poller:
    """Reads lists, and remembers what each has named."""

    def __init__(
        self,
        reader: HttpReader,
        manners: Manners,
        state: State,
        clock: Clock,
        request: Request,
        metrics: Metrics | None = None,
    ) -> None:
        self._lists = ListReader(reader, manners, clock)
        self._manners = manners
        self._state = state
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._shapes = LearnedShapes(state)
        self._asker = Asker(state, clock, request, manners.gap, self._metrics)

    def seconds_until_due(self, feed: Feed) -> float:
        """How long until this feed should be read; 0 or less when it is due."""
        due = self._recall(feed.url).next_at
        return 0.0 if due is None else (due - self._clock.now()).total_seconds()

    def word(self, feed: Feed) -> tuple[str, str]:
        """How a feed is, and the reason (FeedState.word)."""
        return self._recall(feed.url).word()

    def held_back(self, feed: Feed) -> int:
        """How many pages it named at its last poll that are not asked for yet."""
        return self._recall(feed.url).left

    def since(self, feed: Feed) -> float | None:
        """Since when, in steady seconds, this feed is ours to read; None while another fetcher reads it."""
        return self._manners.since(self._recall(feed.url).place(feed.url, self._clock.now()))

    async def refresh(self) -> None:
        """Learn what other fetchers have remembered. Raises Transient."""
        await self._state.refresh()

    async def poll(self, source: Source, feed: Feed) -> int:
        """Read one feed now; how many pages were asked for. Raises what reading and fetching refuse."""
        return (await self._poll_list(source, feed, Target(feed.url))).asked

    async def remember_failure(self, source: Source, url: str, exc: Refusal) -> None:
        """Log a refusal, and remember it with the time of the next attempt. Raises Transient of the state."""
        before = self._recall(url)
        if isinstance(exc, SiteElsewhere):
            await self._leave_to_others(url, before, exc.url)
            return
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

    async def _leave_to_others(self, url: str, before: FeedState, led_to: str) -> None:
        """A list that led to a site of others is theirs from there; one lost just now is simply theirs."""
        now = self._clock.now()
        if site_key(led_to) != site_key(before.place(url, now)):
            log.info("feed-left-to-others", feed=url, leads_to=led_to)
            moved = msgspec.structs.replace(before, moved_to=led_to, moved_at=now, next_at=now)
            await self._remember(url, moved)

    async def _poll_list(self, source: Source, feed: Feed, at: Target) -> Found:
        """Raises what reading and fetching refuse, and Poison("bug") where our reader is at fault."""
        try:
            return await self._read_list(source, feed, at)
        except FAULTS as exc:
            log.error("bug", stage="discovery", source=source.id, feed=at.url, exc_info=True)
            raise Poison("bug", repr(exc)) from exc

    async def _read_list(self, source: Source, feed: Feed, at: Target) -> Found:
        now = self._clock.now()
        before = on_trial(self._recall(at.url), now)
        place = before.place(at.url, now)
        answer = await self._lists.ask(place, before.conditions(), feed.kind)
        said_unchanged = answer.status == 304
        if said_unchanged:
            whole = (
                await self._lists.probe(place, feed.kind)
                if probe_due(before, share_of(at.url), now)
                else None
            )
            if whole is None:
                await self._learn(source, before, Polled(at, answer.headers))
                return NOTHING
            answer = whole
        listing = await self._lists.read(feed, answer, self._shapes.of(site_key(answer.url)))
        listing = await self._own_pages(source, feed, answer, listing)
        if listing.via == "sitemap-index":
            found, all_rest = await self._poll_children(source, feed, at, answer, listing)
            polled = Polled(at, {}, listing, found, whole=all_rest and not answer.truncated)
        else:
            # A sitemap without dates is an archive, until all of it was named once.
            archive = listing.via == "sitemap" and (before.new_at is None or before.left > 0)
            found = await self._asker.ask_for_new(source, feed, listing, archive=archive)
            polled = Polled(at, answer.headers, listing, found, whole=not (answer.truncated or found.left))
        if answer.truncated or found.left or listing.via == "sitemap-index":
            # The rest of a list that was cut or held back, and the children of an index, must be had again.
            polled, before = replace(polled, headers={}), before.unconditional()
        elif found.new:
            polled = replace(
                polled, lie=await self._lie(place, feed.kind, before, answer, listing, said_unchanged)
            )
        await self._learn(source, before, polled)
        return found

    async def _own_pages(self, source: Source, feed: Feed, answer: Answer, listing: Listing) -> Listing:
        """The list without what it may not name. Raises Skip("other-site")."""
        if feed.other_sites:
            return listing
        own = await asyncio.to_thread(own_pages, listing, (answer.url, source.homepage))
        if own is listing:
            return listing
        left_out = len(listing.entries) - len(own.entries)
        self._metrics.count(LEFT_OUT, left_out, source=source.id, reason="other-site")
        if left_out:
            log.info("other-site", source=source.id, feed=answer.url, entries=left_out)
        return own

    async def _lie(
        self, url: str, kind: str, before: FeedState, answer: Answer, listing: Listing, said_unchanged: bool
    ) -> str | None:
        """What proves that the validators lie about a list that names new pages; None where nothing does."""
        if before.distrusted_at or before.digest is None:
            return None
        if before.digest == await asyncio.to_thread(digest_of, listing):
            return None
        if same_validator(before, answer.headers):
            return f"other pages under the same validator {before.conditions()}"
        if said_unchanged and await self._lists.insists(url, before.conditions(), kind):
            return f"304 for {before.conditions()} before and after a list with new pages"
        return None

    async def _learn(self, source: Source, before: FeedState, polled: Polled) -> None:
        after = await asyncio.to_thread(learn, before, polled, source, self._clock.now())
        if after.distrusted_at and not before.distrusted_at:
            log.warning("lying-validator", source=source.id, feed=polled.at.url, evidence=after.lie)
        await self._remember(polled.at.url, after)

    async def _poll_children(
        self, source: Source, feed: Feed, at: Target, index: Answer, listing: Listing
    ) -> tuple[Found, bool]:
        """Read those of an index that are due; what was found, and whether all of it rests now.

        One that fails does not stop the others; one that names more than can be asked for now does, for what
        they name would have to wait as well.
        """
        if at.depth >= DEEPEST:
            raise Skip("sitemap-too-deep", f"{feed.url}: indexes nest deeper than {DEEPEST}")
        entries = newest_first(listing.entries)
        due, resting = await self._look_at(source, entries)
        found, chosen = NOTHING, in_turn(due)[:MOST_CHILDREN]
        await self._note_children(source, at, None if index.truncated else entries, chosen)
        for child in chosen:
            below = Target(child.entry.url, at.depth + 1, child.entry.modified)
            try:
                found += await self._poll_list(source, feed, below)
            except Refusal as exc:
                await self.remember_failure(source, below.url, exc)
            if found.left:
                break
        return found, resting == len(entries)

    async def _look_at(self, source: Source, entries: Sequence[Entry]) -> tuple[list[Child], int]:
        """The sitemaps that are due, and how many are not because they rest."""
        now, ceiling = self._clock.now(), timedelta(seconds=source.poll_ceiling)
        due, resting = [], 0
        for number, entry in enumerate(entries):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            child = Child(entry, self._recall(entry.url))
            if child.due(now, ceiling, share_of(entry.url)):
                due.append(child)
            elif child.rests:
                resting += 1
        return due, resting

    async def _note_children(
        self, source: Source, at: Target, entries: Sequence[Entry] | None, chosen: Sequence[Child]
    ) -> None:
        """Note which sitemaps will have a state, and forget those that an index lists no more.

        So what is remembered is bounded by what it lists. `entries` is None for an index that was cut off.
        """
        known = read_known(self._state.get(children_key(at.url)))
        listed = known if entries is None else {short_key(entry.url) for entry in entries}
        kept = (known & listed) | {short_key(child.entry.url) for child in chosen}
        if kept == known:
            return
        lists_of_their_own = {at.url, *(feed.url for feed in source.feeds)}
        gone = known - listed - {short_key(url) for url in lists_of_their_own}
        changes = [Remember(FEED + key, None) for key in sorted(gone)]
        await self._state.remember([*changes, Remember(children_key(at.url), known_bytes(kept))])

    def _recall(self, url: str) -> FeedState:
        return read_state(self._state.get(feed_key(url)))

    async def _remember(self, url: str, after: FeedState) -> None:
        await self._state.remember([Remember(feed_key(url), state_bytes(after))])
