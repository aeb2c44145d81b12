"""An inverted index whose entries come in order and leave again: which articles have this key. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shared = tuple[NDArray[np.int64], NDArray[np.float64]]  # numbers, rising; how much each shares
READ = 100  # newest entries of a key that are looked at: a wire story on 300 sites still finds its copies


class Postings:
    """Key to entry numbers, oldest first. A key with one entry holds the bare number: most keys have one."""

    def __init__(self) -> None:
        self._entries: dict[int, int | list[int]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, keys: Iterable[int], number: int) -> None:
        """Enter `number`, higher than every number entered before, under each key."""
        for key in keys:
            held = self._entries.get(key)
            if held is None:
                self._entries[key] = number
            elif isinstance(held, list):
                held.append(number)
            else:
                self._entries[key] = [held, number]

    def drop(self, keys: Iterable[int], number: int) -> None:
        """Take `number` out again; the keys are those it was entered under."""
        for key in keys:
            held = self._entries[key]
            if not isinstance(held, list):
                del self._entries[key]
            elif len(held) == 2:
                self._entries[key] = held[0] if held[1] == number else held[1]
            else:
                held.remove(number)

    def newest(self, key: int) -> Sequence[int]:
        """The newest entries under a key, oldest first; at most READ."""
        held = self._entries.get(key)
        if held is None:
            return ()
        return held[-READ:] if isinstance(held, list) else (held,)

    def weighed(self, keys: Iterable[int], weights: Sequence[float]) -> Shared:
        """The entries among the newest of any key, and of each the weights of its keys, added in order."""
        numbers: list[int] = []
        found: list[int] = []
        for key in keys:
            newest = self.newest(key)
            numbers += newest
            found.append(len(newest))
        if not numbers:
            return np.zeros(0, np.int64), np.zeros(0)
        entries, place = np.unique(np.array(numbers), return_inverse=True)
        sums: NDArray[Any] = np.bincount(place, np.repeat(weights, found))
        return entries, sums
