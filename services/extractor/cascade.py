"""Where an HTML page's text comes from: the block model, JSON-LD, or trafilatura. Pure.

The model is believed where it is sure; else the articleBody of the JSON-LD where it proves complete; else
trafilatura, fast and then slow. What chose the thresholds: docs/decisions/0013-extraction-cascade.md,
`python -m bench.extract.train ARCHIVE --figures`.
"""

from dataclasses import dataclass

import numpy as np

from services.extractor import readable
from services.extractor.arrays import Bools
from services.extractor.blockmodel import Judged, judge
from services.extractor.markup import Markup
from services.extractor.paragraphs import rejoin
from services.extractor.segments import Segments
from services.extractor.told import Told, told_by

KEEP = 0.55  # a block is kept that belongs to the article with more than this probability
UNSURE = (0.2, 0.8)  # what lies between is a block that the model does not know
MAX_UNSURE = 0.5  # characters of such blocks per character kept; above, the model is not believed
MIN_KEPT = 500  # characters; below, the model is not believed
MIN_FAST = 600  # characters of trafilatura's fast text; below, its slow one is asked for
MIN_LINKED = 600  # characters of an articleBody that may be the text
COMPLETE = 0.9  # of the articleBody is shown on the page: it proves complete
MAX_ELEMENTS = 10_000  # of a page that trafilatura is asked about; the largest of 665 has 5,145
MAX_SHOWN = 300  # characters of all blocks: such a page shows no article at all

_CELLS = frozenset(("td", "th"))


@dataclass(frozen=True, slots=True)
class Text:
    """The paragraphs of a page and where they are from."""

    paragraphs: list[str]
    source: str  # "blocks", "json-ld", "trafilatura-fast" or "trafilatura"
    confidence: float | None = None  # of the block model, 0 to 1; None where the page has no block


def choose_text(page: Markup) -> Text:
    """Paragraphs, subheads, quotes, list items and table rows of the article, in order.

    Raises Poison("unreadable-markup").
    """
    told = told_by(page)
    if not page.segments.blocks:
        return _without_model(page, told, None)
    judged = judge(page.segments, told)
    if is_sure(judged):
        return Text(shown(page.segments, judged.probability > KEEP), "blocks", judged.confidence)
    agreed = judged.agreed
    if len(told.body) >= MIN_LINKED and judged.chars[agreed].sum() >= COMPLETE * len(told.body):
        return Text(shown(page.segments, agreed), "json-ld", judged.confidence)
    return _without_model(page, told, judged)


def _without_model(page: Markup, told: Told, judged: Judged | None) -> Text:
    confidence = None if judged is None else judged.confidence
    if len(told.body) >= MIN_LINKED and (judged is None or judged.chars.sum() < MAX_SHOWN):
        return Text(_lines_of(told.body), "json-ld", confidence)
    if judged is not None and sum(1 for _ in page.tree.iter()) > MAX_ELEMENTS:
        return Text(shown(page.segments, judged.probability > KEEP), "blocks", confidence)
    fast = readable.read_paragraphs(page, fast=True)
    if sum(map(len, fast)) >= MIN_FAST:
        return Text(fast, "trafilatura-fast", confidence)
    return Text(readable.read_paragraphs(page, fast=False), "trafilatura", confidence)


def is_sure(judged: Judged) -> bool:
    """The gate: whether the model's choice is the text."""
    low, high = UNSURE
    kept = judged.chars[judged.probability > KEEP].sum()
    unsure = judged.chars[(judged.probability > low) & (judged.probability < high)].sum()
    return bool(kept >= MIN_KEPT and unsure <= MAX_UNSURE * kept)


def shown(page: Segments, kept: Bools) -> list[str]:
    """The paragraphs of these blocks. A table row is one; a line break inside a sentence ends none."""
    paragraphs: list[str] = []
    row = -1
    for i in np.flatnonzero(kept).tolist():
        block = page.blocks[i]
        cell = page.tags[block.place] in _CELLS
        if cell and page.parents[block.place] == row:
            paragraphs[-1] += " | " + " ".join(block.text.split("\n"))
        else:
            paragraphs += rejoin(block.text.split("\n"))
        row = page.parents[block.place] if cell else -1
    return paragraphs


def _lines_of(body: str) -> list[str]:
    return [line for part in body.split("\n") if (line := " ".join(part.split()))]
