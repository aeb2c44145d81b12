"""Several fetchers, each with its own sites: nobody asks for another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from schemas.records import Feed, FetchRequest, Source
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import site_key
from services.fetcher.crawl_delays import CrawlDelays
from services.fetcher.discovery import Discovery
from services.fetcher.feed_state import MOVED, feed_key
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.ownership import SiteElsewhere
from services.fetcher.pages import PageFetcher
from services.fetcher.polling import Poller
from services.runtime.clock import Clock, SystemClock
from services.runtime.live_sources import LiveSources
from services.runtime.state import SqliteState
from services.stage import Remember, Transient
from tests.clock import FakeClock
from tests.records import a_request
from tests.unit.fetcher.worlds import response, serving

LOCAL = HttpSettings(allow_private_hosts=True)


class Some:
    """Holdings that a test deals out."""

    def __init__(self, *sites: str, since: float = 0.0) -> None:
        self.sites = dict.fromkeys(sites, since)
        self.leave: Callable[[], None] = lambda: None
        self.stop: Callable[[], None] = lambda: None

    def since(self, topic: str, key: str) -> float | None:
        assert topic == FETCH_REQUESTS.name
        return self.sites.get(key)

    def watch(self, leave: Callable[[], None], stop: Callable[[], None]) -> None:
        self.leave, self.stop = leave, stop


@asynccontextmanager
async def sharing(some: Some, clock: Clock, delays: CrawlDelays | None = None) -> AsyncIterator[Manners]:
    async with HttpReader(LOCAL, clock) as reader:
        yield Manners(reader, clock, MannersSettings(delay=2.0), holdings=some, delays=delays)


async def test_a_site_of_another_fetcher_is_not_asked() -> None:
    async with sharing(Some("mine.org"), FakeClock()) as manners:
        assert manners.since("https://www.mine.org/x") is not None
        assert manners.since("https://theirs.org/") is None
        with pytest.raises(Transient, match=r"site-elsewhere: another fetcher asks theirs\.org"):
            async with manners.turn("https://theirs.org/x"):
                pytest.fail("asked")


async def test_a_site_just_taken_over_is_left_alone_for_its_delay() -> None:
    """Who had it before may have asked it in the very moment."""
    clock = FakeClock()
    async with sharing(Some("mine.org", since=clock.steady() - 0.5), clock) as manners:
        async with manners.turn("https://mine.org/"):
            assert clock.passed == 1.5
        async with manners.turn("https://mine.org/"):
            assert clock.passed == 3.5


async def test_it_is_left_alone_as_long_as_it_once_asked_for(tmp_path: Path) -> None:
    clock, state = FakeClock(), SqliteState(tmp_path / "memory.db", "fetcher")
    await state.open()
    await state.remember([Remember("delay:mine.org", b"7.5")])
    some = Some("mine.org", since=clock.steady())
    async with sharing(some, clock, CrawlDelays(state)) as manners, manners.turn("https://mine.org/"):
        assert clock.passed == 7.5
    await state.close()


class WrittenByOthers(SqliteState):
    """What others remember is known here once it is read."""

    refreshed = 0

    async def refresh(self) -> None:
        self.refreshed += 1
        await self.remember([Remember("delay:mine.org", b"7.5"), Remember("delay:also.org", b"3")])


async def test_what_the_last_fetcher_learned_is_read_before_a_site_is_asked_that_came_to_us() -> None:
    """A site may have been known here before, and its delay has been learned elsewhere since."""
    clock, state = FakeClock(), WrittenByOthers(":memory:", "fetcher")
    await state.open()
    some = Some()
    async with sharing(some, clock, CrawlDelays(state)) as manners:
        for site in ("mine.org", "also.org"):
            with pytest.raises(SiteElsewhere):
                async with manners.turn(f"https://{site}/"):
                    pytest.fail("asked")
        some.sites = dict.fromkeys(("mine.org", "also.org"), clock.steady())
        for site, passed in (("also.org", 3.0), ("mine.org", 7.5), ("mine.org", 15.0)):
            async with manners.turn(f"https://{site}/"):
                assert clock.passed == passed
        assert state.refreshed == 1
    await state.close()


@pytest.mark.parametrize("line", [b"Crawl-delay: 3", b"Disallow: /x"])
async def test_what_a_site_asks_for_is_remembered(tmp_path: Path, line: bytes) -> None:
    state = SqliteState(tmp_path / "memory.db", "fetcher")
    await state.open()
    delays = CrawlDelays(state)
    async with serving({"/robots.txt": response(b"User-agent: *\n" + line)}) as web:
        site = site_key(web.url)
        await delays.keep(site, 9.0)  # as it was
        async with sharing(Some(site), FakeClock(), delays) as manners:
            await manners.robots(web.url + "/a")
            asked = delays.of(site)
            await delays.keep(site, 9.0)  # as another host of the site says
            await manners.robots(web.url + "/b")
            assert delays.of(site) == 9.0, "written when a robots.txt is read, not with every page"
    assert asked == (3.0 if line.startswith(b"Crawl") else None)
    await state.close()


async def test_when_all_is_lost_who_stands_in_line_leaves_and_who_is_at_it_may_finish() -> None:
    clock, some = SystemClock(), Some("mine.org")
    async with sharing(some, clock) as manners:

        async def one(path: str) -> str:
            async with manners.turn(f"https://mine.org/{path}"):
                await clock.sleep(0.05)
            return path

        tasks = [asyncio.create_task(one(path)) for path in ("a", "b", "c")]
        await asyncio.sleep(0.02)
        some.sites.clear()
        some.leave()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    assert done[0] == "a"
    assert [getattr(each, "reason", each) for each in done[1:]] == ["site-elsewhere"] * 2


async def test_when_others_may_begin_what_is_under_way_ends() -> None:
    clock, some = SystemClock(), Some("mine.org")
    async with sharing(some, clock) as manners:

        async def one() -> None:
            async with manners.turn("https://mine.org/"):
                await clock.sleep(30)

        task = asyncio.create_task(one())
        await asyncio.sleep(0.02)
        some.stop()
        with pytest.raises(Transient, match="site-elsewhere"):
            await asyncio.wait_for(task, 1.0)


async def test_a_site_lost_and_had_again_while_we_waited_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    some = Some("mine.org", since=clock.steady())
    async with sharing(some, clock) as manners:

        async def meanwhile(seconds: float) -> None:
            clock.passed += seconds
            if len(clock.slept) == 0:
                some.sites["mine.org"] = clock.steady()
            clock.slept.append(seconds)

        monkeypatch.setattr(clock, "sleep", meanwhile)
        async with manners.turn("https://mine.org/"):
            assert clock.passed == 4.0


async def test_a_page_that_leads_to_a_site_of_another_goes_to_its_queue() -> None:
    clock = FakeClock()
    async with serving({}) as theirs, serving({}) as web:
        theirs.pages["/there"] = response(b"<p>there</p>", content_type="text/html")
        web.pages["/page"] = response(status="302 Found", location=f"{theirs.url}/there")
        some = Some(site_key(web.url))
        async with HttpReader(LOCAL, clock) as reader:
            manners = Manners(reader, clock, MannersSettings(delay=0.0), holdings=some)
            (later,) = await PageFetcher(reader, manners, clock, Path("blobs")).handle(
                a_request(f"{web.url}/page")
            )
    assert (later.topic, later.key) == (FETCH_REQUESTS, site_key(theirs.url))
    assert later.record.url == f"{theirs.url}/there"  # type: ignore[attr-defined] # a FetchRequest
    assert theirs.log == []


@asynccontextmanager
async def polling(
    some: Some, clock: FakeClock, state: SqliteState
) -> AsyncIterator[tuple[Poller, list[str]]]:
    asked: list[str] = []

    async def request(wanted: FetchRequest) -> None:
        asked.append(wanted.url)

    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0), holdings=some)
        yield Poller(reader, manners, state, clock, request), asked


def a_source(url: str) -> tuple[Source, Feed]:
    feed = Feed(url=url, kind="feed")
    return Source(id="one", name="One", homepage=url, feeds=(feed,)), feed


async def test_a_feed_that_leads_to_a_site_of_another_is_read_by_that_other_from_where_it_led() -> None:
    clock, state = FakeClock(), SqliteState(":memory:", "fetcher")
    await state.open()
    async with serving({}) as burner, serving({}) as web:
        burner.pages["/feed"] = response(b"<rss><channel><item><link>/1</link></item></channel></rss>")
        web.pages["/feed"] = response(status="302 Found", location=f"{burner.url}/feed")
        source, feed = a_source(f"{web.url}/feed")
        async with (
            polling(Some(site_key(web.url)), clock, state) as (here, _),
            polling(Some(site_key(burner.url)), clock, state) as (there, asked),
        ):
            assert (here.since(feed), there.since(feed)) == (0.0, None)
            with pytest.raises(SiteElsewhere) as caught:
                await here.poll(source, feed)
            await here.remember_failure(source, feed.url, caught.value)
            assert (here.since(feed), there.since(feed)) == (None, 0.0)
            assert there.seconds_until_due(feed) == 0.0
            assert await there.poll(source, feed) == 1
            assert asked == [f"{burner.url}/1"]
            clock.passed += MOVED.total_seconds()
            assert (here.since(feed), there.since(feed)) == (0.0, None)
        assert (web.asked("/feed"), burner.asked("/feed")) == (1, 1)
    await state.close()


async def test_a_feed_lost_while_it_was_read_is_neither_failed_nor_put_off() -> None:
    clock, state = FakeClock(), SqliteState(":memory:", "fetcher")
    await state.open()
    source, feed = a_source("http://mine.org/feed")
    async with polling(Some(), clock, state) as (here, _):
        await here.remember_failure(source, feed.url, SiteElsewhere(feed.url))
        assert state.get(feed_key(feed.url)) is None
    await state.close()


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        (response(b"User-agent: *\nCrawl-delay: 7\nDisallow: /feed"), 7.0),
        (response(b"", "500 Oops"), 2.0),  # it keeps no list from being read; the site is unwell
    ],
)
async def test_a_list_is_asked_for_no_sooner_than_the_robots_txt_of_its_site_says(
    robots: bytes, delay: float
) -> None:
    clock = FakeClock()
    async with serving({"/robots.txt": robots}) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0))
        async with manners.turn_for_list(f"{web.url}/feed"):
            assert clock.passed == delay


async def test_a_robots_txt_that_leads_to_a_site_of_another_is_read_there_all_the_same() -> None:
    clock = FakeClock()
    async with (
        serving({"/robots.txt": response(b"User-agent: *\nDisallow: /x")}) as theirs,
        serving({}) as web,
        sharing(Some(site_key(web.url)), clock) as manners,
    ):
        web.pages["/robots.txt"] = response(status="301 Moved", location=f"{theirs.url}/robots.txt")
        assert (await manners.robots(f"{web.url}/x")).verdict == "disallowed"


class Memory(SqliteState):
    """One that others write, too."""

    def __init__(self) -> None:
        super().__init__(":memory:", "fetcher")
        self.refreshed = 0

    async def refresh(self) -> None:
        self.refreshed += 1


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    pytest.fail("never")


async def test_a_feed_that_becomes_ours_is_read_as_the_other_left_it() -> None:
    clock, state, some = FakeClock(), Memory(), Some()
    await state.open()
    async with serving({}) as web:
        web.pages["/feed"] = response(b"<rss><channel><item><link>/1</link></item></channel></rss>")
        source, _ = a_source(f"{web.url}/feed")
        async with polling(some, clock, state) as (poller, asked):
            stop = asyncio.Event()
            discovery = Discovery(LiveSources({"one": source}), poller, clock)
            running = asyncio.create_task(discovery.run(stop))
            await until(lambda: clock.passed > 60.0)
            assert (asked, state.refreshed, discovery.feeds_by_state()) == ([], 0, {})
            some.sites[site_key(web.url)] = clock.steady()
            await until(lambda: bool(asked))
            assert state.refreshed == 1
            assert list(discovery.feeds_by_state()) == [("one", "ok", "ok")]
            stop.set()
            await running
    await state.close()
