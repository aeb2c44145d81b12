"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0; and the one door to every kind of listing. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from lxml.etree import _Element as Element

from services.fetcher.dates import iso_date
from services.fetcher.entries import MAX_SUMMARY, MAX_TITLE, Entry, Listing, absolute_url, plain
from services.fetcher.hints import read_hints
from services.fetcher.jsonfeed import read_json_feed
from services.fetcher.listing_text import listing_text
from services.fetcher.markup import parse_markup, qualified
from services.fetcher.sitemaps import read_index, read_plain_list, read_sitemap
from services.stage import Poison

Children = Mapping[str, Sequence[Element]]
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

PUBLISHED = ("pubdate", "dc:date", "published", "atom:published", "issued", "created", "dcterms:issued",
             "dcterms:created", "dcterms:date", "date")  # fmt: skip
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
LINK_RANKS = {"alternate": 0, "": 0, "related": 1, "via": 2, "self": 3}  # RFC 4287 section 4.2.7.2


def read_listing(body: bytes, base: str | None = None) -> Listing:
    """Everything a feed or sitemap lists, in document order; entries without a usable link are left out.

    `base` is the URL the document came from. Raises Poison: "not-a-feed", "entity-declared",
    "listing-too-large".
    """
    text = listing_text(body)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return read_json_feed(text, base)
    root = parse_markup(text, base)
    if root is None:
        return read_plain_list(text)
    kind = qualified(root.tag, root.prefix, root.prefix).rpartition(":")[2]
    reader = READERS.get(kind)
    if reader is None:
        raise Poison("not-a-feed", f"the root element is {kind[:80]}")
    return msgspec.structs.replace(reader(root, base), hints=read_hints(root, base))


def read_rss(root: Element, base: str | None) -> Listing:
    """RSS of every age; items stand in the channel (2.0), beside it (1.0) or wherever damage left them."""
    return Listing(via="rss", entries=tuple(_entries(root, base, "item", _rss_link)))


def read_atom(root: Element, base: str | None) -> Listing:
    """Atom 1.0 (RFC 4287) and 0.3."""
    return Listing(via="atom", entries=tuple(_entries(root, base, "entry", _atom_link)))


READERS: Mapping[str, Callable[[Element, str | None], Listing]] = {
    "rss": read_rss,
    "rdf": read_rss,
    "channel": read_rss,  # RSS 0.9x without its shell
    "feed": read_atom,
    "urlset": read_sitemap,
    "sitemapindex": read_index,
}


def _entries(
    root: Element, base: str | None, name: str, link: Callable[[Children], str | None]
) -> Iterator[Entry]:
    head = _head(root, name)
    home = base or absolute_url(link(head), None)
    language = _first(head, ("language", "dc:language")) or root.get(XML_LANG)
    for element in root.iter("*"):
        if _local(element, root) != name:
            continue
        children = _children(element, root)
        url = absolute_url(link(children), _base_of(element, home))
        if url is None:
            continue
        guid = _first(children, ("guid", "id", "atom:id", "dc:identifier"))
        yield Entry(
            url=url,
            title=_title(children),
            published=iso_date(_first(children, PUBLISHED)),
            modified=iso_date(_first(children, MODIFIED)),
            summary=plain(_first(children, SUMMARIES), MAX_SUMMARY),
            guid=guid or _about(element),
            language=_first(children, ("dc:language", "language")) or element.get(XML_LANG) or language,
        )


def _local(element: Element, root: Element) -> str:
    """Family and name; a feed that calls its own vocabulary `atom:` is read like one that does not."""
    return qualified(element.tag, element.prefix, root.prefix).removeprefix("atom:")


def _children(element: Element, root: Element) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for child in element.iterchildren("*"):
        found.setdefault(qualified(child.tag, child.prefix, root.prefix), []).append(child)
    return found


def _head(root: Element, name: str) -> Children:
    """What the channel or feed says of itself."""
    for element in root.iterchildren("*"):
        if _local(element, root) == "channel":
            return _children(element, root)
    return {} if name == "item" and _local(root, root) != "channel" else _children(root, root)


def _text(element: Element) -> str:
    return "".join(map(str, element.itertext())).strip() if len(element) else (element.text or "").strip()


def _first(children: Children, names: Sequence[str]) -> str | None:
    for name in names:
        for element in children.get(name, ()):
            if text := _text(element):
                return text
    return None


def _title(children: Children) -> str | None:
    """The title as plain text; Atom titles of type text are not markup (RFC 4287 section 3.1.1)."""
    for name in TITLES:
        for element in children.get(name, ()):
            if not (text := _text(element)):
                continue
            if element.get("type") in ("text", "xhtml", "application/xhtml+xml"):
                return " ".join(text.split())[:MAX_TITLE]
            return plain(text, MAX_TITLE)
    return None


def _rss_link(children: Children) -> str | None:
    """`link`, else an Atom link beside it, else a guid that is a permalink (RSS 2.0: unless it says not)."""
    for element in children.get("link", ()):
        if link := _text(element) or element.get("href"):
            return link
    if link := _atom_link(children):
        return link
    for element in children.get("guid", ()):
        if (element.get("isPermaLink") or "true").lower() != "false":
            return _text(element)
    return None


def _atom_link(children: Children) -> str | None:
    """The best link: HTML alternates first, then an id that is a URL, then self; an enclosure never."""
    ranked = [
        (LINK_RANKS[rel], "html" not in (element.get("type") or "html"), order, href)
        for order, element in enumerate((*children.get("link", ()), *children.get("atom:link", ())))
        if (rel := (element.get("rel") or "").strip().lower()) in LINK_RANKS and (href := element.get("href"))
    ]
    if ranked and min(ranked)[0] < LINK_RANKS["self"]:
        return min(ranked)[-1]
    named = _first(children, ("id", "atom:id"))
    if named and named.startswith(("http://", "https://")):
        return named
    return min(ranked)[-1] if ranked else None


def _base_of(element: Element, home: str | None) -> str | None:
    """xml:base of the entry, resolved against those around it, else where the document came from."""
    return absolute_url(element.base, home) or home


def _about(element: Element) -> str | None:
    return element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
