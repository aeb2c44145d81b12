"""How often words, pairs and triples of words stand in clean news. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.linker.spun.packed import Packed
from services.linker.spun.table import Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

UNKNOWN, START, END = 0, 1, 2  # ids that are no words
TABLES = ("pairs", "triples", "web")
DISCOUNT = 0.75  # absolute discount of a pair's count, as Kneser and Ney
FLOOR = 1e-10  # probability of a pair that nothing speaks for


@dataclass(frozen=True)
class Counts:
    """The counts; words are ids, 0 for one that is not known."""

    words: Sequence[str]
    single: Floats  # (words,): how often
    followers: Floats  # (words,): different words after it
    leaders: Floats  # (words,): different words before it
    pairs: Table
    triples: Table
    web: Table  # pairs of the general web
    newsy: Floats  # (words,): log10 of how much commoner in news than on the web
    bursty: Floats  # (words,): ln of occurrences per text that has the word; low for words of style

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """Id of each word."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def total(self) -> float:
        """Words counted."""
        return float(self.single.sum())

    @cached_property
    def log_single(self) -> Floats:
        """ln of each word's count."""
        return np.log(np.maximum(self.single, 1))

    @cached_property
    def after_anything(self) -> Floats:
        """(words,): probability of a word after one that was never seen with it, by its leaders."""
        share: Floats = ((self.leaders + 0.5) / self.leaders.sum()).astype(np.float32)
        return share

    @cached_property
    def log_after_anything(self) -> Floats:
        """ln of the same."""
        return np.log(self.after_anything)

    @cached_property
    def _backed_off(self) -> Floats:
        seen = np.maximum(self.single, 1)
        share: Floats = np.maximum(DISCOUNT * self.followers, 0.1 * seen) / seen
        return share

    def pair(self, first: Ints, second: Ints) -> Floats:
        """How often `second` follows `first`."""
        return self.pairs.counts(pair_keys(first, second))

    def triple(self, first: Ints, second: Ints, third: Ints) -> Floats:
        """How often the three words follow each other; 0 under 4."""
        return self.triples.counts(triple_keys(first, second, third))

    def web_pair(self, first: Ints, second: Ints) -> Floats:
        """How often `second` follows `first` on the web, in 100,000."""
        return self.web.counts(pair_keys(first, second))

    def log_probability(self, first: Ints, second: Ints, together: Floats) -> Floats:
        """ln of the probability of `second` after `first`, which were seen `together` so often."""
        seen = np.maximum(together - DISCOUNT, 0) / np.maximum(self.single[first], 1)
        told: Floats = np.log(seen + self._backed_off[first] * self.after_anything[second] + FLOOR)
        return told


def pair_keys(first: Ints, second: Ints) -> NDArray[np.uint32]:
    """Two ids as one number."""
    return first.astype(np.uint32) << np.uint32(16) | second.astype(np.uint32)


def triple_keys(first: Ints, second: Ints, third: Ints) -> NDArray[np.uint64]:
    """Three ids as one number."""
    return pair_keys(first, second).astype(np.uint64) << np.uint64(16) | third.astype(np.uint64)


def unpacked(file: Packed) -> Counts:
    """The counts in a file. Raises KeyError when one is missing."""
    arrays: dict[str, Any] = dict(file.arrays)
    words = bytes(arrays.pop("words")).decode().split("\n")
    arrays.update(words=words, **{of: _table(arrays, of) for of in TABLES})
    return Counts(**{name: arrays[name] for name in Counts.__dataclass_fields__})


def _table(arrays: Mapping[str, Any], of: str) -> Table:
    return Table(*(arrays[f"{of}.{part}"] for part in Table.__dataclass_fields__))
