"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0; and the one door to every kind of listing. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from services.fetcher.categories import categories_of
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
from services.fetcher.fields import Element, Fields, by_name, text_of
from services.fetcher.hints import read_hints
from services.fetcher.jsonfeed import read_json_feed
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
LINK_RANKS = {"alternate": 0, "": 0, "related": 1, "via": 2, "self": 3}  # RFC 4287 section 4.2.7.2
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
    return _feed("rss", markup, base, "item", _rss_link)


def read_atom(markup: Markup, base: str | None) -> Listing:
    """Atom 1.0 (RFC 4287) and 0.3."""
    return _feed("atom", markup, base, "entry", _atom_link)


READERS: Mapping[str, Callable[[Markup, str | None], Listing]] = {
    "rss": read_rss,
    "rdf": read_rss,
    "channel": read_rss,  # RSS 0.9x without its shell
    "feed": read_atom,
    "urlset": read_sitemap,
    "sitemapindex": read_index,
}

Link = tuple[str, str]
"""The attributes of a link's element as printed, and the link."""


def _feed(
    via: str, markup: Markup, base: str | None, name: str, link_of: Callable[[Fields], Link | None]
) -> Listing:
    head = markup.head(name)
    entries = tuple(islice(_entries(markup, head, base, name, link_of), MOST_ENTRIES))
    return Listing(via=via, entries=entries, hints=read_hints(head, base))


def _entries(
    markup: Markup,
    found: Sequence[Element],
    base: str | None,
    name: str,
    link_of: Callable[[Fields], Link | None],
) -> Iterator[Entry]:
    bases, head = _head(markup, found)
    link = link_of(head)
    home = base or absolute_url(link and link[1], None)
    for printed in bases:
        home = absolute_url(printed, home) or home
    language = _first(head, LANGUAGES) or attribute(markup.attributes, "xml:lang")
    for own, fields in markup.entries(name):
        url = _url(own, link_of(fields), home)
        if url is not None:
            yield Entry(
                url=url,
                title=_title(fields),
                published=first_date(_all(fields, PUBLISHED)),
                modified=first_date(_all(fields, MODIFIED)),
                summary=plain(_first(fields, SUMMARIES), MAX_SUMMARY),
                guid=_first(fields, GUIDS) or attribute(own, "rdf:about"),
                language=_first(fields, LANGUAGES) or attribute(own, "xml:lang") or language,
                categories=categories_of(fields),
            )


def _url(own: str, link: Link | None, home: str | None) -> str | None:
    """The link against xml:base of element and entry; without one, what RSS 1.0 says the item is about."""
    if link is None:
        return absolute_url(attribute(own, "rdf:about"), None)
    for attributes in (own, link[0]):
        if "xml:base" in attributes:
            home = absolute_url(attribute(attributes, "xml:base"), home) or home
    return absolute_url(link[1], home)


def _head(markup: Markup, found: Sequence[Element]) -> tuple[list[str | None], Fields]:
    """The bases around the entries, from outside in, and what the channel or feed says of itself."""
    channel = next((each for each in found if each.depth == 0 and each.name == "channel"), None)
    around = [markup.attributes, channel.attributes] if channel else [markup.attributes]
    depth = 1 if channel else 0
    return [attribute(each, "xml:base") for each in around], by_name(e for e in found if e.depth == depth)


def _all(fields: Fields, names: Sequence[str]) -> list[str]:
    return [text_of(field) for name in names if name in fields for field in fields[name]]


def _first(fields: Fields, names: Sequence[str]) -> str | None:
    for name in names:
        if name in fields:
            for field in fields[name]:
                if text := text_of(field).strip():
                    return text
    return None


def _title(fields: Fields) -> str | None:
    """The title as plain text; Atom titles of type text are not markup (RFC 4287 section 3.1.1)."""
    for name in TITLES:
        for field in fields.get(name, ()):
            kind, text = field[1] and attribute(field[1], "type"), text_of(field)
            if title := folded(text, MAX_TITLE) if kind in NOT_MARKUP else plain(text, MAX_TITLE):
                return title
    return None


def _rss_link(fields: Fields) -> Link | None:
    """`link`, else an Atom link beside it, else a guid that is a permalink (RSS 2.0: unless it says not)."""
    for field in fields.get("link", ()):
        if link := text_of(field).strip() or attribute(field[1], "href", "rdf:resource"):
            return field[1], link
    if found := _atom_link(fields):
        return found
    for field in fields.get("guid", ()):
        if (attribute(field[1], "ispermalink") or "true").lower() != "false" and _is_url(text_of(field)):
            return field[1], text_of(field)
    return None


def _atom_link(fields: Fields) -> Link | None:
    """The best link: HTML alternates first, then an id that is a URL, then self; an enclosure never."""
    ranked = []
    for order, (_, said, *_) in enumerate((*fields.get("link", ()), *fields.get("atom:link", ()))):
        rel = (attribute(said, "rel") or "").lower().removeprefix("http://www.iana.org/assignments/relation/")
        href = attribute(said, "href")
        if href is not None and rel in LINK_RANKS:
            ranked.append(
                (LINK_RANKS[rel], "html" not in (attribute(said, "type") or "html"), order, said, href)
            )
    best = min(ranked, default=None)
    if best and best[0] < LINK_RANKS["self"]:
        return best[-2:]
    for field in (*fields.get("id", ()), *fields.get("atom:id", ())):
        if _is_url(text_of(field)):
            return field[1], text_of(field)
    return best[-2:] if best else None


def _is_url(text: str) -> bool:
    return text.strip().lower().startswith(("http://", "https://"))
