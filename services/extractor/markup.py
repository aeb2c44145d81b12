"""One parse of an HTML page: the tree, its meta elements, its JSON-LD, and its visible blocks. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, cast

from lxml import etree
from lxml.etree import _Element as Element

from services.extractor.guard import refuse_pathological
from services.extractor.segments import Segments, segment
from services.stage import Poison

LANDMARKS = ("title", "h1", "time")
JSON_LD = "application/ld+json"
MAX_JSON_LD = 1_000_000  # characters of one block; the largest of 1,404 archived pages has 647,000
MAX_NODES = 500  # JSON-LD objects looked at
MAX_LINES = 20_000  # visible lines looked at
MAX_VALUE = 2_000  # characters of one meta value
STOPPED = etree.ErrorTypes.ERR_RESOURCE_LIMIT  # libxml2 goes on after any other error

_SELF_CLOSED = re.compile(r"(<html\b[^<>]{0,2000})(?<=/)>", re.IGNORECASE)
_HEAD = 20_000  # characters in which the document element begins

ARTICLE_TYPES = frozenset((
    "Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
    "BackgroundNewsArticle", "ReviewNewsArticle", "BlogPosting", "Report", "LiveBlogPosting",
    "TechArticle", "ScholarlyArticle", "SocialMediaPosting",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Markup:
    """An HTML page, parsed once. Reading it never changes the tree."""

    tree: Element
    url: str
    metas: Mapping[str, tuple[str, ...]]  # lower-case name, property or itemprop → contents in order
    linked: tuple[Mapping[str, Any], ...]  # JSON-LD objects, outer ones first
    segments: Segments  # the blocks of its text, and where they lie
    lines: tuple[str, ...]  # what a reader sees, a line a block or line break, white space folded
    story: Mapping[str, Any]  # the JSON-LD object that describes the article, or an empty one
    landmarks: tuple[Element, ...]  # its title, h1 and time elements in document order

    def meta(self, *names: str) -> str | None:
        """The first value of the first of these names that has one."""
        return next((value for name in names for value in self.metas.get(name, ()) if value), None)


def parse_markup(text: str, url: str) -> Markup:
    """The page parsed. Raises Poison("page-too-complex"), Poison("unreadable-markup")."""
    refuse_pathological(text)
    # not lxml.html: each element would cost a look-up of its class, as often as it is come by
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = cast("Element | None", etree.fromstring(_opened(text).encode(), parser=parser))
    except (etree.LxmlError, ValueError, AssertionError) as exc:
        raise Poison("unreadable-markup", f"{type(exc).__name__}: {exc}"[:200]) from exc
    if tree is None:
        raise Poison("unreadable-markup", "no element")
    if (last := parser.error_log.last_error) and last.type == STOPPED:  # the rest of the page is lost
        raise Poison("page-too-complex", last.message.partition(",")[0])
    # one walk for all: each costs as much as the tree is large, however few it finds
    found = tuple(tree.iter("meta", "script", "td", "th", *LANDMARKS))
    _cap_spans(found)
    linked, segments = tuple(_linked(found)), segment(tree)
    return Markup(
        tree=tree,
        url=url,
        metas=_metas(found),
        linked=linked,
        segments=segments,
        lines=segments.lines[:MAX_LINES],
        story=next((node for node in linked if types_of(node) & ARTICLE_TYPES), {}),
        landmarks=tuple(element for element in found if element.tag in LANDMARKS),
    )


def types_of(node: Mapping[str, Any]) -> frozenset[str]:
    """The `@type`s of a JSON-LD object, without the vocabulary's address."""
    found = node.get("@type")
    listed = found if isinstance(found, list) else [found]
    return frozenset(t.rsplit("/", 1)[-1] for t in listed if isinstance(t, str))


def text_of(element: Element) -> str:
    """All text inside an element on one line."""
    return " ".join("".join(map(str, element.itertext())).split())


def _cap_spans(found: Sequence[Element]) -> None:
    # a table of 70 kB with colspan=1000 in each row comes out of trafilatura as 600,000 characters
    for cell in (element for element in found if element.tag in ("td", "th")):
        for name in ("colspan", "rowspan"):
            cell.attrib.pop(name, "")


def _metas(elements: Sequence[Element]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for meta in (element for element in elements if element.tag == "meta"):
        content = " ".join((meta.get("content") or "").split())[:MAX_VALUE]
        for key in ("name", "property", "itemprop"):
            if content and (name := meta.get(key)):
                found.setdefault(name.strip().lower(), []).append(content)
    return {name: tuple(contents) for name, contents in found.items()}


def _opened(text: str) -> str:
    """The page with `<html …/>` opened: lxml would take it for an empty document."""
    found = _SELF_CLOSED.search(text, 0, _HEAD)
    return text if found is None else text[: found.end() - 2] + text[found.end() - 1 :]


def _linked(found: Sequence[Element]) -> Iterator[Mapping[str, Any]]:
    scripts = (s for s in found if s.tag == "script" and (s.get("type") or "").strip().lower() == JSON_LD)
    waiting = [_load(script.text or "") for script in scripts]
    seen = 0
    while waiting and seen < MAX_NODES:
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting[:0] = node[:MAX_NODES]
        elif isinstance(node, dict):
            seen += 1
            yield node
            waiting.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Controls, and halves of characters that no encoding can say: JSON-LD has both, escaped."""

_OPENING, _CLOSING = ("//", "<![CDATA[", "<!--"), ("]]>", "-->", "//")


def _load(block: str) -> Any:
    """The JSON of a block, or None: broken blocks are common and never looked into."""
    if len(block) > MAX_JSON_LD:
        return None
    text = _unwrapped(block)
    # a template that escapes what it prints turns every quote into &quot;
    text = unescape(text) if text.startswith(("{&quot;", "[{&quot;")) else text
    try:
        return _sayable(json.loads(text, strict=False))
    except (ValueError, RecursionError):
        return None


def _unwrapped(block: str) -> str:
    """Without the comment or CDATA marks that old templates put around scripts."""
    text = block.strip()
    for mark in _OPENING:
        text = text.removeprefix(mark).lstrip()
    text = text.rstrip("; \t\r\n")
    for mark in _CLOSING:
        text = text.removesuffix(mark).rstrip("; \t\r\n")
    return text


def _sayable(node: Any) -> Any:
    if isinstance(node, str):
        return _UNSAYABLE.sub("\ufffd", node)
    if isinstance(node, list):
        return [_sayable(each) for each in node]
    if isinstance(node, dict):
        return {_sayable(name): _sayable(each) for name, each in node.items()}
    return node
