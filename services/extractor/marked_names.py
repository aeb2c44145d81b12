"""Elements that a page marks as naming who signed: by class, by itemprop, by where they link to. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml.etree import _Element as Element

from services.extractor.headline import MAX_CLASS, Headline, is_beside, is_beside_class
from services.extractor.rules import compile_any, load_rules

MAX_MARKED = 60  # elements kept
ABOVE, BELOW = 60, 150  # elements about a headline among which the names belong to it
FAR = 5_000  # further elements looked at, and siblings of each
MAX_PIECES, MAX_NODES = 12, 100  # of text in one element, and text nodes among which they are looked for
MAX_PRINTED = 200  # characters of an element that names somebody: more is a biography
MAX_NAME = 60  # characters of the line over one

_MARKED = load_rules("names.toml")["marked"]
_CLASS = compile_any(_MARKED["class"])
_HREF = frozenset(_MARKED["href"])
_TAGS = (
    "a", "span", "p", "div", "address", "li", "h2", "h3", "h4", "h5", "h6", "section", "em", "strong",
    "b", "i", "dd", "td", "cite", "header", "ul", "small", "footer", "aside",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarkedName:
    """What one element prints, a piece a line, and how it is marked."""

    printed: str
    how: str  # itemprop | rel | link | class
    near: bool  # the headline


@dataclass(frozen=True, slots=True)
class _Mark:
    element: Element
    how: str


def marked_names(tree: Element, headline: Headline) -> Iterator[MarkedName]:
    """Names by nearness to the headline: closely below it, closely above it, further down."""
    below = iter(tree.iter(*_TAGS) if headline.element is None else _following(headline.element))
    yield from _named(list(islice(below, BELOW)), headline, near=True)
    if headline.element is not None:
        yield from _named(list(islice(_preceding(headline.element), ABOVE)), headline, near=True)
    yield from _named(islice(below, FAR), headline, near=False)


def _named(elements: Iterable[Element], headline: Headline, near: bool) -> Iterator[MarkedName]:
    marks = list(islice(_marks_of(elements), MAX_MARKED))
    done: set[Element] = set()
    for mark in marks:
        if mark.element in done or is_beside(mark.element, headline, near):
            continue
        inner = [m for m in marks if m.how != "class" and m is not mark and _within(m.element, mark.element)]
        named = _row_of(mark, marks) if mark.how != "class" else inner or [mark]
        done.update(m.element for m in (*named, *inner))
        printed = "\n".join(dict.fromkeys(text for m in named if (text := printed_by(m.element))))
        if len(printed) > MAX_PRINTED:
            printed = printed.split("\n")[0]  # a name, and a biography under it
            if len(printed) > MAX_NAME:
                continue
        if len(printed) > 2:
            yield MarkedName(printed, named[0].how, near)


def _following(element: Element) -> Iterator[Element]:
    """Elements below this one in the page, in order."""
    for outer in (element, *element.iterancestors()):
        for sibling in islice(outer.itersiblings(), FAR):
            yield from sibling.iter(*_TAGS)


def _preceding(element: Element) -> Iterator[Element]:
    """Elements above this one in the page, the nearest first."""
    for outer in (element, *element.iterancestors()):
        for sibling in islice(outer.itersiblings(preceding=True), ABOVE):
            yield from reversed(list(sibling.iter(*_TAGS)))


def printed_by(element: Element) -> str:
    """The pieces of text inside an element, a line each; two words in pieces of their own stay one name.

    Of microdata it is the name alone, where one is marked.
    """
    named = element.find(".//*[@itemprop='name']") if element.get("itemprop") else None
    texts = (element if named is None else named).itertext()
    folded = (" ".join(str(piece).split()) for piece in islice(texts, MAX_NODES))
    pieces = islice((piece for piece in folded if piece), MAX_PIECES)
    lines: list[str] = []
    for piece in pieces:
        if lines and _is_word(piece) and _is_word(lines[-1]):
            lines[-1] = f"{lines[-1]} {piece}"
        else:
            lines.append(piece)
    return "\n".join(lines)


def _marks_of(elements: Iterable[Element]) -> Iterator[_Mark]:
    for element in elements:
        if how := _how(element):
            yield _Mark(element, how)


def _how(element: Element) -> str | None:
    """How an element is marked, or None."""
    if (said := element.get("itemprop")) and "author" in said:
        return "itemprop"
    if element.tag == "a":
        if "author" in (element.get("rel") or ""):
            return "rel"
        if (href := element.get("href")) and not _HREF.isdisjoint(href.split("/")[-4:-1]):
            return "link"
    named = element.get("class")
    return "class" if named and _is_author_class(named[:MAX_CLASS]) else None


@lru_cache(maxsize=20_000)
def _is_author_class(named: str) -> bool:
    return bool(_CLASS.search(named)) and not is_beside_class(named.lower())


def _row_of(mark: _Mark, marks: Sequence[_Mark]) -> list[_Mark]:
    """The links that stand in one row with this one: a text may have several authors."""
    row = mark.element.getparent()
    wider = None if row is None else row.getparent()
    return [m for m in marks if m.how == mark.how and (m is mark or _is_in(m.element, row, wider))]


def _is_in(element: Element, row: Element | None, wider: Element | None) -> bool:
    parent = element.getparent()
    return parent is not None and (parent is row or (wider is not None and parent.getparent() is wider))


def _within(element: Element, outer: Element) -> bool:
    return any(ancestor is outer for ancestor in element.iterancestors())


def _is_word(piece: str) -> bool:
    return " " not in piece and piece[:1].isupper() and piece.isalpha()
