"""Whom we bother and how often: one request at a time per site, spaced; robots.txt asked first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Self

import structlog

from schemas.records import RightsSignal, Robots
from services.fetcher.canonical import site_key
from services.fetcher.courtesy import VIOLATIONS
from services.fetcher.crawl_delays import CrawlDelays
from services.fetcher.doors import Door, Doors
from services.fetcher.http import Exchange, Gate, HttpReader
from services.fetcher.lanes import rank
from services.fetcher.origin_files import KEEP_UNREACHABLE, ROBOTS, TDMREP, OriginFiles, origin_of
from services.fetcher.ownership import Ownership, SiteElsewhere
from services.fetcher.reaching import Reaching
from services.fetcher.robots import usage_signals, verdict
from services.fetcher.site import Site
from services.fetcher.tdmrep import tdm_signals
from services.fetcher.unreachable import HostUnreachable
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.holdings import EVERYTHING, Holdings
from services.runtime.metrics import Metrics
from services.stage import Transient

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MannersSettings:
    """How patient we are. Times in seconds."""

    agent: str = "sirwan"  # product token that robots.txt may name
    delay: float = 2.0  # between two requests to one site, at least
    patience: float = 20.0  # a longer wait for our turn is given back to the queue

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As an operator set it."""
        return cls(agent=settings.product, delay=settings.fetch_delay)


