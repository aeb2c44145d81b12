"""Counts by key, each key in the one place where it is looked for: many are looked up at once. Pure.

A perfect hash that is made once (hash and displace: Belazzougui, Botelho and Dietzfelbinger, ESA 2009; by
bench/link/tables.py): a key's hash tells its group, the group's seed tells the place, and whether the key is
here is told by what stands there. So a lookup is one look at the seeds, which a processor keeps near, and one
at the keys. Counts are kept as eighths of their binary logarithm: off by 4 % at most.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Longs = NDArray[np.uint64]

SEEDS = 256
# The golden ratio and both factors of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): odd, bits well mixed.
_GROUP, _PLACE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_BY_SEED = np.arange(SEEDS, dtype=np.uint64) * np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)
_COUNT = np.exp2(np.arange(256) / 8).astype(np.float32)  # by its logarithm


@dataclass(frozen=True, slots=True)
class Table:
    """Keys of at most 64 bits and how often each."""

    seeds: NDArray[np.uint8]  # by group; 2**n groups
    keys: NDArray[Any]  # by place; a place that is left over holds a key that belongs elsewhere
    logs: NDArray[np.uint8]  # by place

    def counts(self, keys: NDArray[Any]) -> Floats:
        """How often each key; 0 for one that is not here. The shape is that of the keys."""
        asked = keys.reshape(-1)
        long = asked.astype(np.uint64)
        place = places_of(long, self.seeds.take(groups_of(long, len(self.seeds))), len(self.keys))
        hit = np.flatnonzero(self.keys.take(place) == asked)
        found = np.zeros(len(asked), np.float32)
        found[hit] = _COUNT.take(self.logs.take(place.take(hit)))
        return found.reshape(keys.shape)


def groups_of(keys: Longs, groups: int) -> NDArray[np.int64]:
    """The group of each key, of 2**n."""
    return (keys * _GROUP >> np.uint64(65 - groups.bit_length())).view(np.int64)


def places_of(keys: Longs, seeds: NDArray[np.uint8], places: int) -> NDArray[np.int64]:
    """The place of each key in a group with this seed, of fewer than 2**32."""
    mixed = (keys ^ _BY_SEED.take(seeds)) * _PLACE >> _HALF
    return (mixed * np.uint64(places) >> _HALF).view(np.int64)
