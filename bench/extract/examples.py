"""Gold pages as the block model sees them: features, labels, weights."""

from dataclasses import dataclass

import numpy as np

from bench.extract.gold import GoldPage, label
from bench.extract.shingles import Overlap, Shingles, compare, shingles_of
from services.extractor.arrays import Bools, Doubles, Floats
from services.extractor.blockmodel import opine
from services.extractor.decode import decode_body
from services.extractor.features import Page, describe
from services.extractor.markup import Markup, parse_markup
from services.extractor.told import told_by
from services.forest import Forest
from services.stage import Refusal

KEEP = 0.5
PAGE_WEIGHT = 10.0  # times the square root of a block's share of its page: long blocks count more


@dataclass(slots=True)
class Example:
    """A page made ready for training and marking."""

    gold: GoldPage
    markup: Markup
    page: Page
    labels: Doubles  # 0 or 1 of each block
    weights: Doubles
    truth: Shingles
    _known: dict[bytes, Overlap]

    @property
    def asked(self) -> Floats:
        """The columns of the blocks that the model is asked about."""
        return self.page.columns[self.page.asked]

    def opinion(self, forest: Forest) -> Doubles:
        """The probability of each block."""
        return opine(forest, self.page)

    def f1(self, opinion: Doubles) -> float:
        """F1 of the blocks that an opinion keeps."""
        overlap = self.overlap(opinion > KEEP)
        both = 2 * overlap.shared
        return both / (both + overlap.added + overlap.lost) if both else 0.0

    def overlap(self, kept: Bools) -> Overlap:
        """How far the text of these blocks agrees with the gold."""
        key = np.packbits(kept).tobytes()
        if key not in self._known:
            texts = [self.markup.segments.blocks[i].text for i in np.flatnonzero(kept).tolist()]
            self._known[key] = compare(self.truth, shingles_of("\n".join(texts)))
        return self._known[key]


def example_of(gold: GoldPage) -> Example | None:
    """None where the page is refused or shows nothing."""
    try:
        markup = parse_markup(decode_body(gold.raw, "text/html", None).text, gold.url)
    except Refusal:
        return None
    blocks = markup.segments.blocks
    if not blocks:
        return None
    page = describe(markup.segments, told_by(markup))
    labels = np.array(label([block.text for block in blocks], gold.text), np.float64)
    weights = np.sqrt(page.chars / page.chars.sum()) * PAGE_WEIGHT
    return Example(gold, markup, page, labels, weights, shingles_of(gold.text), {})
