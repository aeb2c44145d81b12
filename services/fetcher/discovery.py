"""Polls every feed of every source whenever it is due; one that fails never stops the others."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog

from schemas.records import Feed, Source
from services.fetcher.polling import Poller
from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock, sleep_unless
from services.runtime.live_sources import LiveSources
from services.stage import Poison, Refusal, Transient

log = structlog.get_logger()

AT_ONCE = 16  # feeds polled at the same time
STATE_PAUSE = 5.0  # seconds to wait while nothing can be remembered
ELSEWHERE = 1.0  # seconds between two looks whether a feed of another fetcher has become ours
FOLLOW = 60.0  # seconds between two looks at what other fetchers remember


Tell = Callable[[Mapping[str, Source]], Awaitable[None]]
"""Makes a list of sources known, and forgets what was learned of the feeds of those that changed."""


async def _tell_nobody(_sources: Mapping[str, Source]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Polling:
    """A feed that is being polled, and as what."""

    source: Source
    feed: Feed
    task: "asyncio.Task[None]"


class Discovery:
    """The loop around the poller."""

    def __init__(
        self,
        sources: LiveSources,
        poller: Poller,
        clock: Clock,
        at_once: int = AT_ONCE,
        tell: Tell = _tell_nobody,
        *,
        shared: bool = False,  # with other fetchers, each its own sites
    ) -> None:
        self._sources = sources
        self._poller = poller
        self._clock = clock
        self._tell = tell
        self._slots = asyncio.Semaphore(min(at_once, AT_ONCE))
        self._polled: dict[tuple[str, str], _Polling] = {}
        self._shared = shared
        self._catching_up = asyncio.Lock()
        self._known_since = 0.0  # steady seconds: what we hold since then is known as others left it

    async def attempt(self, source: Source, feed: Feed) -> int | None:
        """Poll one feed; how many pages were asked for. A refusal is logged, remembered, and gives None."""
        try:
            return await self._poller.poll(source, feed)
        except Refusal as exc:
            await self._poller.remember_failure(source, feed.url, exc)
            return None

    def feeds_by_state(self) -> Mapping[tuple[str, ...], float]:
        """How many feeds are read here, by source id, state and reason."""
        ours = ((source, feed) for source, feed in _feeds(self._sources.now) if self._is_ours(feed))
        return Counter((source.id, *self._poller.word(feed)) for source, feed in ours)

    def pages_held_back(self) -> Mapping[tuple[str, ...], float]:
        """How many pages that lists have named are not asked for yet, by source id."""
        held: Counter[tuple[str, ...]] = Counter()
        for source, feed in _feeds(self._sources.now):
            if self._is_ours(feed):
                held[source.id,] += self._poller.held_back(feed)
        return held

    def _is_ours(self, feed: Feed) -> bool:
        return self._poller.since(feed) is not None

    async def poll_all_once(self) -> int:
        """Every feed once, due or not, in order of source id; how many pages were asked for.

        Raises Poison("no-feed-read") where not one could be read.
        """
        found = [await self.attempt(source, feed) for source, feed in _feeds(self._sources.now)]
        if found and all(asked is None for asked in found):
            why = f"not one of {len(found)} could be read; the log says why of each (feed-failed)"
            raise Poison("no-feed-read", why)
        return sum(asked or 0 for asked in found)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll each feed whenever it is due, those of another list as soon as it is there, until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            stopping = tasks.create_task(_wait(stop))
            if self._shared:
                tasks.create_task(self._follow(stop))
            while not stop.is_set():
                seen = self._sources.now
                await self._drop(seen)
                await self._tell(seen)
                self._take_up(seen, tasks, stop)
                changing = tasks.create_task(self._sources.changed_from(seen))
                await asyncio.wait({stopping, changing}, return_when=asyncio.FIRST_COMPLETED)
                changing.cancel()

    async def _drop(self, sources: Mapping[str, Source]) -> None:
        """Poll no more what is gone or changed; as after a crash, a page may then be asked for once more."""
        wanted = {(source.id, feed.url): (source, feed) for source, feed in _feeds(sources)}
        gone = [key for key, each in self._polled.items() if wanted.get(key) != (each.source, each.feed)]
        ended = [self._polled.pop(key).task for key in gone]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    def _take_up(self, sources: Mapping[str, Source], tasks: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        for source, feed in _feeds(sources):
            key = (source.id, feed.url)
            if key not in self._polled:
                task = tasks.create_task(self._keep_polling(source, feed, stop))
                self._polled[key] = _Polling(source, feed, task)

    async def _keep_polling(self, source: Source, feed: Feed, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                wait = await self._wait_for(feed)
                if wait <= 0:
                    async with self._slots:
                        await self.attempt(source, feed)
            except (Transient, BrokerDown) as exc:  # nothing can be remembered, or asked for
                log.warning("discovery-paused", feed=feed.url, why=str(exc))
                wait = STATE_PAUSE
            if wait > 0:
                await sleep_unless(self._clock, wait, stop)

    async def _wait_for(self, feed: Feed) -> float:
        """Seconds until this feed may be due here. Raises Transient."""
        since = self._poller.since(feed)
        if since is None:
            return ELSEWHERE
        async with self._catching_up:
            if since > self._known_since:  # who had it before has remembered more than we know
                await self._poller.refresh()
                self._known_since = since
        return self._poller.seconds_until_due(feed)

    async def _follow(self, stop: asyncio.Event) -> None:
        """Learn from time to time what others remember: a feed may have been left to us."""
        while not stop.is_set():
            await sleep_unless(self._clock, FOLLOW, stop)
            with suppress(Transient):  # said by whoever needs the memory
                await self._poller.refresh()


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


def _feeds(sources: Mapping[str, Source]) -> Iterator[tuple[Source, Feed]]:
    for _, source in sorted(sources.items()):
        for feed in source.feeds:
            yield source, feed
