"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0; and the one door to every kind of listing. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from services.fetcher.categories import CATEGORIES, categories_of
from services.fetcher.dates import first_date
from services.fetcher.entries import (
    MAX_SUMMARY,
    MAX_TITLE,
    MOST_ENTRIES,
    Entry,
    Listing,
    absolute_url,
    folded,
    plain,
)
from services.fetcher.fields import Element, Place, Places, Row, first_text, placed
from services.fetcher.hints import read_hints
from services.fetcher.jsonfeed import read_json_feed
from services.fetcher.links import LINKS, Link, atom_links, links_at, rss_links, url_of
from services.fetcher.listing_text import listing_text
from services.fetcher.markup import Markup, read_markup
from services.fetcher.names import attribute
from services.fetcher.sitemaps import read_index, read_plain_list, read_sitemap

PUBLISHED = ("pubdate", "dc:date", "published", "atom:published", "issued", "created", "dcterms:issued",
             "dcterms:created", "dcterms:date", "date", "prism:publicationdate")  # fmt: skip
MODIFIED = ("updated", "atom:updated", "modified", "dcterms:modified", "lastmod")
SUMMARIES = (
    "description",
    "summary",
    "atom:summary",
    "dc:description",
    "itunes:summary",
    "media:description",
)
TITLES = ("title", "atom:title", "dc:title", "media:title")
GUIDS = ("guid", "id", "atom:id", "dc:identifier")
LANGUAGES = ("dc:language", "language")
WANTED = frozenset((*PUBLISHED, *MODIFIED, *SUMMARIES, *TITLES, *GUIDS, *LANGUAGES, *LINKS, *CATEGORIES))
NOT_MARKUP = ("text", "text/plain", "xhtml", "application/xhtml+xml")


def read_listing(body: bytes, base: str | None = None) -> Listing:
    """Everything a feed or sitemap lists, in document order; entries without a usable link are left out.

    `base` is the URL the document came from. Raises Poison: "not-a-feed", "entity-declared",
    "listing-too-large".
    """
    text = listing_text(body)
    if text.beginning().lstrip("\ufeff \t\r\n").startswith("{"):
        return read_json_feed(text.whole(), base)
    markup = read_markup(text)
    if markup is not None:
        return READERS[markup.kind](markup, base)
    whole = text.whole()
    return read_json_feed(whole, base) if '"items"' in whole else read_plain_list(whole)


def read_rss(markup: Markup, base: str | None) -> Listing:
    """RSS of every age; items stand in the channel (2.0), beside it (1.0) or wherever damage left them."""
    return _feed("rss", markup, base, "item", rss_links)


def read_atom(markup: Markup, base: str | None) -> Listing:
    """Atom 1.0 (RFC 4287) and 0.3."""
    return _feed("atom", markup, base, "entry", atom_links)


READERS: Mapping[str, Callable[[Markup, str | None], Listing]] = {
    "rss": read_rss,
    "rdf": read_rss,
    "channel": read_rss,  # RSS 0.9x without its shell
    "feed": read_atom,
    "urlset": read_sitemap,
    "sitemapindex": read_index,
}

ReadTitle = Callable[[str, int], str | None]
LinksOf = Callable[[Places], Iterator[Link]]


class Plan(NamedTuple):
    """Where what is told of an entry stands in its row: the best place first."""

    links: Sequence[Link]
    titles: Sequence[tuple[int, ReadTitle]]  # and how the text is read
    published: Sequence[int]
    modified: Sequence[int]
    summaries: Sequence[int]
    guids: Sequence[int]
    languages: Sequence[int]
    categories: Sequence[Place]


def _feed(via: str, markup: Markup, base: str | None, name: str, links_of: LinksOf) -> Listing:
    head = markup.head((name,))
    entries = tuple(islice(_entries(markup, head, base, name, partial(_plan, links_of)), MOST_ENTRIES))
    return Listing(via=via, entries=entries, hints=read_hints(head, base))


def _plan(links_of: LinksOf, places: Places) -> Plan:
    tables = (PUBLISHED, MODIFIED, SUMMARIES, GUIDS, LANGUAGES)
    published, modified, summaries, guids, languages = (_all(places, names) for names in tables)
    filed = [place for name in places if name in CATEGORIES for place in places[name]]
    return Plan(
        tuple(links_of(places)), _titles(places), published, modified, summaries, guids, languages, filed
    )


def _entries(
    markup: Markup,
    found: Sequence[Element],
    base: str | None,
    name: str,
    plan_of: Callable[[Places], Plan],
) -> Iterator[Entry]:
    bases, places, said = _head(markup, found)
    head = plan_of(places)
    home = base or url_of(links_at("", head.links, None), None, said)
    for printed in bases:
        home = absolute_url(printed, home) or home
    language = first_text(head.languages, said) or attribute(markup.attributes, "xml:lang")
    for own, plan, rows in markup.entries((name,), WANTED, plan_of):
        links = links_at(own, plan.links, home)
        about, own_language = attribute(own, "rdf:about"), attribute(own, "xml:lang") or language
        for row in rows:
            url = url_of(links, about, row)
            if url is not None:
                yield Entry(
                    url=url,
                    title=_title(plan.titles, row),
                    published=first_date([row[place] for place in plan.published]),
                    modified=first_date([row[place] for place in plan.modified]),
                    summary=plain(first_text(plan.summaries, row), MAX_SUMMARY),
                    guid=first_text(plan.guids, row) or about,
                    language=first_text(plan.languages, row) or own_language,
                    categories=categories_of(plan.categories, row) if plan.categories else (),
                )


def _head(markup: Markup, found: Sequence[Element]) -> tuple[list[str | None], Places, Row]:
    """The bases around the entries, from outside in, and what the channel or feed says of itself."""
    channel = next((each for each in found if each.depth == 0 and each.name == "channel"), None)
    around = [markup.attributes, channel.attributes] if channel else [markup.attributes]
    depth = 1 if channel else 0
    places, said = placed((each for each in found if each.depth == depth), WANTED)
    return [attribute(each, "xml:base") for each in around], places, said


def _all(places: Places, names: Sequence[str]) -> list[int]:
    return [place for name in names if name in places for place, _ in places[name]]


def _titles(places: Places) -> list[tuple[int, ReadTitle]]:
    """Where titles stand and how each is read; of type text it is no markup (RFC 4287 section 3.1.1)."""
    return [
        (place, folded if said and attribute(said, "type") in NOT_MARKUP else plain)
        for name in TITLES
        for place, said in places.get(name, ())
    ]


def _title(titles: Iterable[tuple[int, ReadTitle]], row: Row) -> str | None:
    for place, read in titles:
        if title := read(row[place], MAX_TITLE):
            return title
    return None
