"""From the text of one entry of a feed or sitemap to its elements. Pure."""

import re
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from services.fetcher.entries import BETWEEN, unescape
from services.fetcher.names import Names

NAME = r"[A-Za-z_][\w.-]*+(?::[\w.-]++)?+(?=[\s/>])"
INSIDE = (
    r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+[^<>]*+"""  # of a tag; a quote without its partner is forgiven
)
LEAF = re.compile(
    rf"<(?:({NAME})({INSIDE})>(?:(?<=/>)|([^<]*+)</\1\s*+>|\s*+<!\[CDATA\[(?>(.*?)\]\]>)\s*+</\1\s*+>)"
    r"|!\[CDATA\[.*?\]\]>)",
    re.DOTALL,
)
TOKEN = re.compile(
    r"<!\[CDATA\[(?P<quoted>.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<[?!][^<>]*+>"
    rf"|<(?P<end>/?+)(?P<name>{NAME})(?P<attributes>{INSIDE})>|(?P<text>[^<]++|<)",
    re.DOTALL,
)
TEXT_ONLY = frozenset((  # a tag inside one of these means that its end was forgotten
    "link", "guid", "pubdate", "loc", "lastmod", "id", "updated", "published", "dc:date",
))  # fmt: skip
LONG_TEXTS = frozenset(("title", "description", "content:encoded"))  # and these, where one of those follows
READ_DEPTH = 3  # levels whose text is ever read: a title in a news element in a url
MAX_INNER, MAX_LEAVES = 20_000, 30  # characters and elements of an entry that is read as a row
MAX_DEPTH = 64  # open elements of one entry; what is nested deeper is text


class Element(NamedTuple):
    """One element of a head or of an unusual entry."""

    depth: int  # 0: a child
    name: str  # family and local name
    attributes: str  # as printed
    text: str  # all text inside, references resolved


Leaf = tuple[str, str, str, str]
"""An element without elements: name and attributes as printed; its text as printed, or as quoted."""
Place = tuple[int, str]
"""Where the text of an element stands in a row; and its attributes as printed."""
Places = dict[str, list[Place]]
"""Elements by name, in document order."""
Row = Sequence[str]
"""The texts of an entry, references resolved."""


def leaves_of(inner: str) -> list[Leaf] | None:
    """The elements of an entry that is a row of some elements without elements; None where it is more."""
    if len(inner) > MAX_INNER or "xmlns" in inner:
        return None
    leaves: list[Leaf] = LEAF.findall(inner)
    if len(leaves) > MAX_LEAVES:
        return None
    return leaves if inner.count("<") == _marks(leaves) else None


def placed(found: Iterable[Element], wanted: Container[str]) -> tuple[Places, Row]:
    """The wanted ones of some elements: where their texts stand in a row, and the row."""
    places: Places = {}
    texts: list[str] = []
    for _, name, attributes, text in found:
        if name in wanted:
            places.setdefault(name, []).append((len(texts), attributes))
            texts.append(text)
    return places, texts


def first_text(places: Iterable[int], row: Row) -> str | None:
    """The first text at these places that is more than white space."""
    for place in places:
        if text := row[place].strip():
            return text
    return None


def _marks(leaves: Iterable[Leaf]) -> int:
    """How many `<` the leaves account for; -1 where one is a quotation that is not all of its element."""
    marks = 0
    for name, attributes, _, quoted in leaves:
        if not name:
            return -1
        marks += 1 if attributes[-1:] == "/" else 2
        if quoted:
            marks += 1 + quoted.count("<")
    return marks


def walk(inner: str, names: Names) -> list[Element]:
    """Every element, in the order of their beginnings, whatever is wrong with them."""
    walker = _Walker()
    for token in TOKEN.finditer(inner):
        if token["name"] is None:
            walker.pieces.append(token["quoted"] or unescape(token["text"] or ""))
        elif token["end"]:
            walker.end(names[token["name"]])
        else:
            walker.begin(names.of(token["name"], token["attributes"]), token["attributes"])
    walker.close(0)
    return walker.found


class _Walker:
    """The elements open at a place of an entry, and those met before it."""

    def __init__(self) -> None:
        self.found: list[Element] = []
        self.pieces: list[str] = []  # of text
        self._opened: list[tuple[int, int]] = []  # place in `found`, pieces of text before it

    def begin(self, name: str, attributes: str) -> None:
        """A tag opens; what was to be closed before it is."""
        if len(self._opened) >= MAX_DEPTH:
            return
        if self._opened and self._name(-1) in TEXT_ONLY:
            self.close(len(self._opened) - 1)
        if self._opened and name in TEXT_ONLY and self._name(0) in LONG_TEXTS:
            self.close(0)
        if self._opened:  # markup in a title or summary that should have been escaped
            self.pieces.append(BETWEEN.get(name.rpartition(":")[2], ""))
        self.found.append(Element(len(self._opened), name, attributes, ""))
        if not attributes.endswith("/"):
            self._opened.append((len(self.found) - 1, len(self.pieces)))

    def end(self, name: str) -> None:
        """An end tag ends what it names and all opened since; one that names nothing open is dropped."""
        for depth in range(len(self._opened) - 1, -1, -1):
            if self._name(depth) == name:
                self.close(depth)
                return

    def close(self, depth: int) -> None:
        """Leave only so many open."""
        while len(self._opened) > depth:
            place, since = self._opened.pop()
            if len(self._opened) < READ_DEPTH:
                self.found[place] = self.found[place]._replace(text="".join(self.pieces[since:]))

    def _name(self, depth: int) -> str:
        return self.found[self._opened[depth][0]].name
