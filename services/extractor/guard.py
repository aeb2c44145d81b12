"""Cheap checks before a page is parsed: what would hurt a parser is refused by name. Pure, linear time.

They spare the time that a worker of the pool would lose; what gets past them breaks the limits there.
"""

import re
from collections import Counter
from collections.abc import Iterator

from services.stage import Poison

# No ordinary page is touched: the largest of 1,404 archived pages has 2.9 MB, 5.1 k tags, 317 <br>, 1.2 k
# links and 938 cells (reference: extraction.md §5); no development page has more than 42 k equals signs. At
# these limits trafilatura stays under two seconds.
MAX_MARKUP = 4 * 1024 * 1024  # characters
MAX_TAGS = 20_000
MAX_EQUALS = 150_000  # signs; a page of attributes alone takes a parser seconds and a gigabyte
MAX_ATTRIBUTES = 2_000  # of one tag; libxml2 compares each with all before it
LIMITS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("line breaks", ("br",), 10_000),
    ("links", ("a",), 8_000),
    ("table cells", ("td", "th"), 12_000),
)

_NAMES = re.compile("<([a-z][a-z0-9]*)")
_LONG = 8_000  # characters; a shorter tag has no 2,000 attributes that are told apart
_WINDOW = _LONG // 2
_LONG_TAG = re.compile(rf"<[^<>]{{{_LONG},}}+(?:>|\Z)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def refuse_pathological(text: str) -> None:
    """Raises Poison("page-too-large"), and Poison("page-too-complex") with the name of the limit."""
    if len(text) > MAX_MARKUP:
        raise Poison("page-too-large", f"{len(text)} characters of markup, at most {MAX_MARKUP}")
    for what, found, most in _counted(text):
        if found > most:
            raise Poison("page-too-complex", f"{found} {what}, at most {most}")
    for tag in _long_tags(text):
        if (found := len(_QUOTED.sub("", tag).split())) > MAX_ATTRIBUTES:
            raise Poison("page-too-complex", f"{found} attributes in one tag, at most {MAX_ATTRIBUTES}")


def _counted(text: str) -> Iterator[tuple[str, int, int]]:
    """What is limited, how much of it there is, and how much there may be."""
    yield "equals signs", text.count("="), MAX_EQUALS
    if text.count("<") > min(most for _, _, most in LIMITS):  # or nothing reaches its limit
        counts = Counter(_NAMES.findall(text.lower()))
        for what, these, most in LIMITS:
            yield what, sum(counts[name] for name in these), most
        yield "tags", counts.total(), MAX_TAGS


def _long_tags(text: str) -> Iterator[str]:
    """Tags of at least _LONG characters: each fills at least one of the windows that a text is cut into."""
    before = False
    for at in range(0, len(text) - _WINDOW + 1, _WINDOW):
        filled = text.find("<", at, at + _WINDOW) < 0 and text.find(">", at, at + _WINDOW) < 0
        if filled and not before:  # or it is the same tag
            begin = text.rfind("<", 0, at)
            if begin >= 0 and (found := _LONG_TAG.match(text, begin)):
                yield found[0]
        before = filled
