"""The measure of the article extraction benchmark: 4-word shingles, as multisets."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

WORDS = 4
_WORD = re.compile(r"\w+")

Shingles = Counter[tuple[str, ...]]


class Overlap(NamedTuple):
    """What two texts share, what only the answer has, what only the gold has; shares of their sum."""

    shared: float
    added: float
    lost: float


class Marks(NamedTuple):
    """Precision and recall are means over pages, F1 is their harmonic mean."""

    f1: float
    precision: float
    recall: float


def shingles_of(text: str) -> Shingles:
    """All runs of four words, case kept; a shorter text is one run."""
    words = _WORD.findall(text)
    runs = range(max(1, len(words) - WORDS + 1)) if words else ()
    return Counter(tuple(words[i : i + WORDS]) for i in runs)


def compare(gold: Shingles, answer: Shingles) -> Overlap:
    """How far an answer agrees with the gold text."""
    shared = (gold & answer).total()
    added, lost = answer.total() - shared, gold.total() - shared
    whole = shared + added + lost
    return Overlap(shared / whole, added / whole, lost / whole) if whole else Overlap(0, 0, 0)


def mark(overlaps: Sequence[Overlap]) -> Marks:
    """The marks of many pages. Pages without an answer say nothing about precision."""
    right = [o.shared / (o.shared + o.added) for o in overlaps if o.shared + o.added > 0]
    found = [o.shared / (o.shared + o.lost) for o in overlaps if o.shared + o.lost > 0]
    precision = statistics.fmean(right) if right else 0.0
    recall = statistics.fmean(found) if found else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Marks(f1, precision, recall)
