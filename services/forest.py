"""An ensemble of decision trees, evaluated in numpy for many rows at once. Pure; any room may import it.

After QuickScorer (Lucchese et al., SIGIR 2015): a node that is false rules out the leaves on its left. Each
node has a word with the bits of those leaves; the words of a tree's false nodes are joined by OR, and the
lowest bit that is not set is the leaf. No tree is walked, so a page costs a handful of numpy calls. Leaf
values are whole numbers of 2**-20, so that their sum is the same on every machine.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_LEAVES = 16  # of a tree: the bits of a word
SCALE = 2**20
ROWS = 256  # evaluated at a time: bounds the memory of a page of thousands of blocks

_LEAF = np.array([(~word & word + 1).bit_length() - 1 for word in range(2**MAX_LEAVES)], np.intp)


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees of equal size; a smaller one is filled up with nodes that are never false."""

    features: NDArray[np.uint16]  # (trees, nodes): which column a node compares
    thresholds: Floats  # (trees, nodes): false where the column is larger
    words: NDArray[np.uint16]  # (trees, nodes): the leaves that a false node rules out
    leaves: NDArray[np.int32]  # (trees, leaves)

    def probability(self, columns: Floats) -> Doubles:
        """(rows, columns) → per row, the probability of what the trees were grown for."""
        return np.round(1.0 / (1.0 + np.exp(-self.logits(columns))), 6)

    def logits(self, columns: Floats) -> Doubles:
        """(rows, columns) → per row, the logarithm of the odds."""
        parts = [self._sums(columns[at : at + ROWS]) for at in range(0, len(columns), ROWS)]
        sums = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        return sums / SCALE

    def _sums(self, columns: Floats) -> Ints:
        trees, nodes = self.features.shape
        by_column = np.ascontiguousarray(columns.T)
        false = by_column.take(self.features.ravel(), axis=0) > self.thresholds.reshape(-1, 1)
        words = (false.view(np.uint8) * self.words.reshape(-1, 1)).reshape(trees, nodes, -1)
        leaf = _LEAF.take(np.bitwise_or.reduce(words, axis=1))
        leaf += np.arange(trees)[:, None] * self.leaves.shape[1]
        sums: Ints = self.leaves.ravel().take(leaf).sum(axis=0, dtype=np.int64)
        return sums
