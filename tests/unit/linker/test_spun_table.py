"""Counts by key, in a perfect hash."""

import numpy as np
import pytest

from bench.link.counting import logs
from bench.link.tables import table_of

KINDS = [(np.uint32, 32), (np.uint64, 48)]


@pytest.mark.parametrize("size", [1, 2, 7, 5000])
@pytest.mark.parametrize(("kind", "bits"), KINDS)
def test_every_key_has_its_count_to_5_percent_and_no_other_has_one(
    kind: type[np.unsignedinteger], bits: int, size: int
) -> None:
    drawn = np.random.default_rng(size).integers(0, 2**bits, 3 * size, dtype=np.uint64).astype(kind)
    keys, others = drawn[:size], drawn[size:]
    times = np.arange(size) + 1
    held = table_of(keys, logs(times))
    assert held.counts(keys) == pytest.approx(times, rel=0.05)
    assert not held.counts(np.setdiff1d(others, keys)).any()


@pytest.mark.parametrize(("kind", "bits"), KINDS)
def test_keys_that_follow_each_other_find_places_too(kind: type[np.unsignedinteger], bits: int) -> None:
    keys = (np.arange(3000, dtype=np.uint64) << np.uint64(bits - 16)).astype(kind)
    assert (table_of(keys, logs(np.full(3000, 8))).counts(keys) == 8).all()


def test_what_is_told_has_the_shape_of_what_is_asked() -> None:
    keys = np.arange(6, dtype=np.uint32)
    held = table_of(keys, logs(np.full(6, 4)))
    assert held.counts(keys.reshape(2, 3)).tolist() == [[4, 4, 4], [4, 4, 4]]
    assert held.counts(keys[:0].reshape(0, 5)).shape == (0, 5)


def test_a_key_that_comes_twice_finds_no_place() -> None:
    with pytest.raises(OverflowError, match="no places"):
        table_of(np.array([7, 7, 8], np.uint32), logs(np.array([2, 2, 2])))
