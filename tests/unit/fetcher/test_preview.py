"""What would be read of a site, on a site of our own."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from services.fetcher.preview import Preview, preview, proposed
from services.fetcher.view import print_preview
from services.runtime.config import Settings
from services.runtime.sources import load_sources
from services.stage import Skip
from tests.clock import FakeClock
from tests.unit.fetcher.worlds import Page, Web, response, serving

ITEMS = "".join(
    f"<item><title>River \x1b[31m{n}</title><link>/2026/11/2{n}/the-river-rose-again-{n}</link>"
    f"<pubDate>2{n} Nov 2026 10:00:00 GMT</pubDate></item>"
    for n in range(6)
).replace("\x1b", "&#27;")
FEED = response(f'<rss version="2.0"><channel><title>T</title>{ITEMS}</channel></rss>'.encode())
LINKS = "".join(f'<a href="/2026/11/2{n}/the-river-rose-again-{n}">The river rose {n}</a>' for n in range(6))
ROBOTS = response(b"User-agent: *\nDisallow: /private\nSitemap: /sitemap.xml\n")
SITEMAP = response(b"<urlset><url><loc>https://tigris.example/a</loc></url></urlset>")


def home(*feeds: str) -> bytes:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{feed}">' for feed in feeds)
    return response(f"<html><head>{links}</head><body>{LINKS}</body></html>".encode())


async def looked(pages: dict[str, Page], path: str = "/") -> tuple[Preview, Web, list[str]]:
    told: list[str] = []
    async with serving(pages) as web:
        settings = Settings(allow_private_hosts=True, fetch_delay=0.0, home=Path("nowhere"))
        found = await preview(settings, web.url + path, told.append)
    return found, web, [each.removeprefix(web.url) for each in told]


async def test_the_lists_that_a_site_names_are_read() -> None:
    pages: dict[str, Page] = {
        "/": home("/rss", "/gone"), "/rss": FEED, "/robots.txt": ROBOTS, "/sitemap.xml": SITEMAP
    }  # fmt: skip
    found, web, told = await looked(pages)
    lists = [
        (each.url.removeprefix(web.url), each.kind, each.found, each.via, each.entries, each.reason)
        for each in found.lists
    ]
    assert lists == [
        ("/rss", "feed", "page", "rss", 6, None),
        ("/gone", "feed", "page", None, 0, "http-client-error"),
        ("/sitemap.xml", "sitemap", "robots.txt", "sitemap", 1, None),
        ("/", "section", "given", "section", 6, None),
    ]
    assert told == ["/", "/rss", "/gone", "/sitemap.xml"]
    assert found.lists[0].newest == "2026-11-25T10:00:00+00:00"
    assert len(found.lists[0].sample) == 3
    assert found.robots is not None
    assert found.robots.verdict == "allowed"


async def test_not_one_page_is_asked_for() -> None:
    _, web, _ = await looked({"/": home("/rss"), "/rss": FEED})
    assert {one.path for one in web.log} == {"/robots.txt", "/", "/rss"}


async def test_a_list_itself_is_shown_as_what_it_is() -> None:
    found, _, _ = await looked({"/rss": FEED}, "/rss")
    assert [(each.kind, each.found, each.via) for each in found.lists] == [("feed", "given", "rss")]


async def test_where_a_site_names_nothing_the_usual_places_are_tried_and_misses_are_not_shown() -> None:
    page = response(b"<html><body><p>News</p></body></html>")
    found, web, _ = await looked({"/": page, "/rss.xml": FEED})
    assert [each.url.removeprefix(web.url) for each in found.lists] == ["/rss.xml"]
    assert web.asked("/sitemap.xml") == 1


async def test_a_robots_txt_that_cannot_be_read_is_said() -> None:
    found, _, _ = await looked({"/robots.txt": response(b"", "500 Oops"), "/rss": FEED}, "/rss")
    assert found.robots is None
    assert "cannot be read" in shown(found)


async def test_a_site_that_asks_for_half_a_minute_between_requests_gets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = FakeClock()
    monkeypatch.setattr("services.fetcher.preview.SystemClock", lambda: clock)
    robots = response(b"User-agent: *\nCrawl-delay: 30\n")
    found, _, told = await looked({"/": home("/rss"), "/rss": FEED, "/robots.txt": robots})
    assert [each.reason for each in found.lists] == [None, None]
    assert (told, clock.passed) == (["/", "/rss"], 60.0)


async def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(Skip, match="bad-url"):
        await preview(Settings(), "ftp://tigris.example/", print)


def shown(found: Preview) -> str:
    stream = io.StringIO()
    print_preview(Console(file=stream, width=80, highlight=False), found)
    return stream.getvalue()


async def test_it_is_shown_with_its_newest_pages_and_no_escape_sequence() -> None:
    found, web, _ = await looked({"/": home("/rss"), "/rss": FEED, "/robots.txt": ROBOTS})
    said = shown(found)
    assert "\x1b" not in said
    assert f"{web.url}/rss" in said
    assert "2026-11-22  River" in said
    assert max(map(len, said.splitlines())) <= 80


async def test_a_block_for_a_source_file_is_proposed_and_reads(tmp_path: Path) -> None:
    found, web, _ = await looked({"/": home("/rss", "/gone"), "/rss": FEED, "/robots.txt": ROBOTS})
    said = shown(found)
    (tmp_path / "new.toml").write_text(said[said.index("[[source]]") :], "utf-8")
    (source,) = load_sources(tmp_path).values()
    assert source == proposed(found)
    assert [(feed.url, feed.kind) for feed in source.feeds] == [(f"{web.url}/rss", "feed")]


async def test_nothing_found_says_what_to_give() -> None:
    found, _, _ = await looked({"/": response(b"<html><body><p>News</p></body></html>")})
    assert found.lists == ()
    assert "no list found: give the address of a section page, a feed or a sitemap" in shown(found)
