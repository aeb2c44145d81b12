"""Where the headline stands in a page, and what of the page stands beside the article. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.etree import _Element as Element

from services.extractor.markup import Markup, text_of
from services.extractor.rules import load_rules

MAX_HEADINGS = 20
MAX_UP = 12  # ancestors looked at
MAX_CLASS = 1_000  # characters

_BESIDE: tuple[str, ...] = tuple(load_rules("names.toml")["marked"]["beside"])
_BESIDE_TAGS = frozenset(["aside", "footer", "nav", "figure", "figcaption", "form"])


@dataclass(frozen=True, slots=True)
class Headline:
    """The title as text, as an element and as a visible line; each may be missing."""

    text: str | None
    element: Element | None  # the h1 that is the title, else the first
    around: frozenset[Element]  # every element that holds it
    line: int | None  # index among the visible lines


def locate_headline(page: Markup, title: str | None) -> Headline:
    """Where the title is found: the h1 with that text, and the line that is it or begins with it.

    Where no h1 or line has it, the first h1 stands in.
    """
    headings = list(islice((e for e in page.landmarks if e.tag == "h1"), MAX_HEADINGS))
    named = next((h1 for h1 in headings if text_of(h1) == title), headings[0] if headings else None)
    around = frozenset() if named is None else frozenset(named.iterancestors())
    at = _heading_line(page, title)
    if at is None:
        at = _line_of(page.lines, title)
    if at is None and named is not None:
        at = _line_of(page.lines, text_of(named))
    return Headline(title, named, around, at)


def is_beside(element: Element, headline: Headline, near: bool = False) -> bool:
    """Whether an element stands among comments, other articles, pictures or the page's own furniture.

    What holds the headline as well holds the article, whatever it is called. `near` the headline an aside is
    part of its head.
    """
    for up, ancestor in enumerate(element.iterancestors()):
        if up >= MAX_UP or ancestor in headline.around:
            return False
        said = f"{(ancestor.get('class') or '')[:MAX_CLASS]} {(ancestor.get('id') or '')[:MAX_CLASS]}".lower()
        if is_beside_class(said) or (ancestor.tag in _BESIDE_TAGS and not _is_own(ancestor, near)):
            return True
    return False


def is_beside_class(said: str) -> bool:
    """Whether a class or id, in lower case, is one of things that stand beside an article."""
    return any(word in said for word in _BESIDE)


def _heading_line(page: Markup, title: str | None) -> int | None:
    """The line of the h1 with this title: menus and trails of links may have the same words before it."""
    segments, at = page.segments, 0
    for block in segments.blocks:
        if block.text == title and segments.tags[block.place] == "h1":
            return at
        at += block.text.count("\n") + 1
    return None


def _line_of(lines: Sequence[str], title: str | None) -> int | None:
    if not title:
        return None
    if title in lines:
        return lines.index(title)
    return next((at for at, line in enumerate(lines) if line.startswith(title)), None)


def _is_own(part: Element, near: bool) -> bool:
    """Whether what is mostly furniture belongs to the article: an aside in its head, its own footer."""
    if part.tag == "aside":
        return near
    return part.tag == "footer" and any(a.tag == "article" for a in islice(part.iterancestors(), MAX_UP))
