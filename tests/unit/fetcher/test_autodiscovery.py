"""Which lists a site offers."""

import pytest

from services.fetcher.autodiscovery import (
    GUESSES,
    MOST,
    Candidate,
    candidates_of_page,
    candidates_of_robots,
    guesses,
)
from services.stage import Poison

HOME = "https://tigris.example/en/"


def page(*links: str, head: str = "") -> bytes:
    return f"<html><head>{head}{''.join(links)}</head><body><p>News</p></body></html>".encode()


RSS = '<link rel="alternate" type="application/rss+xml" href="{}">'


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (RSS.format("/rss"), "https://tigris.example/rss"),
        (RSS.format("feed"), "https://tigris.example/en/feed"),
        ('<LINK REL="Alternate feed" TYPE="Application/Atom+XML; charset=utf-8" HREF="a">', HOME + "a"),
        ('<link rel=alternate type=application/feed+json href="f.json">', HOME + "f.json"),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">', None),
        ('<link rel="alternate" hreflang="fa" href="/fa/">', None),  # the page in another language
        ('<link rel="stylesheet" type="application/rss+xml" href="/x">', None),
        (RSS.format("/comments/feed/"), None),
        (RSS.format("/?feed=comments-rss2"), None),
        (RSS.format("javascript:x()"), None),
        (RSS.format("http://[::1"), None),
    ],
)
def test_a_page_announces_its_feeds(link: str, url: str | None) -> None:
    assert [each.url for each in candidates_of_page(page(link), HOME)] == ([url] if url else [])


def test_they_have_their_titles_and_each_is_named_once() -> None:
    titled = '<link rel="alternate" type="application/rss+xml" href="/rss" title="Tigris &amp; Post">'
    (found,) = candidates_of_page(page(titled, RSS.format("/rss")), HOME)
    assert found == Candidate(
        url="https://tigris.example/rss", kind="feed", found="page", title="Tigris & Post"
    )


def test_the_base_of_a_page_counts() -> None:
    body = page(RSS.format("rss"), head='<base href="https://cdn.example/x/">')
    assert candidates_of_page(body, HOME)[0].url == "https://cdn.example/x/rss"


def test_a_directory_of_feeds_is_cut() -> None:
    assert len(candidates_of_page(page(*(RSS.format(f"/{n}") for n in range(500))), HOME)) == MOST


@pytest.mark.parametrize("body", [b"", b"   "])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(Poison, match="not-a-feed"):
        candidates_of_page(body, HOME)


def test_robots_txt_names_sitemaps() -> None:
    said = ("https://tigris.example/s.xml", "/relative.xml", "https://tigris.example/s.xml", "", "mailto:x")
    found = candidates_of_robots(said, HOME)
    assert [(each.url, each.kind, each.found) for each in found] == [
        ("https://tigris.example/s.xml", "sitemap", "robots.txt"),
        ("https://tigris.example/relative.xml", "sitemap", "robots.txt"),
    ]


def test_where_nothing_is_named_the_usual_places_are_tried() -> None:
    found = guesses(HOME)
    assert [each.url for each in found] == [f"https://tigris.example{path}" for path in GUESSES]
    assert {each.kind for each in found} == {"feed", "sitemap"}
