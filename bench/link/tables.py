"""Makes the perfect hash that services/linker/spun/table.py reads."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.linker.spun.table import SEEDS, Table, groups_of, places_of

IN_GROUP = 3  # keys in a group, in the mean, at most
SPARE = 1.25  # places a key

Ints = NDArray[np.int64]


def table_of(keys: NDArray[Any], logs: NDArray[np.uint8]) -> Table:
    """The table of different keys. Raises OverflowError where a group finds no places with any seed."""
    long = keys.astype(np.uint64)
    seeds = np.zeros(1 << max(1, (len(keys) // IN_GROUP).bit_length()), np.uint8)
    owner = np.full(int(SPARE * len(keys)) + 1, -1, np.int64)  # by place, the key that has it
    claims = np.empty_like(owner)
    for members in _by_size(groups_of(long, len(seeds))):
        waiting = members
        for seed in range(SEEDS):
            waiting = _settled(long, waiting, seed, seeds, owner, claims)
            if not len(waiting):
                break
        if len(waiting):
            raise OverflowError(
                f"{len(waiting)} groups of {members.shape[1]} keys find no places: spare more"
            )
    held = np.maximum(owner, 0)  # what is left over holds the first key, whose place is another
    return Table(seeds, keys[held], logs[held])


def _by_size(group: Ints) -> list[Ints]:
    """(groups, size) numbers of keys for each size of group, the largest first."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    wanted = np.unique(sizes)[::-1]
    return [order[starts[sizes == size][:, None] + np.arange(size)] for size in wanted]


def _settled(
    keys: NDArray[np.uint64], waiting: Ints, seed: int, seeds: NDArray[np.uint8], owner: Ints, claims: Ints
) -> Ints:
    """Gives places to the groups that find all of theirs free with this seed; the others still wait."""
    seeded = np.full(waiting.size, seed, np.uint8)
    at = places_of(keys[waiting.ravel()], seeded, len(owner)).reshape(waiting.shape)
    fits = (owner[at] < 0).all(axis=1) & (np.diff(np.sort(at, axis=1), axis=1) > 0).all(axis=1)
    rows = np.flatnonzero(fits)
    claims[at[rows[::-1]]] = rows[::-1, None]  # of two groups that want a place the first has it
    won = rows[(claims[at[rows]] == rows[:, None]).all(axis=1)]
    owner[at[won]] = waiting[won]
    seeds[groups_of(keys[waiting[won, 0]], len(seeds))] = seed
    return np.delete(waiting, won, axis=0)
