"""OPML 1.x and 2.0, what feed readers exchange (opml.org/spec2.opml): outlines in, sources out. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from lxml import etree
from lxml.etree import _Element as Element

from schemas.records import Feed, Source
from services.fetcher.listing_text import listing_text
from services.fetcher.tree import FORBIDDEN, parse_tree
from services.stage import Poison

MAX_OPML = 4 * 1024 * 1024  # bytes: some 15,000 feeds as readers write them
MAX_FEEDS = 10_000
MAX_DEPTH = 32  # elements in elements; readers show one or two folders
MAX_NAME = 200  # characters
NAMESPACE = "urn:sirwan:opml"
KIND = f"{{{NAMESPACE}}}kind"  # of a list that is no feed, which OPML has no word for
LINKED_KINDS = ("section", "sitemap")
WANTED = {"text", "title", "xmlurl", "htmlurl", "url", KIND}
NO_COUNTRY = "elsewhere"
UNSHOWN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")  # also what turns text around


@dataclass(frozen=True, slots=True)
class Outline:
    """One subscription, or one link that is none."""

    name: str  # one line, maybe empty
    url: str  # as written
    kind: str | None  # feed | section | sitemap; None: a link to anything else
    homepage: str  # as written, maybe empty
    folders: tuple[str, ...]  # outermost first


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """Every outline with an address, in document order; those that only hold others are its folders.

    Raises Poison: "not-opml", "listing-too-large", "entity-declared".
    """
    text = listing_text(body).whole() if len(body) <= MAX_OPML else ""
    if len(body) > MAX_OPML or len(text) > MAX_OPML:
        raise Poison("listing-too-large", f"over {MAX_OPML} bytes of OPML: split it")
    root = parse_tree(text)
    if root is None or _local(root) != "opml":
        raise Poison("not-opml", "no <opml> in it" if root is None else f"the root element is {_local(root)}")
    if "</opml" not in text[-1000:].lower():  # what could be read of it would pass for the whole
        raise Poison("not-opml", "cut off: it does not end with </opml>")
    if _is_deep(root):  # far below the 256 at which the parser leaves out the rest
        raise Poison("not-opml", f"nested more than {MAX_DEPTH} deep")
    outlines: list[Outline] = []
    for outline in _outlines(root, ()):
        if len(outlines) == MAX_FEEDS:
            raise Poison("listing-too-large", f"over {MAX_FEEDS} feeds: split it")
        outlines.append(outline)
    return tuple(outlines)


def _local(element: Element) -> str:
    return etree.QName(element).localname.lower()[:MAX_NAME]


def _is_deep(root: Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, ("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _outlines(parent: Element, folders: tuple[str, ...]) -> Iterator[Outline]:
    for element in parent.iterchildren("*"):
        if _local(element) == "body":
            yield from _outlines(element, folders)
        elif _local(element) == "outline":
            said = _wanted(element)
            name = one_line(said.get("text") or said.get("title") or "")
            if said.get("xmlurl"):
                yield Outline(name, said["xmlurl"], "feed", said.get("htmlurl", ""), folders)
            elif said.get("url"):
                kind = said.get(KIND)
                kind = kind if kind in LINKED_KINDS else None
                yield Outline(name, said["url"], kind, said.get("htmlurl", ""), folders)
            yield from _outlines(element, (*folders, name))


def _wanted(element: Element) -> dict[str, str]:
    """What an outline says under names in any case. Each value costs a walk over all: only these are read."""
    names = [name for name in map(str, element.attrib) if name.lower() in WANTED]
    return {name.lower(): (element.get(name) or "").strip() for name in names}


def one_line(text: str) -> str:
    """Text that a terminal shows as it is: one line, no control characters, at most MAX_NAME characters."""
    return UNSHOWN.sub(" ", text).strip()[:MAX_NAME]


def write_opml(sources: Iterable[Source]) -> bytes:
    """OPML 2.0 of all lists of all sources, in a folder by country; the same sources give the same bytes.

    A feed is of type rss. Readers pass over the others, of type link: sections, sitemaps, and sources
    without a list.
    """
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"sirwan": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Sirwan sources"
    body = etree.SubElement(root, "body")
    ordered = sorted(sources, key=lambda source: (source.country or "~", source.id))
    for country, members in groupby(ordered, key=lambda source: source.country or NO_COUNTRY):
        folder = etree.SubElement(body, "outline", {"text": country, "title": country})
        for source in members:
            for feed in source.feeds or (None,):
                etree.SubElement(folder, "outline", _attributes(source, feed))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _attributes(source: Source, feed: Feed | None) -> dict[str, str]:
    said = {"text": source.name, "title": source.name, "htmlUrl": source.homepage}
    if feed is None:
        said |= {"type": "link", "url": source.homepage}
    elif feed.kind == "feed":
        said |= {"type": "rss", "xmlUrl": feed.url}
    else:
        said |= {"type": "link", "url": feed.url, KIND: feed.kind}
    return {name: FORBIDDEN.sub("", value) for name, value in said.items()}
