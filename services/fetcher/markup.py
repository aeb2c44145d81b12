"""From the text of a feed or sitemap to its entries, as their writers meant them. Pure.

Own reader, for two reasons: an XML parser must stop at the first fault (XML 1.0 section 1.2) where we want
to lose one character or one entry; and a tree of 100,000 entries costs more than all that is read of it.
What is well-formed reads as an XML parser reads it. Every pattern is linear: possessive, or ended by `<`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from services.fetcher.fields import INSIDE, TOKEN, Element, Fields, fields_of, walk
from services.fetcher.names import Names, declared
from services.fetcher.shapes import Shape, shape_of
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
MAX_SHAPES = 50  # patterns made for one document; each costs as much as 100 entries
MAX_EXPANDED = 1_000_000  # characters that declared entities may add


class Markup:
    """A feed or sitemap: its root, its head and its entries."""

    def __init__(self, text: str, root: re.Match[str]) -> None:
        self.attributes = root["attributes"]
        self.names = Names(root["root"].rpartition(":")[0], declared(self.attributes))
        self.kind = root["root"].rpartition(":")[2].lower()
        self._text, self._start = text, root.end()

    def head(self, *entries: str) -> list[Element]:
        """What stands before the first entry; namespaces declared there hold for all entries."""
        first = next(self._edges(entries, self._start), None)
        end = first.start() if first else len(self._text)
        for found in TOKEN.finditer(self._text, self._start, end):
            if found["attributes"] and "xmlns" in found["attributes"]:
                self.names.declare(declared(found["attributes"]))
        return walk(self._text[self._start : end], self.names)

    def entries(self, *names: str, within: str | None = None) -> Iterator[tuple[str, Fields]]:
        """The attributes of each entry of these names, and its fields.

        An entry whose end was forgotten ends where the next begins, and the last where the root does;
        where the document was cut off, the last is no entry. Most feeds write all entries in one shape:
        while the next one has that of the last, one pattern reads it.
        """
        text, at = self._text, self._start
        before: Shape | None = None
        left = MAX_SHAPES
        while (block := self._block(names, at)) is not None:
            opened, attributes, inner, at = block
            yield attributes, fields_of(inner, self.names, within)
            if not left:
                continue
            shape = shape_of(opened, inner)
            if shape is not None and shape == before:  # twice in a row: the third may have it as well
                left -= 1
                match = shape.pattern().match
                while found := match(text, at):
                    yield attributes, shape.fields(found, self.names)
                    at = found.end()
            before = shape

    def _block(self, names: tuple[str, ...], at: int) -> tuple[str, str, str, int] | None:
        """The next entry after a place: its tag, the attributes in it, what it holds, and where it ends."""
        text = self._text
        opened: re.Match[str] | None = None
        for edge in self._edges(names, at):
            if opened is not None:
                end = edge.end() if edge[1] else edge.start()
                return opened[0], opened[3], text[opened.end() : edge.start()], end
            opened = None if edge[1] or edge[3][-1:] == "/" else edge
        if opened is not None and (ended := ROOT_END.search(text, opened.end())):
            return opened[0], opened[3], text[opened.end() : ended.start()], len(text)
        return None

    def _edges(self, names: tuple[str, ...], at: int) -> Iterator[re.Match[str]]:
        for edge in _edge_of(names).finditer(self._text, at):
            if edge.lastindex and self.names[edge[2]].removeprefix("atom:") in names:
                yield edge


@lru_cache(maxsize=8)
def _edge_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(EDGE.replace("{names}", "|".join(names)), re.IGNORECASE | re.DOTALL)


def read_markup(text: str) -> Markup | None:
    """The feed or sitemap in a text, or None where there is none.

    Text before the root (blank lines, a server's warning, the prolog) is passed over. Raises
    Poison("entity-declared") for entities that grow or that lie elsewhere: feeds need none, bombs do.
    """
    entities: dict[str, str] = {}
    for found in BEFORE_ROOT.finditer(text):
        if found["html"]:
            return None
        if found["entity"]:
            entities |= _entity(found["entity"])
        if found["root"]:
            if entities or "<!" in text:
                text = _ended(_expanded(text[found.start() :], entities))
                root = BEFORE_ROOT.match(text)
                return Markup(text, root) if root else None
            return Markup(text, found)
    return None


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


def _ended(text: str) -> str:
    """The text without openings of CDATA sections and comments that never end: they cost the rest of it."""
    for opening, ending in (("<![CDATA[", "]]>"), ("<!--", "-->")):
        last = text.rfind(ending) + 1
        if text.find(opening, last) >= 0:
            text = text[:last] + text[last:].replace(opening, "")
    return text
