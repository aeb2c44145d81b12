"""Lists that name far more pages than their site can serve, over many polls."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from schemas.records import Feed, Source
from services.fetcher import asking
from services.fetcher.entries import Entry
from services.fetcher.feed_state import FeedState, feed_key, read_state
from services.fetcher.floods import LEAST
from tests.clock import START
from tests.unit.fetcher.test_polling import Desk, desk
from tests.unit.fetcher.worlds import Asked, Page, response

FLOOR = 300.0  # seconds, of Source
SERVED = 150  # pages in that time, 2 seconds apart


def sitemap(*entries: tuple[str, str | None]) -> bytes:
    inner = "".join(
        f"<url><loc>{path}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>"
        for path, date in entries
    )
    return response(f"<urlset>{inner}</urlset>".encode(), etag='"always"')


def days(count: int) -> list[tuple[str, str | None]]:
    """Pages of as many days, the oldest first; the newest is of today."""
    dates = [(START - timedelta(days=count - 1 - number)).date().isoformat() for number in range(count)]
    return [(f"/{number}", date) for number, date in enumerate(dates)]


def state(ours: Desk, path: str = "/feed") -> FeedState:
    return read_state(ours.state.get(feed_key(ours.web.url + path)))


def due(ours: Desk, path: str = "/feed") -> float:
    return ours.poller.seconds_until_due(Feed(url=ours.web.url + path, kind="sitemap"))


async def test_a_flood_is_asked_for_in_portions_newest_first_and_all_of_it_once() -> None:
    async with desk({"/feed": sitemap(*days(400))}, delay=2.0) as ours:
        with capture_logs() as logs:
            portions: list[int] = []
            while not portions or portions[-1]:
                portions.append(await ours.poll(kind="sitemap"))
                ours.clock.passed += FLOOR
        assert portions == [SERVED, SERVED, 100, 0]
        assert ours.pages() == [f"/{number}" for number in reversed(range(400))]
        assert [one.lane for one in ours.asked] == ["live"] * 4 + ["backfill"] * 396
        said = [(line["asked"], line["left"]) for line in logs if line["event"] == "list-capped"]
        assert said == [(150, 250), (150, 100)]


async def test_a_list_of_which_pages_are_held_back_is_had_whole_again_and_soon() -> None:
    async with desk({"/feed": sitemap(*days(200))}, delay=2.0) as ours:
        await ours.poll(kind="sitemap")
        assert (due(ours), state(ours).left, state(ours).conditions()) == (FLOOR, 50, {})
        assert ours.poller.held_back(Feed(url=ours.web.url + "/feed", kind="sitemap")) == 50
        ours.clock.passed += FLOOR
        await ours.poll(kind="sitemap")
        assert (state(ours).left, state(ours).conditions()) == (0, {"if-none-match": '"always"'})
        asked = [one.headers.get("if-none-match") for one in ours.web.log if one.path == "/feed"]
        assert asked == [None, None]


async def test_what_was_held_back_is_no_lie_of_the_validators_and_no_habit_of_the_list() -> None:
    """The etag stays the same while new pages come: our doing, not the server's."""
    async with desk({"/feed": sitemap(*days(1200))}, delay=2.0) as ours:
        for _ in range(9):
            await ours.poll(kind="sitemap")
            ours.clock.passed += FLOOR
        assert len(ours.asked) == 1200
        after = state(ours)
        assert (after.lies, after.gaps, after.gap, after.left) == (0, 0, None, 0)
        assert ours.poller.word(Feed(url=ours.web.url + "/feed", kind="sitemap")) == ("ok", "ok")


async def test_news_that_comes_during_a_flood_goes_before_what_was_held_back() -> None:
    async with desk({"/feed": sitemap(*days(400))}, delay=2.0) as ours:
        await ours.poll(kind="sitemap")
        ours.web.pages["/feed"] = sitemap(*days(400), ("/news", "2026-11-20T12:04:00Z"))
        ours.clock.passed += FLOOR
        before = len(ours.asked)
        await ours.poll(kind="sitemap")
        assert (ours.asked[before].lane, ours.pages()[before]) == ("live", "/news")


