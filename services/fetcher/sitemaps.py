"""Sitemaps: sitemaps.org, indexes, the Google-News extension, and plain lists of URLs. Pure."""

from collections.abc import Iterator
from itertools import islice

from services.fetcher.categories import keywords_of
from services.fetcher.dates import iso_date
from services.fetcher.entries import MAX_TITLE, MOST_ENTRIES, Entry, Listing, absolute_url, plain
from services.fetcher.fields import Places, first_text
from services.fetcher.markup import Markup
from services.fetcher.names import attribute
from services.stage import Poison

ENTRIES = ("url", "sitemap")
FIELDS = ("loc", "news:title", "news:publication_date", "lastmod", "news:language", "news:keywords")
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
    markup.head(ENTRIES)
    base = absolute_url(attribute(markup.attributes, "xml:base"), base) or base
    # The news extension nests, and writers nest it differently; the sitemap's own fields do not.
    for _, plan, rows in markup.entries(ENTRIES, FIELDS, _plan, within="news"):
        loc, title, published, modified, language, keywords = plan
        for row in rows:
            url = absolute_url(first_text(loc, row), base)
            if url is not None:
                yield Entry(
                    url=url,
                    title=plain(first_text(title, row), MAX_TITLE),
                    published=iso_date(first_text(published, row)),
                    modified=iso_date(first_text(modified, row)),
                    language=first_text(language, row),
                    categories=keywords_of(first_text(keywords, row)),
                )


def _plan(places: Places) -> list[list[int]]:
    """Where each of the FIELDS stands."""
    return [[place for place, _ in places.get(name, ())] for name in FIELDS]
