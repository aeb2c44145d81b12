"""Whether a machine swapped the synonyms of a text, told from the text alone. Pure.

Every content word is asked which of its synonyms would make this spot much more ordinary news; a forest
turns the answers into the odds that the word was swapped, a linear model the spread of those odds into the
odds that the text was spun (docs/decisions/0018-spun-text.md).
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from services.linker.spun.columns import columns_of
from services.linker.spun.counts import END, UNKNOWN, Counts, Floats, Ints
from services.linker.spun.document import Doubles, opinions_row, style_row
from services.linker.spun.lexicon import Lexicon
from services.linker.spun.model import Model, load_model
from services.linker.spun.passage import Passage, passage_of
from services.linker.spun.repairs import Repairs, repairs_of
from services.linker.spun.spots import Spots, spots_of

READ = 600  # words of a text; more say no more
SHORTEST = 80  # words; of fewer nothing is said
STRANGE = 0.35  # share of unknown words from which a text is not English prose
SHOWN = 12  # repairs given as evidence, at most
SCORE_SCALE = 1.5  # logits over the certain line at which the score is .73

Told = Literal["clean", "suspect", "certain"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A word that was probably put for another; `odd` and `plain` come with the neighbour that tells."""

    start: int  # in the text, code points
    end: int
    odd: str
    plain: str
    odds: float  # ln


@dataclass(frozen=True, slots=True)
class Finding:
    """What the detector says of a text."""

    told: Told
    score: float  # 0..1; .5 at the line of certainty for this length
    margin: float  # logits over the line of suspicion for this length
    between: float  # logits from there to the line of certainty
    spots: tuple[Spot, ...]  # likeliest first; none of a clean text

    @property
    def spun(self) -> bool:
        """Whether this alone says that a machine swapped the synonyms."""
        return self.told == "certain"

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(as found, ordinary form), different ones, likeliest first."""
        return tuple(dict.fromkeys((spot.odd, spot.plain) for spot in self.spots))


@dataclass(frozen=True, slots=True)
class Measured:
    """A passage in columns."""

    passage: Passage
    spots: Spots
    repairs: Repairs
    columns: Floats
    style: Doubles


NOTHING = Finding("clean", 0.0, 0.0, 0.0, ())


def find_spun(text: str) -> Finding:
    """What the shipped model says of a text. Raises packed.Damaged where its files are."""
    return judge_text(text, load_model())


def judge_text(text: str, model: Model) -> Finding:
    """What a model says of a text; nothing of a short one, or one that is not English prose."""
    passage = passage_of(text, model.counts.ids, READ)
    words = passage.words
    if words < SHORTEST or np.count_nonzero(passage.ids == UNKNOWN) > STRANGE * words:
        return NOTHING
    measured = measure(passage, model.counts, model.lexicon)
    if not len(measured.columns):
        return NOTHING
    odds = model.tokens.logits(measured.columns)
    value = float(model.document.logit(document_row(measured, odds)[None])[0])
    suspect, certain = model.lines.at(words)
    shown = _shown(measured, odds, model.counts) if value > suspect else ()
    return _finding(round(value - suspect, 4), round(certain - suspect, 4), shown)


def eased(finding: Finding, forgiven: float) -> Finding:
    """The finding where so many logits are usual for the source."""
    if not forgiven or finding == NOTHING:
        return finding
    return _finding(finding.margin - forgiven, finding.between, finding.spots)


def _finding(margin: float, between: float, spots: tuple[Spot, ...]) -> Finding:
    told: Told = "certain" if margin > between else "suspect" if margin > 0 else "clean"
    score = 1 / (1 + math.exp(-max(-50.0, min(50.0, (margin - between) / SCORE_SCALE))))
    return Finding(told, round(score, 4), round(margin, 4), between, spots if told != "clean" else ())


def measure(passage: Passage, counts: Counts, lexicon: Lexicon) -> Measured:
    """A passage in columns; it may have no content word and so no row."""
    spots = spots_of(passage, counts, lexicon)
    repairs = repairs_of(spots, counts, lexicon)
    columns = columns_of(spots, repairs, counts)
    return Measured(passage, spots, repairs, columns, style_row(spots, counts, passage.text))


def document_row(measured: Measured, odds: Doubles) -> Doubles:
    """What the document model sees."""
    return np.concatenate([opinions_row(measured.columns, odds, measured.passage.words), measured.style])


def _shown(measured: Measured, odds: Doubles, counts: Counts) -> tuple[Spot, ...]:
    order: Ints = np.argsort(-odds, kind="stable")
    likely = [int(k) for k in order if measured.repairs.gain[k] > 0]
    return tuple(_spot(measured, k, float(odds[k]), counts) for k in likely[:SHOWN])


def _spot(measured: Measured, k: int, odds: float, counts: Counts) -> Spot:
    at, repairs, ids = int(measured.spots.at[k]), measured.repairs, measured.spots.ids
    before, word, after = (counts.words[i] for i in ids[at - 1 : at + 2])
    plain = counts.words[repairs.best[k]]
    start, end = measured.passage.spans[at].tolist()
    if ids[at - 1] > END and (repairs.left[k] >= repairs.right[k] or ids[at + 1] <= END):
        return Spot(start, end, f"{before} {word}", f"{before} {plain}", odds)
    if ids[at + 1] > END:
        return Spot(start, end, f"{word} {after}", f"{plain} {after}", odds)
    return Spot(start, end, word, plain, odds)
