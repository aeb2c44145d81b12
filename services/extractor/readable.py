"""What trafilatura takes for the text of an HTML page. The only file that knows it. Pure.

Asked without metadata, comments and deduplication: its duplicate filter keeps a cache for the whole
process, so that the same page would give another text the second time.
"""

from importlib.metadata import version

from lxml import etree, html
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
_SHIELDED = (("\u200c", "\U00010000"), ("\u200d", "\U00010001"))


def read_paragraphs(page: Markup, *, fast: bool) -> list[str]:
    """Paragraphs, subheads, list items and table rows of the article, in order; empty where none is found.

    `fast` leaves out the comparison with its own fallbacks, readability and jusText.
    Raises Poison("unreadable-markup").
    """
    try:
        found = bare_extraction(
            _reread(page),
            url=page.url or None,
            include_comments=False,
            include_tables=True,
            deduplicate=False,
            with_metadata=False,
            fast=fast,
        )
    except _FOREIGN as exc:
        raise Poison("unreadable-markup", f"{type(exc).__name__}: {exc}"[:200]) from exc
    text = getattr(found, "text", None) or ""
    for joiner, stand_in in _SHIELDED:
        text = text.replace(stand_in, joiner)
    return [paragraph for line in text.split("\n") if (paragraph := _unmark(line))]


def _unmark(line: str) -> str:
    """A line without list bullets and the edges of table rows."""
    line = " ".join(line.split())
    if line.startswith("|"):
        line = " | ".join(cell for part in line.split("|") if (cell := part.strip(" -")))
    return line.removeprefix("- ").strip()


def _reread(page: Markup) -> Element:
    """The page in a tree of its own, of the class that the library asks for, with stand-ins for joiners."""
    text = etree.tostring(page.tree, encoding="unicode", method="html")
    for joiner, stand_in in _SHIELDED:
        text = text.replace(joiner, stand_in)
    parser = html.HTMLParser(encoding="utf-8", collect_ids=False)
    return html.document_fromstring(text.encode(), parser=parser)
