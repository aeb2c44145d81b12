"""Cheap checks before a page is parsed: what would hurt a parser is refused by name. Pure, linear time."""

import re

from services.stage import Poison

# No ordinary page is touched: the largest of 1,404 archived pages has 5.1 k tags, 317 <br>, 1.2 k links
# and 938 cells (reference: extraction.md §5); at these limits trafilatura stays under two seconds.
LIMITS: tuple[tuple[str, re.Pattern[str], int], ...] = (
    ("tags", re.compile(r"<[a-zA-Z]"), 30_000),
    ("line breaks", re.compile(r"<br\b", re.IGNORECASE), 20_000),
    ("links", re.compile(r"<a\s", re.IGNORECASE), 10_000),
    ("table cells", re.compile(r"<t[dh]\b", re.IGNORECASE), 20_000),
)
MAX_DEPTH = 250  # libxml2 loses what lies deeper than 256
MAX_ATTRIBUTES = 2_000  # of one tag; libxml2 compares each with all before it

_CONTAINERS = re.compile(
    r"<(/?)(?:div|span|section|article|ul|ol|table|blockquote|font|em|strong|b|i|center)\b", re.IGNORECASE
)
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{8000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def refuse_pathological(text: str) -> None:
    """Raises Poison("page-too-complex") with the name of the limit that the markup breaks."""
    for name, pattern, limit in LIMITS:
        count = sum(1 for _ in pattern.finditer(text))
        if count > limit:
            raise Poison("page-too-complex", f"{count} {name}, at most {limit}")
    if (depth := _depth(text)) > MAX_DEPTH:
        raise Poison("page-too-complex", f"nested {depth} deep, at most {MAX_DEPTH}")
    for tag in _LONG_TAG.finditer(text):
        if (count := len(_QUOTED.sub("", tag[0]).split())) > MAX_ATTRIBUTES:
            raise Poison("page-too-complex", f"{count} attributes in one tag, at most {MAX_ATTRIBUTES}")


def _depth(text: str) -> int:
    depth = deepest = 0
    for tag in _CONTAINERS.finditer(text):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
