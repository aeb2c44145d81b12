"""Sums over the block-level elements of a page, each with all it contains. Pure."""

import numpy as np

from services.extractor.arrays import Doubles, Ints
from services.extractor.segments import Segments

UP = 5  # elements around a block that are looked at, its own among them
NEARLY_ALL = 0.9  # of the page's good text: an element around so much says nothing of a block in it


class Outline:
    """The elements of a page; `around[k]` is the element k levels above each block's own."""

    def __init__(self, page: Segments, place: Ints, chars: Doubles, linked: Ints, good: Doubles) -> None:
        self.chars, self.linked, self.good = (_summed(page, place, each) for each in (chars, linked, good))
        self.total = max(float(self.good[0]), 1.0)
        self.parents = np.array(page.parents)
        self.around = [place]
        for _ in range(UP - 1):
            self.around.append(self.parents[self.around[-1]])
        self._page = page

    def inherited(self) -> Ints:
        """Per block: vocabulary bits of all elements around it that are not around nearly everything."""
        page = self._page
        says = (self.good < NEARLY_ALL * self.total).tolist()
        found = [0] * len(says)
        for i, parent in enumerate(page.parents):
            if i:
                found[i] = found[parent] | page.bits[i] if says[i] else found[parent]
        return np.array(found, np.int64)[self.around[0]]

    def near(self) -> Ints:
        """Per block: vocabulary bits of its own element and the two around it."""
        bits = np.array(self._page.bits, np.int64)
        return bits[self.around[0]] | bits[self.around[1]] | bits[self.around[2]]

    def levels(self, share: float) -> Doubles:
        """Per block: how many elements up one is around this share of the good text."""
        enough = (self.good >= share * self.total).tolist()
        found = [0.0] * len(enough)
        for i, parent in enumerate(self._page.parents):
            if i and not enough[i]:
                found[i] = found[parent] + 1
        return np.array(found)[self.around[0]]


def _summed(page: Segments, place: Ints, weights: Doubles | Ints) -> Doubles:
    """Per element: the weights of all blocks in it."""
    sums = np.bincount(place, weights, len(page.parents)).tolist()
    for i in range(len(sums) - 1, 0, -1):  # an element stands after its parent
        if sums[i]:
            sums[page.parents[i]] += sums[i]
    return np.array(sums)
