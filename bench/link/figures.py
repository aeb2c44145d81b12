"""What cross-validated values say: areas, recalls, false alarms, and the lines by length."""

from collections.abc import Sequence

import numpy as np

from bench.link.examples import Example
from services.linker.spun.counts import Bools
from services.linker.spun.document import Doubles
from services.linker.spun.model import Lines

LENGTHS = ((120, 80, 160), (200, 160, 260), (400, 260, 460), (500, 460, 9999))  # words of a line; from, below
CALM = ("originals", "iqir", "allsides_iq", "allsides_other", "guardian")  # kinds that lines are read off


def area(clean: Doubles, spun: Doubles) -> float:
    """Area under the curve: how often a spun text has the higher value."""
    both = np.concatenate([clean, spun])
    _, inverse, times = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[inverse]
    size = len(spun)
    return float((ranks[len(clean) :].sum() - size * (size + 1) / 2) / (size * len(clean)))


def lines_of(examples: Sequence[Example], values: Doubles) -> Lines:
    """Lines that 1 % and .3 % of clean texts pass by models that did not see them."""
    fit = np.array([e.label == 0 and e.kind in CALM for e in examples])
    words = np.array([e.words for e in examples])
    found = [values[fit & (words >= low) & (words < high)] for _, low, high in LENGTHS]
    suspect, certain = ([float(np.quantile(part, share)) for part in found] for share in (0.99, 0.997))
    sizes = np.array([float(size) for size, _, _ in LENGTHS])
    return Lines(sizes, np.array(suspect), np.maximum(certain, np.array(suspect) + MARGIN))


MARGIN = 1.0  # logits between the lines, at least: clean text outside the counts has higher values


def measured(examples: Sequence[Example], values: Doubles, lines: Lines) -> dict[str, dict[str, float]]:
    """AUC and recall at 1 % of clean domain text, and per kind the shares over each line."""
    clean = np.array([e.version == "clean" for e in examples])
    domain = np.array([e.in_domain for e in examples])
    calm = values[clean & domain]
    at = float(np.quantile(calm, 0.99))
    figures: dict[str, dict[str, float]] = {"area": {}, "recall": {}, "suspect": {}, "certain": {}}
    for version in sorted({e.version for e in examples if e.label == 2}):
        own = values[_where(examples, "version", version)]
        figures["area"][version] = round(area(calm, own), 4)
        figures["recall"][version] = round(float((own > at).mean()), 4)
    pairs = [lines.at(e.words) for e in examples]
    for kind in sorted({e.kind for e in examples}):
        own_kind = clean & _where(examples, "kind", kind)
        for j, name in enumerate(("suspect", "certain")):
            over = values[own_kind] > np.array([pairs[i][j] for i in np.flatnonzero(own_kind)])
            figures[name][kind] = round(float(over.mean()), 4)
    return figures


def _where(examples: Sequence[Example], name: str, value: str) -> Bools:
    return np.array([getattr(e, name) == value for e in examples])
