import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from schemas.records import Feed, FetchRequest, Source
from services.fetcher.canonical import page_id
from services.fetcher.entries import Entry, Listing
from services.fetcher.feed_state import feed_key, read_state
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.list_reader import READ_KINDS
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.polling import Poller
from services.runtime.metrics import Metrics
from services.runtime.state import SqliteState
from services.stage import Refusal, Transient
from tests.clock import START, FakeClock
from tests.unit.fetcher.worlds import Asked, Page, Web, response, serving


class Desk:
    """A poller with its memory, and what it asked for."""

    def __init__(
        self, web: Web, clock: FakeClock, reader: HttpReader, state: SqliteState, delay: float
    ) -> None:
        self.web, self.clock, self.state = web, clock, state
        self.asked: list[FetchRequest] = []
        self.broken = False
        manners = Manners(reader, clock, MannersSettings(delay=delay))
        self.metrics = Metrics()
        self.poller = Poller(reader, manners, state, clock, self.request, self.metrics)

    async def request(self, wanted: FetchRequest) -> None:
        if self.broken:
            raise ConnectionError("no broker")
        self.asked.append(wanted)

    async def poll(self, path: str = "/feed", kind: str = "feed") -> int:
        feed = Feed(url=self.web.url + path, kind=kind)
        source = Source(id="demo", name="Demo", homepage=self.web.url, feeds=(feed,))
        return await self.poller.poll(source, feed)

    def pages(self) -> list[str]:
        return [one.canonical_url.removeprefix(self.web.url) for one in self.asked]


@asynccontextmanager
async def desk(pages: dict[str, Page], delay: float = 0.0) -> AsyncIterator[Desk]:
    clock, state = FakeClock(), SqliteState(":memory:", "fetcher")
    await state.open()
    async with serving(pages) as web, HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader:
        yield Desk(web, clock, reader, state, delay)
    await state.close()


def rss(*paths: str, title: str = "T") -> bytes:
    items = "".join(f"<item><title>{title}</title><link>{path}</link></item>" for path in paths)
    return response(f"<rss><channel>{items}</channel></rss>".encode())


async def test_every_new_page_is_asked_for_once_in_document_order() -> None:
    async with desk({"/feed": rss("/1", "/2?utm_source=rss", "/2", "mailto:x@n.example", "/3")}) as ours:
        assert await ours.poll() == 3
        assert await ours.poll() == 0
        assert ours.pages() == ["/1", "/2", "/3"]
        second = ours.asked[1]
        assert second.url == ours.web.url + "/2?utm_source=rss"
        assert second.page_id == page_id(second.canonical_url)
        assert (second.lane, second.requested_at) == ("live", START)
        found = second.discovered
        assert (found.source_id, found.feed_url, found.via, found.title) == (
            "demo",
            ours.web.url + "/feed",
            "rss",
            "T",
        )


