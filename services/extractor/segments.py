"""The blocks of a page: the text between two edges of block-level elements, and where it lies. Pure.

One walk over the tree with a stack of its own, so that no depth of nesting can end it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

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
_NONE: Iterator[Element] = iter(())


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
    walk = _Walk()
    walk.run(tree if body is None else body)
    return walk.page


def is_hidden(element: Element) -> bool:
    """Whether an element's own attributes keep it from being shown."""
    style = element.get("style")
    if style is not None and "none" in style and "display:none" in style.replace(" ", ""):
        return True
    return element.get("hidden") is not None


class _Walk:
    """One pass over a tree."""

    def __init__(self) -> None:
        self.page = Segments()
        self._kinds: dict[tuple[str, str | None, int], int] = {}
        self._open = Block(0)  # what is being read
        self._lines: list[str] = []  # of it, before the last line break
        self._pieces: list[str] = []  # after it

    def run(self, root: Element) -> None:
        """Reads everything below `root`."""
        place = self._enter(root, str(root.tag), 0)
        link = strong = False
        self._say(root.text, link, strong)
        children: Iterator[Element] = iter(root)
        waiting: list[tuple[Iterator[Element], int, bool, bool, str | None]] = []
        while True:
            for child in children:
                tag = child.tag
                if tag in UNSEEN or (inside := self._begin(child, tag, place)) is None:
                    self._say(child.tail, link, strong)
                    continue
                waiting.append((children, place, link, strong, child.tail))
                place, link, strong = inside, link or tag == "a", strong or tag in _EMPHASIS
                self._say(child.text, link, strong)
                children = iter(child) if len(child) else _NONE
                break
            else:
                if not waiting:
                    break
                inside = place
                children, place, link, strong, tail = waiting.pop()
                if inside != place:
                    self._close(place)
                self._say(tail, link, strong)
        self._close(0)

    def _begin(self, element: Element, tag: str, place: int) -> int | None:
        """The block-level element around what is inside this element; None where there is nothing to read."""
        if tag == "br":
            self._break(place)
            return None
        if is_hidden(element):
            return None
        if tag in BLOCKS:
            return self._enter(element, tag, place)
        if name := element.get("class"):
            self._open.inner |= bits_of("", name)
        if tag == "a":
            self._open.links += 1
        return place

    def _enter(self, element: Element, tag: str, parent: int) -> int:
        """The place of a block-level element that begins."""
        page, place = self.page, len(self.page.parents)
        name, said = None, ""
        if names := element.items():
            name = element.get("class")
            said = " ".join([str(value) for key, value in names if key in _SAID])
        page.parents.append(parent)
        page.tags.append(tag)
        page.bits.append(bits_of(tag, said))
        kind = tag, name, page.kinds[parent] if place else 0
        page.kinds.append(self._kinds.setdefault(kind, len(self._kinds)))
        page.depths.append(page.depths[parent] + 1 if place else 0)
        self._close(place)
        return place

    def _say(self, text: str | None, link: bool, strong: bool) -> None:
        if text and (self._pieces or not text.isspace()):
            self._pieces.append(text)
            if link:
                self._open.linked += len(text)
            if strong:
                self._open.strong += len(text)

    def _close(self, place: int) -> None:
        """Ends the block that is being read; the next one lies at `place`."""
        if self._pieces:
            self._fold()
        if self._lines:
            self._open.text = "\n".join(self._lines)
            self._lines.clear()
            if len(self.page.blocks) < MAX_BLOCKS:
                self.page.blocks.append(self._open)
            self._open = Block(place)
        else:
            block = self._open
            block.place = place
            block.linked = block.links = block.strong = block.inner = 0

    def _break(self, place: int) -> None:
        """A line break; a second one at once ends the block."""
        if not self._fold() and self._lines:
            self._close(place)

    def _fold(self) -> bool:
        """Ends a line; whether there was anything on it."""
        line = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if line:
            self._lines.append(line)
        return bool(line)
