import pytest

from services.fetcher.entries import Entry
from services.fetcher.feeds import read_listing
from services.stage import Poison

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def urls(document: str) -> tuple[str, list[str]]:
    listing = read_listing(document.encode(), "https://n.example/sitemap.xml")
    return listing.via, [entry.url for entry in listing.entries]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        (f'<urlset xmlns="{SITEMAP}">', "</urlset>"),
        ("<urlset>", "</urlset>"),
        ('<urlset xmlns="http://www.sitemap.example/misspelt">', "</urlset>"),
        ("Notice: something\n<urlset>", "</urlset>"),
    ],
)
def test_a_sitemap_is_read_whatever_its_namespace(opening: str, closing: str) -> None:
    page = "<url><loc> https://n.example/a?x=1&amp;y=2 </loc><lastmod>2026-11-20</lastmod></url>"
    assert urls(opening + page + closing) == ("sitemap", ["https://n.example/a?x=1&y=2"])


def test_a_prefixed_sitemap_is_read() -> None:
    document = f'<s:urlset xmlns:s="{SITEMAP}"><s:url><s:loc>https://n.example/a</s:loc></s:url></s:urlset>'
    assert urls(document) == ("sitemap", ["https://n.example/a"])


def test_images_videos_and_translations_are_not_pages() -> None:
    document = f"""<urlset xmlns="{SITEMAP}" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
      xmlns:xhtml="http://www.w3.org/1999/xhtml"><url><image:image><image:loc>https://n.example/i.jpg</image:loc>
      </image:image><video:video><video:content_loc>https://n.example/v.mp4</video:content_loc></video:video>
      <xhtml:link rel="alternate" hreflang="ar" href="https://n.example/ar"/><loc>https://n.example/a</loc></url>
      </urlset>"""
    assert urls(document) == ("sitemap", ["https://n.example/a"])


def test_a_news_sitemap_gives_title_date_and_language() -> None:
    document = f"""<urlset xmlns="{SITEMAP}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>
      <loc>https://n.example/a</loc><news:news><news:publication><news:name>N</news:name>
      <news:language>fa</news:language></news:publication>
      <news:publication_date>2026-11-20T10:00:00+03:30</news:publication_date>
      <news:title>Water &amp; power</news:title></news:news></url></urlset>"""
    listing = read_listing(document.encode())
    assert listing.via == "news-sitemap"
    assert listing.entries == (
        Entry(
            url="https://n.example/a",
            title="Water & power",
            published="2026-11-20T10:00:00+03:30",
            language="fa",
        ),
    )


def test_an_index_lists_sitemaps_with_their_dates() -> None:
    document = (
        "<sitemapindex><sitemap><loc>/a.xml.gz</loc><lastmod>2026-11-20</lastmod></sitemap></sitemapindex>"
    )
    listing = read_listing(document.encode(), "https://n.example/")
    assert listing.via == "sitemap-index"
    assert listing.entries == (Entry(url="https://n.example/a.xml.gz", modified="2026-11-20"),)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("https://n.example/1\r\nhttps://n.example/2\n\n", 2),
        ("\ufeffhttps://n.example/1", 1),
        ("https://n.example/1\nand some words", None),
        ("ftp://n.example/1", None),
    ],
)
def test_a_plain_list_has_a_url_on_every_line(document: str, found: int | None) -> None:
    if found is None:
        with pytest.raises(Poison, match="not-a-feed"):
            urls(document)
    else:
        assert len(urls(document)[1]) == found
