import pytest
from structlog.testing import capture_logs

from schemas.records import Feed, Source
from services.fetcher.entries import Entry, Listing
from services.fetcher.other_sites import own_pages
from services.stage import Skip
from tests.unit.fetcher.test_polling import Desk, desk, index, sitemap
from tests.unit.fetcher.worlds import Page, response

HOMES = ("https://maps.example.com/s.xml", "https://www.example.org/")


def listing(via: str, *urls: str) -> Listing:
    return Listing(via=via, entries=tuple(Entry(url=url) for url in urls))


@pytest.mark.parametrize("via", ["sitemap", "news-sitemap", "sitemap-index"])
@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/1", True),
        ("http://ar.example.org/1", True),
        ("https://other.example.com/1", True),
        ("https://example.net/1", False),
        ("https://example.org.example.net/1", False),
        ("https://example.net/https://example.org/1", False),
        ("http://[/", False),
    ],
)
def test_a_sitemap_speaks_for_its_own_site_and_that_of_the_homepage(via: str, url: str, kept: bool) -> None:
    own = "https://example.org/own"
    found = own_pages(listing(via, own, url), HOMES)
    assert [entry.url for entry in found.entries] == [own, url][: 1 + kept]


@pytest.mark.parametrize("via", ["rss", "atom", "json-feed", "section"])
def test_other_lists_may_link_elsewhere(via: str) -> None:
    elsewhere = listing(via, "https://example.net/1")
    assert own_pages(elsewhere, HOMES) is elsewhere


def test_a_sitemap_of_others_alone_is_refused_and_an_empty_one_is_not() -> None:
    with pytest.raises(
        Skip, match=r"other-site: 1 entries, none of example\.com, example\.org: https://example\.net"
    ):
        own_pages(listing("sitemap", "https://example.net/1"), HOMES)
    assert own_pages(listing("sitemap"), HOMES).entries == ()


async def poll(ours: Desk, path: str, *, other_sites: bool = False, homepage: str | None = None) -> int:
    feed = Feed(url=ours.web.url + path, kind="sitemap", other_sites=other_sites)
    source = Source(id="demo", name="Demo", homepage=homepage or ours.web.url, feeds=(feed,))
    return await ours.poller.poll(source, feed)


async def test_what_is_left_out_is_said_and_counted_and_never_asked_for() -> None:
    async with desk({"/s": sitemap("/1", "https://example.net/2")}) as ours:
        with capture_logs() as logs:
            assert await poll(ours, "/s") == 1
        assert [line["entries"] for line in logs if line["event"] == "other-site"] == [1]
        said = ours.metrics.value("sirwan_entries_left_out_total", source="demo", reason="other-site")
        assert (said, ours.pages()) == (1.0, ["/1"])


async def test_who_allows_it_gets_the_pages_of_other_sites() -> None:
    async with desk({"/s": sitemap("https://example.net/2")}) as ours:
        with pytest.raises(Skip, match="other-site"):
            await poll(ours, "/s")
        assert await poll(ours, "/s", other_sites=True) == 1
        assert await poll(ours, "/s", homepage="https://example.net/") == 0  # allowed, and asked for before


async def test_a_sitemap_that_was_moved_speaks_for_where_it_lies_now() -> None:
    async with desk({}) as there, desk({}) as here:
        there.web.pages["/s"] = sitemap("/1")
        here.web.pages["/s"] = response(b"", "301 Moved", location=f"{there.web.url}/s")
        assert await poll(here, "/s") == 1


async def test_the_sitemaps_of_an_index_are_of_its_site_too() -> None:
    pages: dict[str, Page] = {"/s1": sitemap("/1")}
    async with desk(pages) as other, desk({"/s2": sitemap("/2")}) as ours:
        ours.web.pages["/i"] = index(f"{other.web.url}/s1", "/s2")
        assert await poll(ours, "/i") == 1
        assert other.web.log == []
        assert await poll(ours, "/i", other_sites=True) == 1
        assert other.web.asked("/s1") == 1
