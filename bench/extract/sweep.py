"""The thresholds of the gate, swept over opinions of models that never saw the page's host."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bench.extract.examples import Example
from bench.extract.folds import Fallbacks, Opinions, marks_by_corpus
from bench.extract.shingles import Overlap
from services.extractor import cascade
from services.extractor.arrays import Doubles

VALUES = {
    "keep": (0.4, 0.45, 0.5, 0.55, 0.6, 0.65),
    "unsure": (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, np.inf),
    "least": (0, 300, 500, 700, 1000),
}
HEAD = f"{'keep over':<11}{'unsure at most':<16}{'chars at least':<16}F1, their mean, share that falls back"


class Gate(NamedTuple):
    """The thresholds of services/extractor/cascade.py."""

    keep: float = cascade.KEEP
    unsure: float = cascade.MAX_UNSURE
    least: float = cascade.MIN_KEPT

    def is_sure(self, chars: Doubles, opinion: Doubles) -> bool:
        """What `cascade.is_sure` would say with these thresholds."""
        low, high = cascade.UNSURE
        kept = chars[opinion > self.keep].sum()
        unsure = chars[(opinion > low) & (opinion < high)].sum()
        return bool(kept >= self.least and unsure <= self.unsure * kept)


def sweep(examples: Sequence[Example], opinions: Opinions, fallback: Fallbacks) -> str:
    """A table with a row for each value of one threshold, the others as they are."""
    rows = [
        row(Gate(**{name: value}), examples, opinions, fallback)
        for name, vs in VALUES.items()
        for value in vs
    ]
    return "\n".join((HEAD, *rows))


def row(gate: Gate, examples: Sequence[Example], opinions: Opinions, fallback: Fallbacks) -> str:
    """What becomes of all pages at these thresholds."""
    sure = {e.gold.key: gate.is_sure(e.page.chars, opinions[e.gold.key]) for e in examples}

    def overlap(e: Example) -> Overlap:
        return e.overlap(opinions[e.gold.key] > gate.keep) if sure[e.gold.key] else fallback[e.gold.key]

    marks = marks_by_corpus(examples, overlap)
    cells = " ".join(f"{corpus} {m.f1:.4f}" for corpus, m in marks.items())
    mean = float(np.mean([m.f1 for m in marks.values()]))
    away = 1 - sum(sure.values()) / len(sure)
    return f"{gate.keep:<11}{gate.unsure:<16}{gate.least:<16}{cells} {mean:.4f}  {away:.1%}"
