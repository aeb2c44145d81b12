"""Where an entry of a feed says what page it is about. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.fetcher.entries import absolute_url
from services.fetcher.fields import Places, Row
from services.fetcher.names import attribute

LINKS = ("link", "atom:link")
RANKS = {"alternate": 0, "": 0, "related": 1, "via": 2, "self": 3}  # RFC 4287 section 4.2.7.2


class Link(NamedTuple):
    """Where the link of an entry may stand."""

    attributes: str  # of the element, as printed
    place: int | None  # of the text that may be the link
    href: str | None = None  # the link where that text is none
    is_id: bool = False  # a link only where it is a URL


def rss_links(places: Places) -> Iterator[Link]:
    """`link`, else an Atom link beside it, else a guid that is a permalink (RSS 2.0: unless it says not)."""
    for place, said in places.get("link", ()):
        yield Link(said, place, attribute(said, "href", "rdf:resource") or None)
    yield from atom_links(places)
    for place, said in places.get("guid", ()):
        if (attribute(said, "ispermalink") or "true").lower() != "false":
            yield Link(said, place, is_id=True)


def atom_links(places: Places) -> Iterator[Link]:
    """The best link: HTML alternates first, then an id that is a URL, then self; an enclosure never."""
    ranked = []
    for order, (_, said) in enumerate((*places.get("link", ()), *places.get("atom:link", ()))):
        rel = (attribute(said, "rel") or "").lower().removeprefix("http://www.iana.org/assignments/relation/")
        href = attribute(said, "href")
        if href is not None and rel in RANKS:
            ranked.append((RANKS[rel], "html" not in (attribute(said, "type") or "html"), order, said, href))
    best = min(ranked, default=None)
    if best and best[0] < RANKS["self"]:
        yield Link(best[3], None, best[4])
    for place, said in (*places.get("id", ()), *places.get("atom:id", ())):
        yield Link(said, place, is_id=True)
    if best:
        yield Link(best[3], None, best[4])


def links_at(own: str, links: Iterable[Link], home: str | None) -> list[tuple[Link, str | None]]:
    """Each with what it is relative to, by xml:base in the tags of its entry and its element."""
    return [(link, _home(own, link.attributes, home)) for link in links]


def _home(own: str, attributes: str, home: str | None) -> str | None:
    for printed in (own, attributes):
        if "xml:base" in printed:
            home = absolute_url(attribute(printed, "xml:base"), home) or home
    return home


def url_of(links: Iterable[tuple[Link, str | None]], about: str | None, row: Row) -> str | None:
    """The first link of an entry, absolute; without one, what RSS 1.0 says the item is about."""
    for (_, place, href, is_id), home in links:
        link = None if place is None else row[place].strip()
        if not link or (is_id and not _is_url(link)):
            link = href
        if link is not None:
            return absolute_url(link, home)
    return absolute_url(about, None)


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
