"""Which offsets may be committed: only what was acknowledged, under the generation it was delivered in."""

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.kafka_offsets import Offsets

HERE, THERE = ("articles.v1", 0), ("articles.v1", 1)


def test_nothing_is_pending_until_something_is_acknowledged() -> None:
    offsets = Offsets()
    offsets.deliver(HERE, 7)
    assert offsets.pending() == {}
    assert offsets.outstanding()


def test_the_offset_to_commit_is_the_next_message() -> None:
    offsets = Offsets()
    generation = offsets.deliver(HERE, 7)
    offsets.acknowledge(HERE, 7, generation)
    assert offsets.pending() == {HERE: 8}
    assert not offsets.outstanding()
    offsets.note_committed({HERE: 8})
    assert (offsets.pending(), offsets.committed()) == ({}, {HERE: 8})


def test_acknowledgements_never_go_back() -> None:
    offsets = Offsets()
    generation = [offsets.deliver(HERE, offset) for offset in range(5)][-1]
    offsets.acknowledge(HERE, 4, generation)
    offsets.acknowledge(HERE, 1, generation)
    assert offsets.pending() == {HERE: 5}


def test_a_rebalance_makes_everything_delivered_before_void() -> None:
    offsets = Offsets()
    old = offsets.deliver(HERE, 3)
    offsets.renew()
    offsets.acknowledge(HERE, 3, old)
    assert offsets.deliver(HERE, 3) > old
    offsets.acknowledge(HERE, 3, old)
    assert offsets.pending() == {}


def test_a_partition_that_goes_back_starts_a_generation_of_its_own() -> None:
    offsets = Offsets()
    there = offsets.deliver(THERE, 0)
    old = [offsets.deliver(HERE, offset) for offset in (4, 5, 6)][-1]
    new = offsets.deliver(HERE, 4)
    assert new > old
    offsets.acknowledge(HERE, 6, old)  # must be settled again: 4 and 5 of the new generation come first
    offsets.acknowledge(THERE, 0, there)
    assert offsets.pending() == {THERE: 1}


def test_where_a_partition_begins_is_known_before_anything_comes() -> None:
    offsets = Offsets()
    assert offsets.settled(HERE) is None
    offsets.begin(HERE, 9)
    assert offsets.settled(HERE) == 9
    offsets.deliver(HERE, 9)
    offsets.begin(HERE, 12)
    assert offsets.settled(HERE) == 9


Steps = st.lists(st.sampled_from(["deliver", "acknowledge", "rebalance", "seek", "commit"]), max_size=60)


@given(Steps, st.data())
def test_what_is_committed_was_acknowledged_in_order(steps: list[str], data: st.DataObject) -> None:
    """Against a gate that acknowledges the oldest unsettled message of the current generation first."""
    offsets, position, acknowledged = Offsets(), 0, 0
    waiting: list[tuple[int, int]] = []
    for step in steps:
        match step:
            case "deliver":
                waiting.append((position, offsets.deliver(HERE, position)))
                position += 1
            case "acknowledge" if waiting:
                offset, generation = waiting.pop(0)
                offsets.acknowledge(HERE, offset, generation)
                acknowledged = max(acknowledged, offset + 1)
            case "rebalance":
                offsets.renew()
                position = offsets.committed().get(HERE, data.draw(st.integers(0, acknowledged)))
            case "seek":
                position = data.draw(st.integers(0, min(position, acknowledged)))
            case _:
                offsets.note_committed(offsets.pending())
        assert all(offset <= acknowledged for offset in offsets.committed().values())
