"""Sitemaps: sitemaps.org, indexes, the Google-News extension, and plain lists of URLs. Pure."""

from collections.abc import Iterator

from lxml.etree import _Element as Element

from services.fetcher.dates import iso_date
from services.fetcher.entries import MAX_TITLE, Entry, Listing, absolute_url, plain
from services.fetcher.markup import qualified
from services.stage import Poison

MAX_PLAIN_LINE = 8000  # characters; a longer line is no URL


def read_sitemap(root: Element, base: str | None) -> Listing:
    """Pages of a sitemap; locations of images, videos and translations are not pages."""
    entries = tuple(_entries(root, base, "url"))
    is_news = any(entry.title or entry.published for entry in entries)
    return Listing(via="news-sitemap" if is_news else "sitemap", entries=entries)


def read_index(root: Element, base: str | None) -> Listing:
    """The sitemaps of an index; `modified` says when each last changed."""
    return Listing(via="sitemap-index", entries=tuple(_entries(root, base, "sitemap")))


def read_plain_list(text: str) -> Listing:
    """A text sitemap: one URL a line and nothing else. Raises Poison("not-a-feed")."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    urls = [
        line
        for line in lines
        if len(line) <= MAX_PLAIN_LINE and " " not in line and absolute_url(line, None) is not None
    ]
    if not urls or len(urls) != len(lines):
        raise Poison("not-a-feed", "neither RSS, Atom, JSON Feed nor a sitemap")
    return Listing(via="sitemap", entries=tuple(Entry(url=url) for url in urls))


def _entries(root: Element, base: str | None, name: str) -> Iterator[Entry]:
    for element in root.iter("*"):
        if qualified(element.tag, element.prefix, root.prefix) == name:
            fields = _fields(element, root.prefix)
            url = absolute_url(fields.get("loc"), base)
            if url is not None:
                yield Entry(
                    url=url,
                    title=plain(fields.get("news:title"), MAX_TITLE),
                    published=iso_date(fields.get("news:publication_date")),
                    modified=iso_date(fields.get("lastmod")),
                    language=fields.get("news:language"),
                )


def _fields(element: Element, core_prefix: str | None) -> dict[str, str]:
    """First value of every field at any depth: the news extension nests, and writers nest it differently."""
    found: dict[str, str] = {}
    for inner in element.iterdescendants("*"):
        if inner.text and (text := inner.text.strip()):
            found.setdefault(qualified(inner.tag, inner.prefix, core_prefix), text)
    return found
