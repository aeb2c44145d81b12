"""How often words, pairs and triples of words stand in clean news. Pure.

Pairs lie in a quotient table (after Bender et al., VLDB 2012): a slot holds the ten bits of the hash
that its place does not tell and how far it was pushed, so a lookup is exact at three bytes a pair.
Counts are kept as eighths of their binary logarithm: off by 4 % at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.linker.spun.packed import Packed

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

UNKNOWN, START, END = 0, 1, 2  # ids that are no words
SLOTS = 22  # binary logarithm of the number of homes
REST = 32 - SLOTS  # bits of a hash that its home does not tell
PUSHED = 6  # bits that say how far a slot is from its home, plus one; 0 is an empty slot
SPREAD = np.uint32(2654435769)  # 2**32 / golden ratio: Knuth's multiplicative hash
DISCOUNT = 0.75  # absolute discount of a pair's count, as Kneser and Ney
FLOOR = 1e-10  # probability of a pair that nothing speaks for

_COUNT = np.exp2(np.arange(256) / 8).astype(np.float32)


@dataclass(frozen=True)
class Counts:
    """The counts; words are ids, 0 for one that is not known."""

    words: Sequence[str]
    single: Floats  # (words,): how often
    followers: Floats  # (words,): different words after it
    leaders: Floats  # (words,): different words before it
    slots: NDArray[np.uint16]
    logs: NDArray[np.uint8]  # of the pair in each slot
    triples: NDArray[np.uint64]  # sorted
    triple_logs: NDArray[np.uint8]
    web: NDArray[np.uint32]  # pairs of the general web, sorted
    web_logs: NDArray[np.uint8]
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
        hashes = (first.astype(np.uint32) << np.uint32(16) | second.astype(np.uint32)) * SPREAD
        home = (hashes >> np.uint32(REST)).astype(np.int64)
        rest = ((hashes & np.uint32(2**REST - 1)) << np.uint32(PUSHED)).astype(np.uint16)
        found, live = np.zeros(len(home), np.float32), np.arange(len(home))
        for pushed in range(2**PUSHED - 1):
            at = home[live] + pushed
            slot = self.slots[at]
            hit = slot == (rest[live] | np.uint16(pushed + 1))
            found[live[hit]] = _COUNT[self.logs[at[hit]]]
            live = live[(slot != 0) & ~hit]
            if not len(live):
                break
        return found

    def triple(self, first: Ints, second: Ints, third: Ints) -> Floats:
        """How often the three words follow each other; 0 under 4."""
        return _looked_up(self.triples, self.triple_logs, triple_keys(first, second, third))

    def web_pair(self, first: Ints, second: Ints) -> Floats:
        """How often `second` follows `first` on the web, in 100,000."""
        return _looked_up(self.web, self.web_logs, pair_keys(first, second))

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


def _looked_up(keys: NDArray[Any], logs: NDArray[np.uint8], asked: NDArray[Any]) -> Floats:
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[at] == asked, _COUNT[logs[at]], np.float32(0))


def unpacked(file: Packed) -> Counts:
    """The counts in a file. Raises KeyError when one is missing."""
    arrays = dict(file.arrays)
    words = bytes(arrays.pop("words")).decode().split("\n")
    names = Counts.__dataclass_fields__
    return Counts(words, **{name: array for name, array in arrays.items() if name in names})