@pytest.mark.parametrize(
    "bad", [Entry(url="http://n.example:99999999/"), Entry(url="http://n.example/b", title="x\ud800")]
)
async def test_one_malformed_entry_loses_none_of_the_others(
    bad: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk({"/feed": rss("/1")}) as ours:
        good = [Entry(url=f"{ours.web.url}/{name}") for name in ("1", "2")]
        listing = Listing(via="rss", entries=(good[0], bad, good[1]))
        monkeypatch.setitem(cast("dict[str, object]", READ_KINDS), "feed", lambda _body, _base: listing)
        assert await ours.poll() == 2
        assert ours.pages() == ["/1", "/2"]


async def test_order_titles_and_dates_do_not_make_a_page_new() -> None:
    async with desk({"/feed": rss("/1", "/2")}) as ours:
        await ours.poll()
        ours.web.pages["/feed"] = rss("/2", "/late", "/1", title="renamed")
        assert await ours.poll() == 1
        ours.web.pages["/feed"] = rss("/late")
        await ours.poll()
        ours.web.pages["/feed"] = rss("/1", "/late", "/2")
        assert await ours.poll() == 0
        assert ours.pages() == ["/1", "/2", "/late"]


async def test_a_page_that_two_feeds_name_is_asked_for_once() -> None:
    async with desk({"/feed": rss("/1", "/2"), "/other": rss("/2", "/3")}) as ours:
        assert [await ours.poll(), await ours.poll("/other"), await ours.poll("/other")] == [2, 1, 0]
        assert ours.pages() == ["/1", "/2", "/3"]


async def test_an_unchanged_feed_is_asked_for_conditionally() -> None:
    async def conditional(writer: asyncio.StreamWriter, asked: Asked) -> None:
        same = asked.headers.get("if-none-match") == '"v1"'
        body = b"<rss><channel><item><link>/1</link></item></channel></rss>"
        writer.write(response(b"", "304 Not Modified") if same else response(body, etag='"v1"'))

    async with desk({"/feed": conditional}) as ours:
        assert [await ours.poll() for _ in range(3)] == [1, 0, 0]
        asked = [one.headers.get("if-none-match") for one in ours.web.log if one.path == "/feed"]
        assert asked == [None, '"v1"', '"v1"']


async def test_what_was_not_published_is_not_remembered() -> None:
    async with desk({"/feed": rss("/1")}) as ours:
        ours.broken = True
        with pytest.raises(ConnectionError):
            await ours.poll()
        ours.broken = False
        assert await ours.poll() == 1


async def test_a_feed_that_was_cut_off_is_read_whole_next_time() -> None:
    body = b"<rss><channel><item><link>/1</link></item><item><link>/2</li"
    async with desk({"/feed": response(body, length=500, etag='"v1"')}) as ours:
        assert await ours.poll() == 1
        await ours.poll()
        assert "if-none-match" not in ours.web.log[1].headers


def sitemap(*paths: str) -> bytes:
    return response(
        "".join(["<urlset>", *(f"<url><loc>{p}</loc></url>" for p in paths), "</urlset>"]).encode()
    )


def index(*paths: str) -> bytes:
    inner = "".join(f"<sitemap><loc>{path}</loc></sitemap>" for path in paths)
    return response(f"<sitemapindex>{inner}</sitemapindex>".encode())


async def test_the_sitemaps_of_an_index_are_read_and_one_that_fails_stops_none() -> None:
    pages: dict[str, Page] = {
        "/s": index("/s1", "/gone", "/s2"),
        "/s1": sitemap("/1"),
        "/s2": sitemap("/2", "/1"),
    }
    async with desk(pages) as ours:
        assert await ours.poll("/s", "sitemap") == 2
        assert ours.pages() == ["/1", "/2"]
        failed = read_state(ours.state.get(feed_key(ours.web.url + "/gone")))
        assert (failed.reason, failed.failures) == ("http-client-error", 1)


async def test_an_index_that_lists_itself_ends() -> None:
    async with desk({"/s": index("/s")}) as ours:
        assert await ours.poll("/s", "sitemap") == 0
        assert ours.web.asked("/s") == 3


async def test_a_section_page_is_a_list_too() -> None:
    body = b'<html><body><a href="/2026/11/20/rivers">Two rivers, one agreement</a></body></html>'
    async with desk({"/world": response(body, content_type="text/html")}) as ours:
        assert await ours.poll("/world", "section") == 1
        assert ours.asked[0].discovered.via == "section"


async def test_the_date_of_an_atom_entry_is_its_update_where_it_has_no_other() -> None:
    body = b'<feed><entry><link href="/1"/><updated>2026-11-20T10:00:00Z</updated></entry></feed>'
    async with desk({"/feed": response(body)}) as ours:
        await ours.poll()
        assert ours.asked[0].discovered.published == "2026-11-20T10:00:00+00:00"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (response(b"<html></html>"), "not-a-feed"),
        (response(b"", "410 Gone"), "gone"),
        (response(b"", "503 Busy", retry_after="60"), "server-error"),
        (response(b"", "304 Not Modified"), "http-client-error"),
        (response(b"<html>window._cf_chl_opt={}</html>", "403 Forbidden"), "challenge-page"),
        (response(b"<html>window._cf_chl_opt={}</html>", "503 Busy"), "challenge-page"),
        (response(b"<html><script>x='__arcsjs'</script></html>"), "challenge-page"),
        (response(b"", "202 Accepted", x_amzn_waf_action="challenge"), "challenge-page"),
        (response(b"", "403 Forbidden", cf_mitigated="challenge"), "challenge-page"),
        (response(b"<html>no</html>", "403 Forbidden"), "http-client-error"),
        (response(b"<html>px-captcha</html>", "500 Oops"), "server-error"),
        (response(b'<!DOCTYPE rss [<!ENTITY a "&b;">]><rss/>'), "entity-declared"),
    ],
)
async def test_a_bad_feed_is_refused_with_its_reason(page: bytes, reason: str) -> None:
    async with desk({"/feed": page}) as ours:
        with pytest.raises(Refusal) as caught:
            await ours.poll()
        assert caught.value.reason == reason


