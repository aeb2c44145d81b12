"""A copy laid beside its original, word by word: what was swapped for what, in the same place. Pure.

Anchors are three-word runs that each text has once; the longest chain of anchors in the same order (patience
sorting, O(n log n), so no text can make it slow) leaves gaps, and a short gap on both sides is a swap.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WORDS_ALIGNED = 2000  # of each text
RUN = 3  # words in an anchor
GAP = 4  # words that a swap has at most, on either side


@dataclass(frozen=True, slots=True)
class Swap:
    """Words [start, end) of the copy stand where the original has its words [from_start, from_end)."""

    start: int
    end: int
    from_start: int
    from_end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """The swaps, and how many words of the copy lie between the outermost anchors."""

    swaps: tuple[Swap, ...]
    aligned: int

    @property
    def rate(self) -> float:
        """Swaps per 100 aligned words."""
        return 100 * len(self.swaps) / self.aligned if self.aligned else 0.0


def _once(folded: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Runs that occur exactly once, and where."""
    places: dict[tuple[str, ...], int] = {}
    for at in range(len(folded) - RUN + 1):
        run = tuple(folded[at : at + RUN])
        places[run] = -1 if run in places else at
    return {run: at for run, at in places.items() if at >= 0}


def _chain(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of `pairs`, sorted by the first place, in which the second rises too."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for at, (_, place) in enumerate(pairs):
        spot = bisect_left(tails, place)
        before.append(tail_at[spot - 1] if spot else -1)
        tails[spot : spot + 1], tail_at[spot : spot + 1] = [place], [at]
    chain, at = [], tail_at[-1] if tail_at else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _trimmed(swap: Swap, copy: Sequence[str], original: Sequence[str]) -> Swap:
    """The swap without the equal words at its ends."""
    start, end, from_start, from_end = swap.start, swap.end, swap.from_start, swap.from_end
    while start < end and from_start < from_end and copy[start] == original[from_start]:
        start, from_start = start + 1, from_start + 1
    while start < end and from_start < from_end and copy[end - 1] == original[from_end - 1]:
        end, from_end = end - 1, from_end - 1
    return Swap(start, end, from_start, from_end)


def align(copy: Sequence[str], original: Sequence[str]) -> Alignment:
    """Where `copy` has other words than `original` between equal ones; both as folded words."""
    copy, original = copy[:WORDS_ALIGNED], original[:WORDS_ALIGNED]
    here, there = _once(copy), _once(original)
    chain = _chain(sorted((at, there[run]) for run, at in here.items() if run in there))
    swaps = []
    for (left, from_left), (right, from_right) in pairwise(chain):
        gap = _trimmed(Swap(left + RUN, right, from_left + RUN, from_right), copy, original)
        if 0 < gap.end - gap.start <= GAP and 0 < gap.from_end - gap.from_start <= GAP:
            swaps.append(gap)
    return Alignment(tuple(swaps), chain[-1][0] + RUN - chain[0][0] if chain else 0)
