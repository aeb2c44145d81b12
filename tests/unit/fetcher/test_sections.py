import pytest

from services.fetcher.sections import read_section
from services.stage import Poison

BASE = "https://www.example.com/world/"


def links(*hrefs: str) -> bytes:
    items = "".join(f'<li><a href="{href}">Two rivers and one agreement</a>' for href in hrefs)
    return f"<html><body><ul>{items}</ul></body></html>".encode()


@pytest.mark.parametrize(
    ("href", "is_article"),
    [
        ("/2026/11/20/rivers", True),
        ("/world/2026-11-20/rivers", True),
        ("/world/20261120/rivers", True),
        ("/world/two-rivers-one-agreement", True),
        ("/world/two-rivers-one-agreement.html", True),
        ("/news/1234567", True),
        ("/ar/article/98765/x", True),
        ("/rivers-1234567.html", True),
        ("https://news.example.com/2026/11/20/rivers", True),
        ("/", False),
        ("/world/", False),
        ("/about-us", False),
        ("/tag/two-rivers-one-agreement", False),
        ("/author/a-b-c-d-e", False),
        ("/page/2026/11/", False),
        ("/2026/11/20/map.jpg", False),
        ("https://other.example/2026/11/20/rivers", False),
        ("mailto:a@example.com", False),
        ("javascript:void(0)", False),
        ("#two-rivers-one-agreement", False),
    ],
)
def test_links_that_look_like_articles_of_the_same_site_are_taken(href: str, is_article: bool) -> None:
    assert len(read_section(links(href), BASE).entries) == int(is_article)


def test_each_article_is_listed_once_with_its_longest_link_text() -> None:
    body = b"""<html><head><base href="https://www.example.com/x/"></head><body>
    <a href="2026/11/20/a#top"><img alt=""></a><a href="2026/11/20/b">Two rivers, one agreement</a>
    <a href="2026/11/20/a">  The   well that ran <b>dry</b></a><a href="2026/11/20/c">more</a>"""
    listing = read_section(body, BASE)
    assert listing.via == "section"
    assert [(entry.url.rsplit("/", 1)[-1], entry.title) for entry in listing.entries] == [
        ("a", "The well that ran dry"),
        ("b", "Two rivers, one agreement"),
        ("c", None),
    ]


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- -->"])
def test_what_holds_no_html_is_refused(body: bytes) -> None:
    with pytest.raises(Poison, match="not-a-feed"):
        read_section(body, BASE)


def test_an_endless_page_of_links_ends() -> None:
    body = links(*(f"/2026/11/20/{n}" for n in range(60_000)))
    assert len(read_section(body, BASE).entries) == 50_000
