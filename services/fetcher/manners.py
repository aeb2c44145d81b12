"""Whom we bother and how often: one request at a time per site, spaced; robots.txt asked first."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import structlog

from schemas.records import Robots
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import site_key
from services.fetcher.courtesy import VIOLATIONS, Seen
from services.fetcher.crawl_delays import CrawlDelays
from services.fetcher.http import HttpReader
from services.fetcher.lanes import rank
from services.fetcher.robots import RobotsRules, robots_for, verdict
from services.fetcher.schedule import spacing
from services.fetcher.turns import Turns
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.holdings import EVERYTHING, Holdings
from services.runtime.metrics import Metrics
from services.stage import Refusal, Transient

log = structlog.get_logger()

KEEP_ROBOTS = 24 * 3600.0  # seconds, RFC 9309 section 2.4
KEEP_UNREACHABLE = 600.0  # seconds until a robots.txt that could not be read is asked for again
MOST_ROBOTS, MOST_SITES = 1000, 10_000  # entries kept in memory


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


@dataclass(slots=True)
class Site:
    """What we know of one registered domain."""

    free_at: float = 0.0  # on the steady clock
    ended_at: float | None = None  # of our last request there, on the steady clock
    # by rank, on the steady clock: turns are promised until then
    booked: dict[int, float] = field(default_factory=dict)
    took: float = 0.0  # seconds our requests take, the last ones most
    crawl_delay: float | None = None
    waiting: Counter[int] = field(default_factory=Counter)  # by rank, who has the turn included
    turn: Turns = field(default_factory=Turns)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)  # held while its robots.txt is fetched
    seen: Seen = field(default_factory=Seen)


class SiteElsewhere(Transient):
    """The site of an address is another fetcher's to ask, or was lost to it just now."""

    def __init__(self, url: str) -> None:
        super().__init__("site-elsewhere", f"another fetcher asks {site_key(url)}")
        self.url = url


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
        self._reader = reader
        self._clock = clock
        self._settings = settings
        self._sites: OrderedDict[str, Site] = OrderedDict()
        self._robots: OrderedDict[str, tuple[float, RobotsRules]] = OrderedDict()
        self._metrics = metrics or Metrics()
        self._holdings = holdings
        self._delays = delays
        self._in_line: set[asyncio.Timeout] = set()
        self._under_way: set[asyncio.Timeout] = set()
        holdings.watch(lambda: _end(self._in_line), lambda: _end(self._under_way))
        for kind in VIOLATIONS:
            self._metrics.count("sirwan_politeness_violations_total", by=0, kind=kind)

    @asynccontextmanager
    async def turn(self, url: str, lane: str = "live", *, insist: bool = False) -> AsyncIterator[None]:
        """Our turn at the site of `url`: entered when nobody else asks it and its delay has passed.

        Who waits is called by lane (services/fetcher/lanes.py). Raises Transient("site-busy") where it would
        take longer than our patience, and SiteElsewhere where the site is not ours to ask, or no more. Who
        insists stands in line as well, but waits for our own delay only.
        """
        site = self._site(url)
        self._admit(site, url)
        wait = self._wait(site, lane)
        if wait > self._settings.patience and not insist:
            raise _busy(url, wait)
        site.waiting[rank(lane)] += 1
        try:
            async with _until_lost(url, self._in_line):
                await self._stand_in_line(site, url, lane)
            try:
                await self._wait_for_delay(site, url, insist)
                async with (
                    _until_lost(url, self._under_way),
                    self._timed(site),
                    self._watched(site, url, insist),
                ):
                    yield
            finally:
                site.turn.release()
        finally:
            site.waiting[rank(lane)] -= 1

    @asynccontextmanager
    async def turn_for_list(self, url: str) -> AsyncIterator[None]:
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
        async with self.turn(url):
            yield

    def since(self, url: str) -> float | None:
        """Since when, in steady seconds, the site of `url` is this process's to ask; None while it is not."""
        return self._holdings.since(FETCH_REQUESTS.name, site_key(url))

    def _admit(self, site: Site, url: str) -> float:
        """Since when the site is ours: who had it before may have asked it just then. Raises Transient."""
        since = self.since(url)
        if since is None:
            raise SiteElsewhere(url)
        if since:
            site.free_at = max(site.free_at, since + self._gap(site))
        return since

    async def _wait_for_delay(self, site: Site, url: str, insist: bool) -> None:
        since = None
        while since != (now := self._admit(site, url)):  # lost and had again meanwhile: it starts anew
            since = now
            async with _until_lost(url, self._in_line):
                await self._clock.sleep(self._delay_left(site, url, insist))

    def book(self, url: str, lane: str = "live") -> float:
        """Promise a turn at the site of `url`; how many seconds off it is.

        It is promised to nobody of this lane or one before it. Who comes later and goes first may get it
        all the same: then the request is put off once more.
        """
        site, now, place = self._site(url), self._clock.steady(), rank(lane)
        promised = [until for other, until in site.booked.items() if other <= place]
        at = max([*promised, now + self._wait(site, lane)])
        site.booked[place] = at + self._gap(site) + site.took
        return at - now

    def gap(self, url: str) -> float:
        """Seconds between two requests to the site of `url`, as far as is known."""
        return self._gap(self._site(url))

    def defer(self, url: str, seconds: float) -> None:
        """Leave the site of `url` alone for so long: it asked for it."""
        site = self._site(url)
        site.free_at = max(site.free_at, self._clock.steady() + seconds)

    async def robots(self, url: str) -> Robots:
        """What robots.txt says of `url` to us. Raises Transient "robots-unreachable", "site-busy"."""
        async with self._site(url).asking:
            rules, is_new = await self._rules(url)
        if rules.unreachable is not None:
            raise Transient("robots-unreachable", f"{rules.unreachable}, for {url}", KEEP_UNREACHABLE)
        said = verdict(rules, self._settings.agent, url)
        site = self._site(url)
        if said.crawl_delay is not None:
            site.crawl_delay = said.crawl_delay
        if site.ended_at is not None:  # it counts from the request that told us, too
            site.free_at = max(site.free_at, site.ended_at + self._gap(site))
        if is_new and self._delays:
            await self._delays.keep(site_key(url), said.crawl_delay)
        return said

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Those that the robots.txt of the site names, as printed. Raises Transient "site-busy"."""
        async with self._site(url).asking:
            rules, _ = await self._rules(url)
            return rules.sitemaps

    async def _rules(self, url: str) -> tuple[RobotsRules, bool]:
        """Those of the site, and whether they were asked for just now."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        kept = self._robots.get(origin)
        is_new = kept is None or kept[0] <= self._clock.steady()
        if kept is None or is_new:
            rules = await self._ask(f"{origin}/robots.txt")
            lasts = KEEP_ROBOTS if rules.unreachable is None else KEEP_UNREACHABLE
            kept = self._robots[origin] = (self._clock.steady() + lasts, rules)
            if len(self._robots) > MOST_ROBOTS:
                self._robots.popitem(last=False)
        self._robots.move_to_end(origin)
        return kept[1], is_new

    async def _ask(self, url: str) -> RobotsRules:
        hops: list[str] = []

        def gate(hop: str) -> AbstractAsyncContextManager[None]:
            # Put off, a redirect would be asked from its start again; if the site's delay is long, for ever.
            hops.append(hop)
            if len(hops) > 1 and self.since(hop) is None:
                return nullcontext()  # rare, one request a day; to leave it to others would cost every page
            return self.turn(hop, insist=len(hops) > 1)

        try:
            answer = await self._reader.get(url, gate=gate)
        except Refusal as exc:
            if exc.reason in ("site-busy", "site-elsewhere"):
                raise
            return RobotsRules(unreachable=f"{exc.reason}: {exc.detail}"[:300])
        return robots_for(answer.status, answer.body)

    async def _stand_in_line(self, site: Site, url: str, lane: str) -> None:
        """Hold the turn of the site; one that has become slow is not waited for."""
        try:
            async with asyncio.timeout(self._settings.patience):
                await site.turn.acquire(lane)
        except TimeoutError:
            raise _busy(url, self._wait(site, lane)) from None

    def _delay_left(self, site: Site, url: str, insist: bool) -> float:
        left = max(site.free_at - self._clock.steady(), 0.0)
        if insist:
            return min(left, self._settings.delay)
        if left > self._settings.patience:  # it asked to be left alone while we stood in line
            raise _busy(url, left)
        return left

    @asynccontextmanager
    async def _timed(self, site: Site) -> AsyncIterator[None]:
        began = self._clock.steady()
        try:
            yield
        finally:
            now = self._clock.steady()
            site.took, site.ended_at = (site.took + now - began) / 2, now
            site.free_at = max(site.free_at, now + self._gap(site))

    @asynccontextmanager
    async def _watched(self, site: Site, url: str, insist: bool) -> AsyncIterator[None]:
        """Look at what really leaves, apart from what decides when it should: count our own mistakes."""
        kind = site.seen.leaves(self._clock.steady(), self._settings.delay if insist else None)
        if kind is not None:
            self._metrics.count("sirwan_politeness_violations_total", kind=kind)
            log.error("impolite", kind=kind, site=site_key(url), url=url)
        try:
            yield
        finally:
            site.seen.ends(self._clock.steady(), self._gap(site))

    def _wait(self, site: Site, lane: str) -> float:
        """Seconds until it would be the turn of who comes now, as far as we can tell."""
        left = max(site.free_at - self._clock.steady(), 0.0)
        ahead = sum(count for other, count in site.waiting.items() if other <= rank(lane))
        return left + ahead * (self._gap(site) + site.took)

    def _gap(self, site: Site) -> float:
        return spacing(self._settings.delay, site.crawl_delay)

    def _site(self, url: str) -> Site:
        key = site_key(url)
        if key not in self._sites:
            self._sites[key] = Site(crawl_delay=self._delays.of(key) if self._delays else None)
        site = self._sites[key]
        self._sites.move_to_end(key)
        if len(self._sites) > MOST_SITES:
            self._forget_idle()
        return site

    def _forget_idle(self) -> None:
        """Drop sites whose turn is free anyway; those with somebody waiting stay."""
        now = self._clock.steady()
        for key in [k for k, site in self._sites.items() if _is_idle(site, now)]:
            del self._sites[key]


def _is_idle(site: Site, now: float) -> bool:
    return (
        max([site.free_at, *site.booked.values()]) <= now
        and not site.waiting.total()
        and not site.asking.locked()
    )


def _busy(url: str, wait: float) -> Transient:
    return Transient("site-busy", f"our turn at {site_key(url)} is in {wait:.0f} s", wait)


@asynccontextmanager
async def _until_lost(url: str, among: set[asyncio.Timeout]) -> AsyncIterator[None]:
    """Until somebody ends all of these. Raises Transient("site-elsewhere") then."""
    end = asyncio.timeout(None)
    try:
        async with end:
            among.add(end)
            yield
    except TimeoutError:
        if not end.expired():
            raise
        raise SiteElsewhere(url) from None
    finally:
        among.discard(end)


def _end(among: set[asyncio.Timeout]) -> None:
    for each in among:
        each.reschedule(0.0)
