import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import cast

import pytest
from lxml import etree
from structlog.testing import capture_logs

from schemas.records import Feed, FetchRequest, Source
from services.fetcher.discovery import Discovery
from services.fetcher.entries import Listing
from services.fetcher.feed_state import FeedState, feed_key, read_state
from services.fetcher.feeds import read_listing
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.polling import READ_KINDS, Poller
from services.runtime.state import SqliteState
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
        self.discovery = Discovery(sources(web), poller, clock)

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
            if ours.web.asked("/broken") == 3:
                ours.stop.set()

        ours.web.pages["/broken"] = broken
        await asyncio.wait_for(ours.discovery.run(ours.stop), 10)
        assert sorted(ours.asked) == ["/one", "/two"]
        assert ours.web.asked("/a") > 1
        assert ours.remembered("/broken").failures == 3
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
