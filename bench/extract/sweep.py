"""The thresholds of the gate, swept over opinions of models that never saw the page's host."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from bench.extract.examples import Example
from bench.extract.folds import Fallbacks, Opinions, marks_by_corpus
from bench.extract.shingles import Overlap
from services.extractor.arrays import Doubles

KEPT = (0.4, 0.45, 0.5, 0.55, 0.6)
UNSURE = (0.0, 0.2, 0.3, 0.4, 0.5, 0.7, np.inf)
LEAST = (300, 500)


def sweep(examples: Sequence[Example], opinions: Opinions, fallback: Fallbacks) -> str:
    """A table: F1 by corpus, their mean, and the share of pages that fall back."""
    lines = ["keep over  unsure at most  chars at least   F1 by corpus … mean  fallback"]
    for keep, most, least in product(KEPT, UNSURE, LEAST):
        if keep != 0.5 and (most != 0.4 or least != 500):
            continue
        sure = {e.gold.key: _sure(e, opinions[e.gold.key], keep, most, least) for e in examples}

        def overlap(e: Example, keep: float = keep, sure: dict[str, bool] = sure) -> Overlap:
            key = e.gold.key
            return e.overlap(opinions[key] > keep) if sure[key] else fallback[key]

        marks = marks_by_corpus(examples, overlap)
        cells = " ".join(f"{c} {m.f1:.4f}" for c, m in marks.items())
        mean = float(np.mean([m.f1 for m in marks.values()]))
        away = 1 - sum(sure.values()) / len(sure)
        lines.append(f"{keep:<10} {most:<15} {least:<16} {cells} {mean:.4f}  {away:.1%}")
    return "\n".join(lines)


def _sure(example: Example, opinion: Doubles, keep: float, most: float, least: int) -> bool:
    chars = example.page.chars
    kept = chars[opinion > keep].sum()
    return bool(kept >= least and chars[(opinion > 0.2) & (opinion < 0.8)].sum() <= most * kept)
