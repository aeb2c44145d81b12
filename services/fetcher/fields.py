"""From the text of one entry of a feed or sitemap to its elements. Pure."""

import re
from collections.abc import Iterable, Sequence
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
MAX_DEPTH = 64  # open elements of one entry; what is nested deeper is text


class Element(NamedTuple):
    """One element of a head or of an unusual entry."""

    depth: int  # 0: a child
    name: str  # family and local name
    attributes: str  # as printed
    text: str  # all text inside, references resolved


Field = tuple[str, str, str, str]
"""An element: name and attributes as printed; its text as printed, or with its references resolved."""
Fields = dict[str, list[Field]]
"""Elements by name, in document order."""


def fields_of(inner: str, names: Names, within: str | None = None) -> Fields:
    """The elements of an entry; `within` names a family whose elements count at any depth.

    The common shape, a row of elements without elements, costs one pattern; the rest is walked.
    """
    leaves = LEAF.findall(inner)
    plain_row = inner.count("<") == 2 * len(leaves) and "<!" not in inner
    if "xmlns" in inner or not (plain_row or is_row(inner, leaves)):
        elements = walk(inner, names)
        return by_name(each for each in elements if not each.depth or each.name.partition(":")[0] == within)
    fields: Fields = {}
    for leaf in leaves:
        name = names[leaf[0]]
        if name in fields:
            fields[name].append(leaf)
        else:
            fields[name] = [leaf]
    return fields


def is_row(inner: str, leaves: Sequence[Field]) -> bool:
    """Whether the leaves account for every `<`."""
    marks = 0
    for name, attributes, _, quoted in leaves:
        if not name:  # a quotation that is not all of its element
            return False
        marks += 1 if attributes[-1:] == "/" else 2
        if quoted:
            marks += 1 + quoted.count("<")
    return marks == inner.count("<")


def by_name(found: Iterable[Element]) -> Fields:
    """Elements as fields."""
    fields: Fields = {}
    for _, name, attributes, text in found:
        fields.setdefault(name, []).append((name, attributes, "", text))
    return fields


def text_of(field: Field) -> str:
    """All text of an element, references resolved."""
    return field[3] or (unescape(field[2]) if "&" in field[2] else field[2])


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
