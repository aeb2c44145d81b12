"""A copy laid beside its original, word by word: what was swapped for what, in the same place. Pure.

Anchors are three-word runs that each text has once; the longest chain of anchors in the same order (patience
sorting, O(n log n), so no text can make it slow) leaves gaps. A short gap on both sides is a swap; a longer
one with as many words on either side is compared word by word.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

WORDS_ALIGNED = 2000  # of each text
RUN = 3  # words in an anchor
GAP = 4  # words that a swap has at most, on either side
LONG_GAP = 15  # words of a gap that is compared word by word


@dataclass(frozen=True, slots=True)
class Swap:
    """Words [start, end) of the copy stand where the original has its words [from_start, from_end)."""

    start: int
    end: int
    from_start: int
    from_end: int

    @property
    def is_short(self) -> bool:
        """Whether there are words on both sides, and few."""
        return 0 < self.end - self.start <= GAP and 0 < self.from_end - self.from_start <= GAP


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


def _split(gap: Swap, copy: Sequence[str], original: Sequence[str]) -> Iterator[Swap]:
    """The gap itself, or the runs of words that differ in it where both sides have as many."""
    length, shift = gap.end - gap.start, gap.from_start - gap.start
    if gap.from_end - gap.from_start != length or length > LONG_GAP:
        yield gap
        return
    places = range(gap.start, gap.end)
    for differs, run in groupby(places, key=lambda at: copy[at] != original[at + shift]):
        if differs:
            start, *rest = run
            end = start + len(rest) + 1
            yield Swap(start, end, start + shift, end + shift)


def align(copy: Sequence[str], original: Sequence[str]) -> Alignment:
    """Where `copy` has other words than `original` between equal ones; both as folded words."""
    copy, original = copy[:WORDS_ALIGNED], original[:WORDS_ALIGNED]
    here, there = _once(copy), _once(original)
    chain = _chain(sorted((at, there[run]) for run, at in here.items() if run in there))
    gaps = (
        _trimmed(Swap(left + RUN, right, from_left + RUN, from_right), copy, original)
        for (left, from_left), (right, from_right) in pairwise(chain)
    )
    swaps = [swap for gap in gaps for swap in _split(gap, copy, original) if swap.is_short]
    return Alignment(tuple(swaps), chain[-1][0] + RUN - chain[0][0] if chain else 0)
