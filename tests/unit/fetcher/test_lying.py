"""Servers that say that nothing is new, and whether we find out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from schemas.records import Feed
from services.fetcher.feed_state import FeedState, feed_key, read_state
from services.fetcher.validators import PROBE_POLLS, TRIAL
from tests.unit.fetcher.test_polling import Desk, desk
from tests.unit.fetcher.worlds import Asked, response


@dataclass
class Server:
    """A feed of pages /1, /2 …, its ETag, and whether it says 304 to who has one."""

    pages: int = 1
    etag: Callable[[int], str] = '"v{}"'.format
    unchanged: Callable[[str, str], bool] = field(default=lambda sent, etag: sent == etag)
    news_after_304: int = 0  # pages that appear right after each 304
    seen: list[int] = field(default_factory=list)  # status of each answer

    async def __call__(self, writer: asyncio.StreamWriter, asked: Asked) -> None:
        sent, etag = asked.headers.get("if-none-match"), self.etag(self.pages)
        if sent and self.unchanged(sent, etag):
            writer.write(response(b"", "304 Not Modified"))
            self.pages += self.news_after_304
            self.seen.append(304)
            return
        items = "".join(f"<item><link>/{number + 1}</link></item>" for number in range(self.pages))
        writer.write(response(f"<rss><channel>{items}</channel></rss>".encode(), etag=etag))
        self.seen.append(200)


def state(ours: Desk) -> FeedState:
    return read_state(ours.state.get(feed_key(ours.web.url + "/feed")))


def word(ours: Desk) -> tuple[str, str]:
    return ours.poller.word(Feed(url=ours.web.url + "/feed", kind="feed"))


ALWAYS_304 = Server(unchanged=lambda _sent, _etag: True)
ONE_ETAG = Server(etag=lambda _pages: '"always"')
NEVER_304 = Server(etag=lambda _pages: '"always"', unchanged=lambda _sent, _etag: False)


@pytest.mark.parametrize(
    "server", [ALWAYS_304, ONE_ETAG, NEVER_304], ids=["always-304", "one-etag", "never-304"]
)
async def test_a_server_that_lies_is_found_out_and_asked_for_whole(server: Server) -> None:
    async with desk({"/feed": server}) as ours:
        with capture_logs() as logs:
            for _ in range(2 * PROBE_POLLS):
                await ours.poll()
                server.pages += 1
                ours.clock.passed += 60
        said = [line for line in logs if line["event"] == "lying-validator"]
        assert [(line["source"], line["feed"]) for line in said] == [("demo", ours.web.url + "/feed")]
        assert "page" in said[0]["evidence"]
        assert word(ours) == ("lying", "lying-validator")
        found = len(ours.asked)
        assert await ours.poll() == server.pages - found == 1
        assert server.seen[-1] == 200


async def test_a_server_that_no_longer_lies_is_believed_again() -> None:
    server = Server(unchanged=lambda _sent, _etag: True)
    async with desk({"/feed": server}) as ours:
        while word(ours)[0] != "lying":
            await ours.poll()
            server.pages += 1
        server.unchanged = lambda sent, etag: sent == etag
        ours.clock.passed += TRIAL.total_seconds()
        await ours.poll()
        assert word(ours) == ("ok", "ok")
        assert [await ours.poll() for _ in range(3)] == [0, 0, 0]
        assert server.seen[-3:] == [304, 304, 304]


async def test_one_that_still_lies_is_found_out_at_its_first_304() -> None:
    server = Server(unchanged=lambda _sent, _etag: True)
    async with desk({"/feed": server}) as ours:
        while word(ours)[0] != "lying":
            await ours.poll()
            server.pages += 1
        ours.clock.passed += TRIAL.total_seconds()
        server.pages += 1
        assert await ours.poll() > 0
        assert word(ours) == ("lying", "lying-validator")


async def test_an_honest_server_is_never_taken_for_a_liar_however_its_news_fall() -> None:
    """Each 304 is true when it is said, and a page appears before the probe gets the list."""
    server = Server(news_after_304=1)
    async with desk({"/feed": server}) as ours:
        for _ in range(10 * PROBE_POLLS):
            await ours.poll()
        assert server.seen.count(304) > PROBE_POLLS
        assert (state(ours).lies, word(ours)) == (0, ("ok", "ok"))


async def test_a_quiet_feed_costs_one_request_more_in_twenty_at_most() -> None:
    server = Server()
    async with desk({"/feed": server}) as ours:
        for _ in range(100):
            await ours.poll()
        assert 4 <= server.seen.count(200) - 1 <= 7
        assert state(ours).lies == 0


async def test_known_pages_that_come_back_are_no_lie() -> None:
    server = Server(pages=3, etag=lambda _pages: '"always"', unchanged=lambda _sent, _etag: False)
    async with desk({"/feed": server}) as ours:
        for number in range(12):
            server.pages = 1 + number % 3 if number else 3
            await ours.poll()
        assert state(ours).lies == 0


async def test_a_probe_that_is_refused_leaves_the_304_as_it_is() -> None:
    async def server(writer: asyncio.StreamWriter, asked: Asked) -> None:
        first = ours.web.asked("/feed") == 1
        busy = response(b"", "503 Busy")
        page = response(b"<rss><channel><item><link>/1</link></item></channel></rss>", etag='"1"')
        same = "if-none-match" in asked.headers
        writer.write(response(b"", "304 Not Modified") if same else page if first else busy)

    async with desk({"/feed": server}) as ours:
        for _ in range(2 * PROBE_POLLS):
            await ours.poll()
        assert word(ours) == ("ok", "ok")
        assert state(ours).unchanged == 2 * PROBE_POLLS - 1