async def test_a_list_may_name_the_words_of_a_challenge() -> None:
    body = b"<rss><channel><item><title>What _cf_chl_opt is</title><link>/1</link></item></channel></rss>"
    async with desk({"/feed": response(body)}) as ours:
        assert await ours.poll() == 1


async def test_a_section_page_without_a_link_may_be_a_challenge() -> None:
    link = b'<a href="/2026/11/20/rivers">Two rivers, one agreement</a>'
    script = b"<script>document.cookie='__arcsjs=1'</script>"
    async with desk({"/empty": response(b"<html>" + script), "/full": response(link + script)}) as ours:
        with pytest.raises(Transient, match=r"challenge-page: status 200 .*ArvanCloud"):
            await ours.poll("/empty", "section")
        assert await ours.poll("/full", "section") == 1


async def test_a_challenge_that_names_a_time_is_left_alone_for_so_long() -> None:
    page = response(b"", "503 Busy", cf_mitigated="challenge", retry_after="80000")
    async with desk({"/feed": page}) as ours:
        with pytest.raises(Transient) as caught:
            await ours.poll()
        assert caught.value.retry_after == 80000.0


@pytest.mark.parametrize(
    ("refusal", "wait"),
    [(Transient("site-busy", "our turn is in 45 s", 45.0), 45.0), (Transient("state-unavailable"), 30.0)],
)
async def test_a_feed_that_had_to_wait_for_us_did_not_fail(refusal: Transient, wait: float) -> None:
    """Our own politeness, or our own disk, must not put a feed to rest."""
    async with desk({}) as ours:
        feed = Feed(url=ours.web.url + "/feed", kind="feed")
        source = Source(id="demo", name="Demo", homepage=ours.web.url, feeds=(feed,))
        await ours.poller.remember_failure(source, feed.url, refusal)
        assert ours.poller.seconds_until_due(feed) == wait
        assert read_state(ours.state.get(feed_key(feed.url))).failures == 0


async def test_a_feed_is_due_again_when_it_says_so() -> None:
    body = b"<rss><channel><ttl>20</ttl><item><link>/1</link></item></channel></rss>"
    async with desk({"/feed": response(body, expires="Fri, 20 Nov 2026 12:15:00 GMT")}) as ours:
        await ours.poll()
        assert ours.poller.seconds_until_due(Feed(url=ours.web.url + "/feed", kind="feed")) == 1200.0


def word(ours: Desk, path: str = "/feed") -> tuple[str, str]:
    return ours.poller.word(Feed(url=ours.web.url + path, kind="feed"))


async def test_a_feed_that_answers_without_anything_new_becomes_silent_and_comes_back() -> None:
    async with desk({"/feed": rss("/0")}) as ours:
        for number in range(1, 8):
            await ours.poll()
            ours.web.pages["/feed"] = rss(f"/{number}")
            ours.clock.passed += 3600
        await ours.poll()
        words = []
        for _ in range(4):
            ours.clock.passed += 86400
            await ours.poll()
            words.append(word(ours))
        assert words == [("ok", "ok")] * 3 + [("silent", "nothing-new")]
        ours.web.pages["/feed"] = rss("/news")
        await ours.poll()
        assert word(ours) == ("ok", "ok")


async def test_a_page_that_another_feed_named_first_is_news_of_this_one_too() -> None:
    async with desk({"/feed": rss("/1"), "/other": rss("/1")}) as ours:
        assert [await ours.poll(), await ours.poll("/other")] == [1, 0]
        assert read_state(ours.state.get(feed_key(ours.web.url + "/other"))).new_at == START


async def test_a_valid_list_that_names_nothing_is_empty_and_no_failure() -> None:
    async with desk({"/feed": rss()}) as ours:
        assert await ours.poll() == 0
        assert word(ours) == ("empty", "no-entries")
        ours.web.pages["/feed"] = rss("/1")
        await ours.poll()
        assert word(ours) == ("ok", "ok")


async def test_a_list_that_was_cut_off_before_its_first_entry_is_not_called_empty() -> None:
    async with desk({"/feed": response(b"<rss><channel>", length=500)}) as ours:
        await ours.poll()
        assert word(ours) == ("ok", "ok")
