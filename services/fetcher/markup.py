"""From the text of a feed or sitemap to its entries, as their writers meant them. Pure.

Own reader, for two reasons: an XML parser must stop at the first fault (XML 1.0 section 1.2) where we want
to lose one character or one entry; and a tree of 100,000 entries costs more than all that is read of it.
What is well-formed reads as an XML parser reads it. Every pattern is linear: possessive, or ended by `<`.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple

from services.fetcher.fields import INSIDE, TOKEN, Element, Places, Row, leaves_of, placed, walk
from services.fetcher.listing_text import ListingText
from services.fetcher.names import Names, declared
from services.fetcher.shapes import Plan, Reading, Shapes
from services.stage import Poison

ROOTS = ("rss", "feed", "rdf", "urlset", "sitemapindex", "channel")
BEFORE_ROOT = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<html>html[\s>]|!doctype\s++html)"
    r"|(?P<entity><!ENTITY\s++[^>]*+>?)"
    rf"|<(?P<root>(?:[\w.-]++:)?+(?:{'|'.join(ROOTS)})(?=[\s>/]))(?P<attributes>{INSIDE})>",
    re.IGNORECASE | re.DOTALL,
)
EDGE = (  # where entries begin and end; what is quoted or commented out is passed over
    r"<(?:!\[CDATA\[.*?(?:\]\]>|\Z)|!--.*?(?:-->|\Z)"
    r"|(/?+)((?:[\w.-]++:)?+(?:{names}))(?=[\s/>])(" + INSIDE + ")>)"
)
ROOT_END = re.compile(rf"</(?:[\w.-]++:)?+(?:{'|'.join(ROOTS)})\s*+>", re.IGNORECASE)
ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>""", re.IGNORECASE)
PARAMETER = re.compile(r"<!ENTITY\s+%", re.IGNORECASE)
MAX_EXPANDED = 1_000_000  # characters that declared entities may add


class Entries(NamedTuple, Generic[Plan]):
    """Entries, mostly one, that have the same wanted elements with the same attributes."""

    attributes: str  # in the tag of each
    plan: Plan  # made of the places of their elements
    rows: Sequence[Row]


class Markup:
    """A feed or sitemap: its root, its head and its entries, which are read once.

    Of the text only what the next entry needs is held: `more` brings the rest.
    """

    def __init__(self, text: str, root: re.Match[str], more: Iterator[str]) -> None:
        self.attributes = root["attributes"]
        self.names = Names(root["root"].rpartition(":")[0], declared(self.attributes))
        self.kind = root["root"].rpartition(":")[2].lower()
        self._text, self._more, self._is_all = text[root.end() :], more, False

    def head(self, entries: tuple[str, ...]) -> list[Element]:
        """What stands before the first entry; namespaces declared there hold for all entries."""
        while (first := next(self._edges(entries, 0), None)) is None and not self._is_all:
            self._read_on(0)
        head = self._text[: first.start()] if first else self._text
        for found in TOKEN.finditer(head):
            if found["attributes"] and "xmlns" in found["attributes"]:
                self.names.declare(declared(found["attributes"]))
        return walk(head, self.names)

    def entries(
        self,
        names: tuple[str, ...],
        wanted: Container[str],
        plan_of: Callable[[Places], Plan],
        within: str | None = None,
    ) -> Iterator[Entries[Plan]]:
        """The entries of these names: of each the wanted elements, and what a plan makes of their places.

        An entry whose end was forgotten ends where the next begins, and the last where the root does;
        where the document was cut off, the last is no entry. Most feeds write their entries in few shapes,
        of which each is planned once; while the next entry has that of the last, one pattern reads it.
        `within` names a family whose elements count at any depth of an entry.
        """
        at = 0
        before: tuple[str, Reading[Plan]] | None = None
        shapes = Shapes(self.names, wanted, plan_of)
        while (block := self._next(names, at)) is not None:
            opened, attributes, inner, at = block
            leaves = leaves_of(inner)
            if leaves is None:
                places, row = placed(_within(walk(inner, self.names), within), wanted)
                yield Entries(attributes, plan_of(places), [row])
                continue
            reading = shapes.reading(leaves)
            yield Entries(attributes, reading.plan, [reading.row(leaves)])
            last, before = before, (opened, reading)
            # Twice in a row: the third may have it as well.
            if last == before and (pattern := shapes.pattern(opened, reading)):
                while (found := reading.rows(pattern, self._text, at))[0]:
                    rows, at = found
                    yield Entries(attributes, reading.plan, rows)

    def _next(self, names: tuple[str, ...], at: int) -> tuple[str, str, str, int] | None:
        """The next entry after a place: its tag, the attributes in it, what it holds, and where it ends."""
        while (block := self._block(names, at)) is None and not self._is_all:
            self._read_on(at)
            at = 0
        return block

    def _read_on(self, at: int) -> None:
        """Let go of what stands before a place, and hold at least as much again as is left.

        So an entry that is longer than all pieces costs no more than twice its length.
        """
        left, pieces, got = self._text[at:], [], 0
        for piece in self._more:
            pieces.append(piece)
            got += len(piece)
            if got >= len(left):
                break
        self._is_all = not pieces
        self._text = "".join((left, *pieces))

    def _block(self, names: tuple[str, ...], at: int) -> tuple[str, str, str, int] | None:
        """The next entry of what is held, as far as it is complete there."""
        text = self._text
        opened: re.Match[str] | None = None
        for edge in self._edges(names, at):
            if opened is not None:
                end = edge.end() if edge[1] else edge.start()
                return opened[0], opened[3], text[opened.end() : edge.start()], end
            opened = None if edge[1] or edge[3][-1:] == "/" else edge
        if self._is_all and opened is not None and (ended := ROOT_END.search(text, opened.end())):
            return opened[0], opened[3], text[opened.end() : ended.start()], len(text)
        return None

    def _edges(self, names: tuple[str, ...], at: int) -> Iterator[re.Match[str]]:
        for edge in _edge_of(names).finditer(self._text, at):
            if edge.lastindex and self.names[edge[2]].removeprefix("atom:") in names:
                yield edge


