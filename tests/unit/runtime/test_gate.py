"""Nothing is acknowledged before everything ahead of it in its partition is settled."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.bus import Message
from services.runtime.gate import Gate


def a_message(offset: int, partition: int = 0, generation: int = 1) -> Message:
    return Message("pages.fetched.v1", partition, offset, "k", b"", {}, generation)


@pytest.mark.parametrize(
    ("settled", "acknowledged"),
    [
        ([0], [0]),
        ([1], [None]),
        ([1, 0], [None, 1]),
        ([2, 1, 0], [None, None, 2]),
        ([0, 2, 1], [0, None, 2]),
    ],
)
def test_acknowledges_in_offset_order(settled: list[int], acknowledged: list[int | None]) -> None:
    gate = Gate()
    for offset in range(3):
        gate.take(a_message(offset))
    newest = [gate.settle(a_message(offset))[0] for offset in settled]
    assert [message.offset if message else None for message in newest] == acknowledged


def test_partitions_and_generations_do_not_wait_for_each_other() -> None:
    gate = Gate()
    gate.take(a_message(0, partition=0))
    gate.take(a_message(0, partition=1))
    gate.take(a_message(0, partition=0, generation=2))
    assert gate.settle(a_message(0, partition=1)) == (a_message(0, partition=1), 1)
    assert gate.settle(a_message(0, partition=0, generation=2))[1] == 1
    assert gate.open == 1


@given(st.integers(1, 60), st.randoms(use_true_random=False))
def test_any_order_of_settling_acknowledges_each_prefix_once(count: int, chance: random.Random) -> None:
    gate = Gate()
    offsets = [offset * 3 + 7 for offset in range(count)]  # gaps, as compaction leaves them
    for offset in offsets:
        gate.take(a_message(offset))
    order = offsets[:]
    chance.shuffle(order)
    done: set[int] = set()
    last = -1
    for offset in order:
        done.add(offset)
        newest, passed = gate.settle(a_message(offset))
        count -= passed
        if newest is not None:
            assert newest.offset > last
            last = newest.offset
            assert {other for other in offsets if other <= last} <= done
    assert last == offsets[-1]
    assert (gate.open, count) == (0, 0)