class Manners:
    """Shared by everything in a process that fetches."""

    def __init__(
        self,
        reader: HttpReader,
        clock: Clock,
        settings: MannersSettings,
        metrics: Metrics | None = None,
        *,
        holdings: Holdings = EVERYTHING,
        delays: CrawlDelays | None = None,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._doors = Doors(clock, settings.delay, delays)
        self._robots = OriginFiles(ROBOTS, reader, clock, self._gate_of_file)
        self._tdmrep = OriginFiles(TDMREP, reader, clock, self._gate_of_file)
        self._metrics = metrics or Metrics()
        self._ours = Ownership(holdings)
        self._reaching = Reaching(clock)
        self._delays = delays
        for kind in VIOLATIONS:
            self._metrics.count("sirwan_politeness_violations_total", by=0, kind=kind)

    @asynccontextmanager
    async def turn(self, url: str, lane: str = "live", *, insist: bool = False) -> AsyncIterator[Exchange]:
        """Our turn at the site of `url`: entered when nobody else asks it and its delay has passed.

        Who waits is called by lane (services/fetcher/lanes.py). Raises Transient("site-busy") where it would
        take longer than our patience, SiteElsewhere where the site is not ours to ask, or no more, and
        HostUnreachable where no connection comes about, or came about a while ago. Who insists stands in line
        as well, but waits for our own delay only.
        """
        door = self._doors.of(url)
        site = door.site
        self._admit(site, url)
        tries = self._reaching.tries(url)
        wait = site.wait(self._clock.steady(), lane)
        if wait > self._settings.patience and not insist:
            raise _busy(url, wait)
        site.waiting[rank(lane)] += 1
        try:
            async with self._ours.in_line(url):
                await self._stand_in_line(door, url, lane)
            try:
                if not tries:  # it may have been found out while we stood in line
                    self._reaching.tries(url)
                await self._wait_for_delay(site, url, insist)
                async with (
                    self._ours.under_way(url),
                    self._watched(site, url, insist) as exchange,
                    self._reaching.learning(url),
                ):
                    yield exchange
            finally:
                door.turn.release()
        finally:
            site.waiting[rank(lane)] -= 1

    @asynccontextmanager
    async def turn_for_list(self, url: str) -> AsyncIterator[Exchange]:
        """Our turn at the site of a list, once it is known how long its robots.txt asks us to wait.

        Its verdict is about pages: a list is published for machines to read. Raises as `turn`.
        """
        try:
            await self.robots(url)
        except SiteElsewhere as exc:  # which names the robots.txt
            raise SiteElsewhere(url) from exc
        except Transient as exc:
            if exc.reason != "robots-unreachable":
                raise
        async with self.turn(url) as exchange:
            yield exchange

    def since(self, url: str) -> float | None:
        """Since when, in steady seconds, the site of `url` is this process's to ask; None while it is not."""
        return self._ours.since(url)

    def book(self, url: str, lane: str = "live") -> float:
        """Promise a turn at the site of `url`; how many seconds off it is.

        It is promised to nobody of this lane or one before it. Who comes later and goes first may get it
        all the same: then the request is put off once more.
        """
        return self._doors.of(url).site.book(self._clock.steady(), lane)

    def gap(self, url: str) -> float:
        """Seconds between two requests to the site of `url`, as things are."""
        return self._doors.of(url).site.gap

    def defer(self, url: str, seconds: float) -> None:
        """Leave the site of `url` alone for so long: it asked for it."""
        self._doors.of(url).site.leave_alone(self._clock.steady() + seconds)

    def measure(self) -> None:
        """Show the hosts that are left alone, and the sites by what decides how often they are asked."""
        self._metrics.show("sirwan_unreachable_hosts", self._reaching.left_alone())
        self._metrics.show("sirwan_sites", self._doors.paces())

    async def robots(self, url: str) -> Robots:
        """What robots.txt says of `url` to us. Raises Transient "robots-unreachable", "site-busy"."""
        rules, is_new = await self._robots.of(url)
        if rules.unreachable is not None:
            raise Transient("robots-unreachable", f"{rules.unreachable}, for {url}", KEEP_UNREACHABLE)
        said = verdict(rules, self._settings.agent, url)
        self._doors.of(url).site.asks_for(said.crawl_delay)
        if is_new and self._delays:
            await self._delays.keep(site_key(url), said.crawl_delay)
        return said

    async def reuse(self, url: str) -> tuple[RightsSignal, ...]:
        """What robots.txt and tdmrep.json of its origin say of the reuse of `url`.

        The second is asked for where robots.txt allows it; one that cannot be had states nothing. Raises
        Transient "site-busy".
        """
        rules, _ = await self._robots.of(url)
        stated = usage_signals(rules, self._settings.agent, url)
        if verdict(rules, self._settings.agent, origin_of(url) + TDMREP.path).verdict != "allowed":
            return stated
        found, _ = await self._tdmrep.of(url)
        return (*stated, *tdm_signals(found, url))

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Those that the robots.txt of the site names, as printed. Raises Transient "site-busy"."""
        rules, _ = await self._robots.of(url)
        return rules.sitemaps

    def _gate_of_file(self) -> Gate:
        """For one file of an origin and its redirects."""
        hops: list[str] = []

        def gate(hop: str) -> AbstractAsyncContextManager[Exchange | None]:
            # Put off, a redirect would be asked from its start again; if the site's delay is long, for ever.
            hops.append(hop)
            if len(hops) > 1 and self.since(hop) is None:
                return nullcontext()  # rare, one request a day; to leave it to others would cost every page
            return self.turn(hop, insist=len(hops) > 1)

        return gate

    def _admit(self, site: Site, url: str) -> float:
        """Since when the site is ours: who had it before may have asked it just then. Raises Transient."""
        since = self._ours.required(url)
        if since:
            site.taken_over(since)
        return since

    async def _stand_in_line(self, door: Door, url: str, lane: str) -> None:
        """Hold the turn of the site; one that has become slow is not waited for."""
        try:
            async with asyncio.timeout(self._settings.patience):
                await door.turn.acquire(lane)
        except TimeoutError:
            raise _busy(url, door.site.wait(self._clock.steady(), lane)) from None

    async def _wait_for_delay(self, site: Site, url: str, insist: bool) -> None:
        since = None
        while since != (now := self._admit(site, url)):  # lost and had again meanwhile: it starts anew
            since = now
            async with self._ours.in_line(url):
                if self._delays and since != site.since:
                    await self._delays.catch_up(since)
                    site.learns(since, self._delays.of(site_key(url)))
                await self._clock.sleep(self._delay_left(site, url, insist))

    def _delay_left(self, site: Site, url: str, insist: bool) -> float:
        left = site.left(self._clock.steady())
        if insist:
            return min(left, self._settings.delay)
        if left > self._settings.patience:  # it asked to be left alone while we stood in line
            raise _busy(url, left)
        return left

    @asynccontextmanager
    async def _watched(self, site: Site, url: str, insist: bool) -> AsyncIterator[Exchange]:
        """The length of a request; what really leaves is looked at apart from what decides when it should."""
        began: float | None = self._clock.steady()
        kind = site.begins(self._clock.steady(), self._settings.delay if insist else None)
        if kind is not None:
            self._metrics.count("sirwan_politeness_violations_total", kind=kind)
            log.error("impolite", kind=kind, site=site_key(url), url=url)
        exchange = Exchange()
        try:
            yield exchange
        except HostUnreachable:  # which says nothing of how fast the other hosts of the site are
            began = None
            raise
        finally:
            site.ends(began, self._clock.steady(), exchange.status)


def _busy(url: str, wait: float) -> Transient:
    return Transient("site-busy", f"our turn at {site_key(url)} is in {wait:.0f} s", wait)
