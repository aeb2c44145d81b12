"""How the block model does on hosts, and on whole corpora, that it never saw."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bench.extract.examples import Example
from bench.extract.forests import grow
from bench.extract.gold import FOLDS
from bench.extract.shingles import Marks, Overlap, compare, mark, shingles_of
from services.extractor import cascade, readable
from services.extractor.arrays import Doubles
from services.extractor.blockmodel import Judged
from services.forest import Forest

NOISY = 0.6  # F1 out of fold; below, the gold text is taken for another than the page shows

Opinions = Mapping[str, Doubles]  # by key of a page: the probability of each of its blocks
Fallbacks = Mapping[str, Overlap]  # by key of a page: how far the text agrees that would stand in


def fit(examples: Sequence[Example]) -> Forest:
    """A model of these pages, but for those whose gold text is evidently cut or of another version: they
    would teach it that running text is none."""
    opinions = _held_out(examples, range(FOLDS), lambda e: e.gold.fold, _grow)
    return _grow([e for e in examples if e.f1(opinions[e.gold.key]) >= NOISY])


def _grow(examples: Sequence[Example]) -> Forest:
    labels, weights = (
        np.concatenate([each[e.page.asked] for e, each in zip(examples, column, strict=True)])
        for column in ([e.labels for e in examples], [e.weights for e in examples])
    )
    return grow(np.concatenate([e.asked for e in examples]), labels, weights)


def cross_folds(examples: Sequence[Example]) -> Opinions:
    """What a model thinks of each page that never saw its host, not even to drop pages by."""
    return _held_out(examples, range(FOLDS), lambda e: e.gold.fold, fit)


def left_out(examples: Sequence[Example]) -> Opinions:
    """What a model thinks of each page that never saw its corpus."""
    return _held_out(examples, sorted({e.gold.corpus for e in examples}), lambda e: e.gold.corpus, fit)


def _held_out(
    examples: Sequence[Example],
    parts: Sequence[object],
    part_of: Callable[[Example], object],
    make: Callable[[Sequence[Example]], Forest],
) -> Opinions:
    found: dict[str, Doubles] = {}
    for part in parts:
        if asked := [e for e in examples if part_of(e) == part]:
            forest = make([e for e in examples if part_of(e) != part])
            found |= {e.gold.key: e.opinion(forest) for e in asked}
    return found


def fallbacks(examples: Sequence[Example]) -> Fallbacks:
    """What the cascade takes where the model is unsure, for every page."""
    return {e.gold.key: _fallback(e) for e in examples}


def _fallback(example: Example) -> Overlap:
    fast = readable.read_paragraphs(example.markup, fast=True)
    enough = sum(map(len, fast)) >= cascade.MIN_FAST
    text = fast if enough else readable.read_paragraphs(example.markup, fast=False)
    return compare(example.truth, shingles_of("\n".join(text)))


def judged(example: Example, opinion: Doubles) -> Judged:
    """An opinion in the form in which the gate reads it."""
    return Judged(opinion, example.page.chars, example.page.agreed)


def gated(example: Example, opinion: Doubles, fallback: Fallbacks) -> Overlap:
    """What the cascade answers, its JSON-LD step left out."""
    if cascade.is_sure(judged(example, opinion)):
        return example.overlap(opinion > cascade.KEEP)
    return fallback[example.gold.key]


def marks_by_corpus(
    examples: Sequence[Example], overlap_of: Callable[[Example], Overlap]
) -> dict[str, Marks]:
    """Marks of each corpus."""
    corpora = sorted({e.gold.corpus for e in examples})
    return {c: mark([overlap_of(e) for e in examples if e.gold.corpus == c]) for c in corpora}


def told_rows(rows: Mapping[str, Mapping[str, Marks]]) -> str:
    """A table of marks: a row a method, a column a corpus."""
    lines = []
    for name, marks in rows.items():
        cells = "  ".join(
            f"{corpus} {m.f1:.4f} ({m.precision:.3f}/{m.recall:.3f})" for corpus, m in marks.items()
        )
        lines.append(f"{name:<34} {cells}  mean {np.mean([m.f1 for m in marks.values()]):.4f}")
    return "\n".join(lines)
