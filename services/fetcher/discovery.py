"""Polls every feed of every source whenever it is due; one that fails never stops the others."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping

import structlog

from schemas.records import Feed, Source
from services.fetcher.polling import Poller
from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock, sleep_unless
from services.stage import Refusal, Transient

log = structlog.get_logger()

AT_ONCE = 16  # feeds polled at the same time
STATE_PAUSE = 5.0  # seconds to wait while nothing can be remembered


class Discovery:
    """The loop around the poller."""

    def __init__(
        self, sources: Mapping[str, Source], poller: Poller, clock: Clock, at_once: int = AT_ONCE
    ) -> None:
        self._sources = sources
        self._poller = poller
        self._clock = clock
        self._slots = asyncio.Semaphore(min(at_once, AT_ONCE))

    async def attempt(self, source: Source, feed: Feed) -> int:
        """Poll one feed; how many pages were asked for. A refusal is logged and remembered, not raised."""
        try:
            return await self._poller.poll(source, feed)
        except Refusal as exc:
            await self._poller.remember_failure(source, feed.url, exc)
            return 0

    def feeds_by_state(self) -> Mapping[tuple[str, ...], float]:
        """How many feeds there are, by source id, state and reason."""
        return Counter((source.id, *self._poller.word(feed)) for source, feed in self._feeds())

    async def poll_all_once(self) -> int:
        """Every feed once, due or not, in order of source id; how many pages were asked for."""
        return sum([await self.attempt(source, feed) for source, feed in self._feeds()])

    async def run(self, stop: asyncio.Event) -> None:
        """Poll each feed whenever it is due, until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            for source, feed in self._feeds():
                tasks.create_task(self._keep_polling(source, feed, stop))
            await stop.wait()  # a fetcher without feeds still serves requests

    def _feeds(self) -> Iterator[tuple[Source, Feed]]:
        for _, source in sorted(self._sources.items()):
            for feed in source.feeds:
                yield source, feed

    async def _keep_polling(self, source: Source, feed: Feed, stop: asyncio.Event) -> None:
        while not stop.is_set():
            wait = self._poller.seconds_until_due(feed)
            if wait > 0:
                await sleep_unless(self._clock, wait, stop)
                continue
            async with self._slots:
                try:
                    await self.attempt(source, feed)
                except (Transient, BrokerDown) as exc:  # nothing can be remembered, or asked for
                    log.warning("discovery-paused", feed=feed.url, why=str(exc))
                    await sleep_unless(self._clock, STATE_PAUSE, stop)
