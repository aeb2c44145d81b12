"""Sitemaps: sitemaps.org, indexes, the Google-News extension, and plain lists of URLs. Pure."""

from collections.abc import Iterator
from itertools import islice

from services.fetcher.categories import keywords_of
from services.fetcher.dates import first_date
from services.fetcher.entries import MAX_TITLE, MOST_ENTRIES, Entry, Listing, absolute_url, plain
from services.fetcher.fields import text_of
from services.fetcher.markup import Markup
from services.fetcher.names import attribute
from services.stage import Poison

NEITHER = "neither RSS, Atom, JSON Feed nor a sitemap"
MAX_PLAIN_LINE = 8000  # characters; a longer line is no URL


def read_sitemap(markup: Markup, base: str | None) -> Listing:
    """Pages of a sitemap; locations of images, videos and translations are not pages."""
    entries = tuple(islice(_entries(markup, base), MOST_ENTRIES))
    is_news = any(entry.title or entry.published for entry in entries)
    return Listing(via="news-sitemap" if is_news else "sitemap", entries=entries)


def read_index(markup: Markup, base: str | None) -> Listing:
    """The sitemaps of an index; `modified` says when each last changed."""
    return Listing(via="sitemap-index", entries=tuple(islice(_entries(markup, base), MOST_ENTRIES)))


def read_plain_list(text: str) -> Listing:
    """A text sitemap: one URL a line and nothing else. Raises Poison("not-a-feed")."""
    lines = (line.strip() for line in text.lstrip("\ufeff").splitlines())
    entries: list[Entry] = []
    for line in lines:
        if line and (len(line) > MAX_PLAIN_LINE or " " in line or absolute_url(line, None) is None):
            raise Poison("not-a-feed", NEITHER)
        if line and len(entries) < MOST_ENTRIES:
            entries.append(Entry(url=line))
    if not entries:
        raise Poison("not-a-feed", NEITHER)
    return Listing(via="sitemap", entries=tuple(entries))


def _entries(markup: Markup, base: str | None) -> Iterator[Entry]:
    """`url` and `sitemap` alike: some writers give one the root of the other."""
    markup.head("url", "sitemap")
    base = absolute_url(attribute(markup.attributes, "xml:base"), base) or base
    for _, elements in markup.entries("url", "sitemap", within="news"):
        # The news extension nests, and writers nest it differently; the sitemap's own fields do not.
        fields = {
            name: next((text for field in found if (text := text_of(field).strip())), "")
            for name, found in elements.items()
        }
        url = absolute_url(fields.get("loc"), base)
        if url is not None:
            yield Entry(
                url=url,
                title=plain(fields.get("news:title"), MAX_TITLE),
                published=first_date([fields.get("news:publication_date", "")]),
                modified=first_date([fields.get("lastmod", "")]),
                language=fields.get("news:language"),
                categories=keywords_of(fields.get("news:keywords")),
            )
