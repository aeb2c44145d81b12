import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import cast

import msgspec
import pytest
from lxml import etree
from structlog.testing import capture_logs

from schemas.records import Feed, FetchRequest, Source
from services.fetcher.discovery import Discovery
from services.fetcher.entries import Listing
from services.fetcher.feed_state import FeedState, feed_key, read_state
from services.fetcher.feeds import read_listing
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.list_reader import READ_KINDS
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.polling import Poller
from services.runtime.live_sources import LiveSources
from services.runtime.state import SqliteState
from services.stage import Poison
from tests.clock import START, FakeClock
from tests.unit.fetcher.worlds import Asked, Page, Web, response, serving

ONE = response(b"<rss><channel><item><link>/one</link></item></channel></rss>")
TWO = response(b"<rss><channel><item><link>/two</link></item></channel></rss>")


class Room:
    """A discovery over a small web, and what it asked for."""

    def __init__(self, web: Web, clock: FakeClock, reader: HttpReader, state: SqliteState) -> None:
        self.clock, self.state, self.web = clock, state, web
        self.asked: list[str] = []
        self.stop = asyncio.Event()
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        poller = Poller(reader, manners, state, clock, self.request)
        self.sources = LiveSources(sources(web))
        self.told: list[list[str]] = []
        self.discovery = Discovery(self.sources, poller, clock, tell=self.tell)

    async def tell(self, sources: Mapping[str, Source]) -> None:
        self.told.append(list(sources))

    async def request(self, wanted: FetchRequest) -> None:
        self.asked.append(wanted.url.removeprefix(self.web.url))

    def remembered(self, path: str) -> FeedState:
        return read_state(self.state.get(feed_key(self.web.url + path)))


def sources(web: Web) -> Mapping[str, Source]:
    def source(name: str, *paths: str) -> Source:
        feeds = tuple(Feed(url=web.url + path, kind="feed") for path in paths)
        return Source(id=name, name=name, homepage=web.url, feeds=feeds, poll_floor=60, poll_ceiling=600)

    return {"zebra": source("zebra", "/b"), "adder": source("adder", "/broken", "/a")}


@asynccontextmanager
async def room(pages: dict[str, Page]) -> AsyncIterator[Room]:
    clock, state = FakeClock(), SqliteState(":memory:", "fetcher")
    await state.open()
    async with serving(pages) as web, HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader:
        yield Room(web, clock, reader, state)
    await state.close()


async def test_all_feeds_are_read_in_order_of_source_and_a_broken_one_stops_none() -> None:
    async with room({"/a": ONE, "/b": TWO, "/broken": response(b"hello")}) as ours:
        assert await ours.discovery.poll_all_once() == 2
        assert ours.asked == ["/one", "/two"]
        broken = ours.remembered("/broken")
        assert (broken.reason, broken.failures, broken.polled_at) == ("not-a-feed", 1, START)


@pytest.mark.parametrize(
    "fault", [KeyError("x"), RecursionError(), ZeroDivisionError(), etree.LxmlError("x")]
)
async def test_a_mistake_of_ours_on_one_list_stops_no_other(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader(body: bytes, base: str) -> Listing:
        if base.endswith("/broken"):
            raise fault
        return read_listing(body, base)

    monkeypatch.setitem(cast("dict[str, object]", READ_KINDS), "feed", reader)
    async with room({"/a": ONE, "/b": TWO, "/broken": ONE}) as ours:
        with capture_logs() as logs:
            assert await ours.discovery.poll_all_once() == 2
        assert ours.asked == ["/one", "/two"]
        assert (ours.remembered("/broken").reason, ours.remembered("/broken").failures) == ("bug", 1)
        assert [line["feed"] for line in logs if line.get("exc_info")] == [ours.web.url + "/broken"]


async def test_feeds_are_polled_again_when_due_and_a_stop_ends_it() -> None:
    async with room({"/a": ONE, "/b": TWO}) as ours:

        async def broken(writer: asyncio.StreamWriter, _asked: Asked) -> None:
            writer.write(response(b"hello"))
            if ours.web.asked("/broken") >= 3 and ours.web.asked("/a") > 1:
                ours.stop.set()

        ours.web.pages["/broken"] = broken
        await asyncio.wait_for(ours.discovery.run(ours.stop), 10)
        assert sorted(ours.asked) == ["/one", "/two"]
        assert ours.web.asked("/a") > 1
        assert ours.remembered("/broken").failures >= 3
        # A feed that failed three times waits for four hours, whatever its floor; the clock has moved so far.
        assert ours.clock.passed > 3 * 3600


async def test_a_feed_comes_back_after_its_failures() -> None:
    async with room({"/a": ONE, "/b": response(b"", "500 Oops"), "/broken": ONE}) as ours:
        await ours.discovery.poll_all_once()
        assert ours.remembered("/b").reason == "server-error"
        ours.web.pages["/b"] = TWO
        assert await ours.discovery.poll_all_once() == 1
        assert (ours.remembered("/b").reason, ours.remembered("/b").failures) == (None, 0)


async def test_feeds_are_counted_by_how_they_are() -> None:
    async with room({"/a": ONE, "/b": TWO, "/broken": response(b"hello")}) as ours:
        assert ours.discovery.feeds_by_state() == {("adder", "new", "ok"): 2, ("zebra", "new", "ok"): 1}
        await ours.discovery.poll_all_once()
        assert ours.discovery.feeds_by_state() == {
            ("adder", "ok", "ok"): 1,
            ("adder", "failing", "not-a-feed"): 1,
            ("zebra", "ok", "ok"): 1,
        }


async def test_another_list_is_followed_while_it_runs() -> None:
    """One source is gone, one is new, one has another feed; the fake clock never lets the others rest."""
    async with room({"/a": ONE, "/b": TWO, "/broken": ONE, "/new": TWO, "/other": TWO}) as ours:
        first, polled = dict(ours.sources), {path: asyncio.Event() for path in ("/b", "/new", "/other")}

        async def seen(writer: asyncio.StreamWriter, asked: Asked) -> None:
            writer.write(TWO)
            polled[asked.path].set()

        ours.web.pages |= dict.fromkeys(polled, seen)
        running = asyncio.create_task(ours.discovery.run(ours.stop))
        await asyncio.wait_for(polled["/b"].wait(), 10)

        def with_feed(source: Source, path: str, **changes: str) -> Source:
            feeds = (Feed(url=ours.web.url + path, kind="feed"),)
            return msgspec.structs.replace(source, feeds=feeds, **changes)

        adder, yak = with_feed(first["adder"], "/other"), with_feed(first["zebra"], "/new", id="yak")
        ours.sources.replace({"adder": adder, "yak": yak})
        await asyncio.wait_for(polled["/new"].wait(), 10)
        await asyncio.wait_for(polled["/other"].wait(), 10)
        before = {path: ours.web.asked(path) for path in ("/a", "/b", "/broken")}
        for _ in range(3):  # three more rounds of what is read now
            polled["/new"].clear()
            await asyncio.wait_for(polled["/new"].wait(), 10)
        assert {path: ours.web.asked(path) for path in before} == before
        assert ours.told == [["zebra", "adder"], ["adder", "yak"]]
        ours.stop.set()
        await asyncio.wait_for(running, 10)


async def test_not_one_feed_that_can_be_read_is_a_refusal() -> None:
    async with room({}) as ours:
        with pytest.raises(Poison, match=r"no-feed-read: not one of 3 could be read"):
            await ours.discovery.poll_all_once()
    async with room({"/b": TWO}) as ours:
        assert await ours.discovery.poll_all_once() == 1