async def test_a_sitemap_without_dates_is_an_archive_until_it_was_named_whole() -> None:
    paths = [(f"/{number}", None) for number in range(200)]
    async with desk({"/feed": sitemap(*paths)}, delay=2.0) as ours:
        for _ in range(2):
            await ours.poll(kind="sitemap")
            ours.clock.passed += FLOOR
        ours.web.pages["/feed"] = sitemap(*paths, ("/news", None))
        await ours.poll(kind="sitemap")
        assert ours.pages() == [path for path, _ in paths] + ["/news"]
        assert [one.lane for one in ours.asked] == ["backfill"] * 200 + ["live"]


async def test_pages_that_another_list_had_asked_for_take_no_room() -> None:
    async with desk({"/feed": sitemap(*days(SERVED)), "/two": sitemap(*days(SERVED))}, delay=2.0) as ours:
        assert [await ours.poll("/feed", "sitemap"), await ours.poll("/two", "sitemap")] == [SERVED, 0]
        assert state(ours, "/two").left == 0


async def test_the_lists_of_a_site_share_what_it_can_serve() -> None:
    pages: dict[str, Page] = {
        name: sitemap(*((f"{name}/{number}", "2020-01-01") for number in range(SERVED)))
        for name in ("/one", "/two")
    }
    async with desk(pages, delay=2.0) as ours:
        first, second = await ours.poll("/one", "sitemap"), await ours.poll("/two", "sitemap")
        assert (first, second) == (SERVED, 1)  # the second list was read two seconds later


async def test_a_slow_site_is_asked_for_no_more_than_a_floor() -> None:
    pages: dict[str, Page] = {
        "/feed": sitemap(*days(400)),
        "/robots.txt": response(b"User-agent: *\nCrawl-delay: 15\n"),
    }
    async with desk(pages, delay=2.0) as ours:
        assert await ours.poll(kind="sitemap") == LEAST


async def test_of_an_index_no_more_sitemaps_are_read_than_can_be_asked_for() -> None:
    inner = "".join(f"<sitemap><loc>/s{number}</loc></sitemap>" for number in range(12))
    pages: dict[str, Page] = {"/i": response(f"<sitemapindex>{inner}</sitemapindex>".encode())}
    for number in range(12):
        pages[f"/s{number}"] = sitemap(*((f"/{number}/{page}", "2020-01-01") for page in range(100)))
    async with desk(pages, delay=2.0) as ours:
        asked = await ours.poll("/i", "sitemap")
        read = [path for path in pages if path.startswith("/s") and ours.web.asked(path)]
        assert SERVED <= asked <= SERVED + 10
        assert len(read) == 2
        assert due(ours, "/i") == FLOOR
        for _ in range(16):
            ours.clock.passed += FLOOR
            await ours.poll("/i", "sitemap")
        assert sorted(ours.pages()) == sorted(
            f"/{number}/{page}" for number in range(12) for page in range(100)
        )


async def test_a_long_list_is_looked_through_where_it_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Addresses are worked out in a thread, a few at a time."""
    steps: list[tuple[bool, int]] = []

    def look(
        source: Source, feed: Feed, entries: Sequence[Entry], now: datetime, *, archive: bool
    ) -> list[asking.Page]:
        steps.append((threading.current_thread() is threading.main_thread(), len(entries)))
        return _pages(source, feed, entries, now, archive=archive)

    _pages = asking._pages
    monkeypatch.setattr(asking, "_pages", look)
    async with desk({"/feed": sitemap(*days(2 * asking.STEP + 1))}, delay=2.0) as ours:
        await ours.poll(kind="sitemap")
        assert steps == [(False, asking.STEP), (False, asking.STEP), (False, 1)]


async def test_a_server_that_says_304_after_a_flood_is_believed() -> None:
    async def conditional(writer: asyncio.StreamWriter, asked: Asked) -> None:
        same = asked.headers.get("if-none-match") == '"always"'
        writer.write(response(b"", "304 Not Modified") if same else sitemap(*days(200)))

    async with desk({"/feed": conditional}, delay=2.0) as ours:
        found = []
        for _ in range(4):
            found.append(await ours.poll(kind="sitemap"))
            ours.clock.passed += FLOOR
        assert found == [SERVED, 50, 0, 0]
        assert state(ours).lies == 0
