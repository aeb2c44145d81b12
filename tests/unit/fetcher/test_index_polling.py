"""An index of sitemaps over many polls."""

import pytest

from services.fetcher.feed_state import FeedState, children_key, feed_key, read_state
from tests.unit.fetcher.test_polling import Desk, desk
from tests.unit.fetcher.worlds import Page, response

HOUR, DAY = 3600.0, 24 * 3600.0


def index(dates: dict[str, str | None]) -> bytes:
    inner = "".join(
        f"<sitemap><loc>{path}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>"
        for path, date in dates.items()
    )
    return response(f"<sitemapindex>{inner}</sitemapindex>".encode())


def sitemap(*paths: str) -> bytes:
    return response(f"<urlset>{''.join(f'<url><loc>{p}</loc></url>' for p in paths)}</urlset>".encode())


def parts(count: int) -> dict[str, Page]:
    return {f"/s{number}": sitemap(f"/{number}") for number in range(count)}


def dated(count: int, date: str = "2026-10-{:02}") -> dict[str, str | None]:
    return {f"/s{number}": date.format(1 + number % 28) for number in range(count)}


async def polled(ours: Desk) -> set[str]:
    """The sitemaps that one poll reads."""
    before = len(ours.web.log)
    await ours.poll("/i", "sitemap")
    return {one.path for one in ours.web.log[before:]} - {"/i", "/robots.txt"}


def state(ours: Desk, path: str) -> FeedState:
    return read_state(ours.state.get(feed_key(ours.web.url + path)))


@pytest.mark.parametrize("date", ["2026-10-{:02}", "2026-10-01"])
async def test_each_poll_goes_on_with_other_sitemaps_until_all_rest(date: str) -> None:
    async with desk({"/i": index(dated(120, date)), **parts(120)}) as ours:
        read = [await polled(ours) for _ in range(4)]
        assert [len(each) for each in read] == [50, 50, 20, 0]
        assert set.union(*read) == set(dated(120))


async def test_sitemaps_without_a_date_are_read_in_turn_and_less_and_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desk({"/i": index(dict.fromkeys(dated(12))), **parts(12)}) as ours:
        monkeypatch.setattr("services.fetcher.polling.MOST_CHILDREN", 5)
        assert [len(await polled(ours)) for _ in range(4)] == [5, 5, 2, 0]
        counts = []
        for _ in range(60):
            ours.clock.passed += 6 * HOUR
            counts.append(len(await polled(ours)))
        assert sum(counts[:20]) > 2 * sum(counts[-20:]) > 0


async def test_a_date_that_is_always_now_keeps_no_other_sitemap_waiting() -> None:
    async with desk(parts(120)) as ours:
        read: set[str] = set()
        for number in range(4):
            ours.web.pages["/i"] = index(dict.fromkeys(dated(120), f"2026-11-20T12:{number:02}:00Z"))
            read |= await polled(ours)
            ours.clock.passed += 600
        assert len(read) == 120


async def test_a_sitemap_is_read_again_when_its_date_changes() -> None:
    dates = dated(60)
    async with desk({"/i": index(dates), **parts(60)}) as ours:
        assert len(await polled(ours) | await polled(ours)) == 60
        ours.clock.passed += HOUR
        ours.web.pages |= {"/i": index(dates | {"/s7": "2026-11-20"}), "/s7": sitemap("/7", "/news")}
        assert await polled(ours) == {"/s7"}
        assert ours.pages()[-1] == "/news"


async def test_a_sitemap_that_rests_is_looked_at_now_and_then_and_its_date_may_lose_our_trust() -> None:
    async with desk({"/i": index({"/s0": "2026-10-01"}), "/s0": sitemap("/0")}) as ours:
        await polled(ours)
        ours.clock.passed += 5 * DAY
        assert await polled(ours) == set()
        ours.web.pages["/s0"] = sitemap("/0", "/news")
        ours.clock.passed += 2 * DAY
        assert await polled(ours) == {"/s0"}
        assert ours.pages() == ["/0", "/news"]
        ours.clock.passed += HOUR
        assert await polled(ours) == {"/s0"}


async def test_a_sitemap_that_fails_waits_for_its_time() -> None:
    async with desk({"/i": index({"/s0": "2026-10-01"})}) as ours:
        assert await polled(ours) == {"/s0"}
        ours.clock.passed += HOUR - 1
        assert await polled(ours) == set()
        ours.clock.passed += 1
        assert await polled(ours) == {"/s0"}


async def test_nothing_is_remembered_of_sitemaps_that_an_index_lists_no_more() -> None:
    async with desk({"/i": index(dated(3)), **parts(3)}) as ours:
        await polled(ours)
        kept = {name: state(ours, name) for name in ("/s1", "/i")}
        ours.web.pages["/i"] = index({"/s1": dated(3)["/s1"], "/new": None})
        await polled(ours)
        assert [state(ours, name) for name in ("/s0", "/s2")] == [FeedState()] * 2
        assert state(ours, "/s1") == kept["/s1"]
        assert len(ours.state.get(children_key(ours.web.url + "/i")) or b"") == 2 * 8


async def test_an_index_that_was_cut_off_forgets_nothing() -> None:
    async with desk({"/i": index(dated(3)), **parts(3)}) as ours:
        await polled(ours)
        ours.web.pages["/i"] = response(b"<sitemapindex><sitemap><loc>/s0</loc></sitemap>", length=900)
        await polled(ours)
        assert state(ours, "/s2") != FeedState()


async def test_an_index_inside_an_index_rests_when_all_its_sitemaps_do() -> None:
    pages: dict[str, Page] = {"/i": index({"/inner": "2026-10-01"}), "/inner": index(dated(60)), **parts(60)}
    async with desk(pages) as ours:
        read = []
        for _ in range(5):
            read.append(len(await polled(ours)))
            ours.clock.passed += HOUR
        assert read == [51, 11, 1, 0, 0]


async def test_a_crash_leaves_no_sitemap_that_is_remembered_and_not_noted() -> None:
    async with desk({"/i": index(dated(3)), **parts(3)}) as ours:
        ours.broken = True
        with pytest.raises(ConnectionError):
            await ours.poll("/i", "sitemap")
        assert len(ours.state.get(children_key(ours.web.url + "/i")) or b"") == 3 * 8
