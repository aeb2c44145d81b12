"""What trafilatura takes for the text of an HTML page. The only file that knows it. Pure.

Asked without metadata, comments and deduplication: its duplicate filter keeps a cache for the whole
process, so that the same page would give another text the second time.
"""

from copy import deepcopy
from importlib.metadata import version

from lxml import etree
from lxml.etree import _Element as Element
from trafilatura import bare_extraction

from services.extractor.markup import Markup
from services.stage import Poison

READER = f"trafilatura {version('trafilatura')}"

# What a library may raise on markup nobody has foreseen; a refusal with a reason, never a crash.
_FOREIGN = (
    etree.LxmlError, RecursionError, ValueError, TypeError, AttributeError, LookupError, AssertionError,
)  # fmt: skip


# It also drops whatever Python calls unprintable, and with it the joiners that Persian and Kurdish words
# are written with; letters of a script no newspaper uses stand in for them meanwhile.
_SHIELDED = {0x200C: "\U00010000", 0x200D: "\U00010001"}
_RESTORED = {ord(stand_in): chr(joiner) for joiner, stand_in in _SHIELDED.items()}


def read_paragraphs(page: Markup, *, fast: bool) -> list[str]:
    """Paragraphs, subheads, list items and table rows of the article, in order; empty where none is found.

    `fast` leaves out the comparison with its own fallbacks, readability and jusText.
    Raises Poison("unreadable-markup").
    """
    try:
        found = bare_extraction(
            _shield(page),
            url=page.url or None,
            include_comments=False,
            include_tables=True,
            deduplicate=False,
            with_metadata=False,
            fast=fast,
        )
    except _FOREIGN as exc:
        raise Poison("unreadable-markup", f"{type(exc).__name__}: {exc}"[:200]) from exc
    text = (getattr(found, "text", None) or "").translate(_RESTORED)
    return [paragraph for line in text.split("\n") if (paragraph := _unmark(line))]


def _unmark(line: str) -> str:
    """A line without list bullets and the edges of table rows."""
    line = " ".join(line.split())
    if line.startswith("|"):
        line = " | ".join(cell for part in line.split("|") if (cell := part.strip(" -")))
    return line.removeprefix("- ").strip()


def _shield(page: Markup) -> Element:
    """The tree itself, or a copy with stand-ins where the page has joiners."""
    if not any("\u200c" in line or "\u200d" in line for line in page.lines):
        return page.tree
    tree = deepcopy(page.tree)
    for element in tree.iter():
        element.text = element.text and element.text.translate(_SHIELDED)
        element.tail = element.tail and element.tail.translate(_SHIELDED)
    return tree
