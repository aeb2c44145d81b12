"""What is usual for a source: one that is always a little odd is foreign or stripped, not spun. Pure."""

from collections.abc import Sequence
from statistics import median

LEAST = 8  # past texts of a source; fewer say nothing about it
USUAL = -2.0  # margin that half of an ordinary newsroom's texts stay under
MOST = 1.5  # logits forgiven, at most: a source that spins everything is far beyond


def allowance(margins: Sequence[float]) -> float:
    """Logits to take off the margin of a source's next text, given the margins of its past ones."""
    if len(margins) < LEAST:
        return 0.0
    return round(min(MOST, max(0.0, median(margins) - USUAL)), 4)
