"""Several fetchers, each with its own sites: nobody asks for another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import site_key
from services.fetcher.crawl_delays import CrawlDelays
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import PageFetcher
from services.runtime.clock import Clock, SystemClock
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
        assert manners.ours("https://www.mine.org/x")
        assert not manners.ours("https://theirs.org/")
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
    assert delays.of(site) == (3.0 if line.startswith(b"Crawl") else None)
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
