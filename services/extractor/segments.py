"""The blocks of a page: the text between two edges of block-level elements, and where it lies. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from lxml.etree import _Element as Element

from services.extractor.classnames import bits_of

BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "label", "legend", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
UNSEEN = frozenset((
    "audio", "canvas", "datalist", "dialog", "embed", "head", "iframe", "input", "link", "map", "math",
    "meta", "noscript", "object", "option", "script", "select", "style", "svg", "template", "textarea",
    "video",
))  # fmt: skip
MAX_BLOCKS = 10_000  # kept of one page; the largest of 665 pages has 1,222

_EMPHASIS = frozenset(("b", "strong", "em", "i"))
_SAID = frozenset(("class", "id", "itemprop", "role", "data-testid", "data-component", "data-type"))
_Said = Sequence[tuple[str, str]]  # attributes, each with its value
_HIDING = frozenset(("style", "hidden"))


@dataclass(slots=True)
class Block:
    """One block of text."""

    place: int  # the innermost block-level element around it: index into the lists of Segments
    text: str = ""  # white space folded; a line break is "\n"
    linked: int = 0  # characters inside links
    links: int = 0
    strong: int = 0  # characters set bold or italic
    inner: int = 0  # vocabulary bits of the inline elements inside it


@dataclass(slots=True)
class Segments:
    """The blocks of a page in document order, and its block-level elements, outer before inner."""

    blocks: list[Block] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)  # of each element; the first is its own
    tags: list[str] = field(default_factory=list)
    bits: list[int] = field(default_factory=list)  # vocabulary bits of the element itself
    kinds: list[int] = field(default_factory=list)  # equal where tag and class are, and the parent's too
    depths: list[int] = field(default_factory=list)  # in block-level elements

    @property
    def lines(self) -> tuple[str, ...]:
        """What a reader sees, a line a block or a line break."""
        return tuple(line for block in self.blocks for line in block.text.split("\n"))


def segment(tree: Element) -> Segments:
    """The visible blocks of a page. What is never shown is left out, and form controls but buttons."""
    body = tree.find("body")
    page = Segments()
    _Walk(page).run(tree if body is None else body)
    return page


def is_hidden(said: _Said) -> bool:
    """Whether an element's own attributes keep it from being shown."""
    for name, value in said:
        if name in _HIDING and (name == "hidden" or "display:none" in value.replace(" ", "")):
            return True
    return False


class _Walk:
    """One pass over a tree. It calls itself for each level; libxml2 makes no tree of more than 256."""

    def __init__(self, page: Segments) -> None:
        self.page = page
        self._kinds: dict[tuple[str, str | None, int], int] = {}
        self._open = Block(0)  # what is being read
        self._begun = False  # whether it is more than an empty block
        self._lines: list[str] = []  # of it, before the last line break
        self._pieces: list[str] = []  # after it

    def run(self, root: Element) -> None:
        """Reads everything below `root`."""
        self._enter(str(root.tag), cast("_Said", root.items()), -1)
        self._read(root, 0, link=False, strong=False)
        self._end()

    def _read(self, element: Element, place: int, link: bool, strong: bool) -> None:
        """Everything inside an element, `place` being the block-level one around it."""
        pieces = self._pieces
        if (text := element.text) and (pieces or not text.isspace()):
            self._say(text, place, link, strong)
        for child in cast("Iterable[Any]", element):
            tag = child.tag
            if tag in BLOCKS:
                said = child.items()
                if not (said and is_hidden(said)):
                    self._read(child, self._enter(tag, said, place), link, strong)
                    if self._begun:
                        self._end()
            elif tag == "br":
                self._break()
            elif tag not in UNSEEN:
                said = child.items()
                if not (said and is_hidden(said)):
                    self._note(tag, said)
                    self._read(child, place, link or tag == "a", strong or tag in _EMPHASIS)
            if (text := child.tail) and (pieces or not text.isspace()):
                self._say(text, place, link, strong)

    def _enter(self, tag: str, said: _Said, parent: int) -> int:
        """The place of a block-level element that begins."""
        if self._begun:
            self._end()
        page, place = self.page, len(self.page.parents)
        name, names = None, ""
        for key, value in said:
            if key in _SAID:
                names = f"{names} {value}" if names else value
                if key == "class":
                    name = value
        page.parents.append(max(parent, 0))
        page.tags.append(tag)
        page.bits.append(bits_of(tag, names))
        kind = tag, name, page.kinds[parent] if place else 0
        page.kinds.append(self._kinds.setdefault(kind, len(self._kinds)))
        page.depths.append(page.depths[parent] + 1 if place else 0)
        return place

    def _note(self, tag: str, said: _Said) -> None:
        """An inline element that begins."""
        for key, value in said:
            if key == "class":
                self._open.inner |= bits_of("", value)
                self._begun = True
        if tag == "a":
            self._open.links += 1
            self._begun = True

    def _say(self, text: str, place: int, link: bool, strong: bool) -> None:
        self._pieces.append(text)
        block = self._open
        block.place = place  # all that is said in one block is said in the same place
        self._begun = True
        if link:
            block.linked += len(text)
        if strong:
            block.strong += len(text)

    def _end(self) -> None:
        """Ends the block that is being read."""
        if self._pieces:
            self._fold()
        if self._lines:
            self._open.text = "\n".join(self._lines)
            self._lines.clear()
            if len(self.page.blocks) < MAX_BLOCKS:
                self.page.blocks.append(self._open)
        self._open = Block(0)
        self._begun = False

    def _break(self) -> None:
        """A line break; a second one at once ends the block."""
        if not self._fold() and self._lines:
            self._end()

    def _fold(self) -> bool:
        """Ends a line; whether there was anything on it."""
        line = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if line:
            self._lines.append(line)
        return bool(line)