def _within(elements: Iterable[Element], family: str | None) -> Iterator[Element]:
    """The children of an entry, and what of a family stands deeper."""
    return (each for each in elements if not each.depth or each.name.partition(":")[0] == family)


@lru_cache(maxsize=8)
def _edge_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(EDGE.replace("{names}", "|".join(names)), re.IGNORECASE | re.DOTALL)


def read_markup(text: ListingText) -> Markup | None:
    """The feed or sitemap in a text, or None where there is none.

    Text before the root (blank lines, a server's warning, the prolog) is passed over. Raises
    Poison("entity-declared") for entities that grow or that lie elsewhere: feeds need none, bombs do.
    """
    text = ListingText(_ended(text.raw), text.codec)
    pieces = text.pieces()
    held = next(pieces, "")
    root, entities = _root(held)
    if root is None:  # it may stand far down
        held, pieces = text.whole(), iter(())
        root, entities = _root(held)
    if root is not None and entities:
        held, pieces = _expanded("".join((held[root.start() :], *pieces)), entities), iter(())
        root = BEFORE_ROOT.match(held)
    return None if root is None or root["html"] else Markup(held, root, pieces)


def _root(text: str) -> tuple[re.Match[str] | None, dict[str, str]]:
    """The root, or what says that this is a page; and the entities declared before it."""
    entities: dict[str, str] = {}
    for found in BEFORE_ROOT.finditer(text):
        if found["html"] or found["root"]:
            return found, entities
        if found["entity"]:
            entities |= _entity(found["entity"])
    return None, entities


def _entity(declaration: str) -> dict[str, str]:
    """A harmless entity by name; old feeds name those of HTML by reference, and we know them anyway."""
    if PARAMETER.match(declaration):
        return {}
    found = ENTITY.fullmatch(declaration)
    value = (found[2] or found[3] or "") if found else "%"
    if found is None or len(value) > 200 or re.search("%|&(?!#)", value):
        raise Poison("entity-declared", f"the document type declares {declaration[:80]}")
    return {found[1]: value}


def _expanded(text: str, entities: Mapping[str, str]) -> str:
    grown = 0
    for name, value in entities.items():
        grown += text.count(f"&{name};") * len(value)
        if grown > MAX_EXPANDED:
            raise Poison("entity-declared", f"entities add over {MAX_EXPANDED} characters")
        text = text.replace(f"&{name};", value)
    return text


def _ended(raw: bytes) -> bytes:
    """The text without openings of CDATA sections and comments that never end: they cost the rest of it."""
    for opening, ending in ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->")):
        last = raw.rfind(ending) + 1 if opening in raw else len(raw)
        if raw.find(opening, last) >= 0:
            raw = raw[:last] + raw[last:].replace(opening, b"")
    return raw
