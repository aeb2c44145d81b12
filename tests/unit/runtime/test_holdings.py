"""What a member of a group holds."""

import pytest

from services.runtime.holdings import EVERYTHING
from services.runtime.kafka_holdings import KafkaHoldings
from tests.clock import FakeClock


def test_who_is_alone_holds_everything() -> None:
    assert EVERYTHING.since("any", "key") == 0.0


def test_a_member_holds_the_keys_of_its_partitions_since_it_has_them() -> None:
    clock = FakeClock()
    holdings = KafkaHoldings(clock)
    assert holdings.since("t", "a") is None
    clock.passed = 5.0
    holdings.gain([("t", number) for number in range(3)], {"t": 6})
    held = [key for key in map(str, range(60)) if holdings.since("t", key) is not None]
    assert 15 < len(held) < 45
    assert {holdings.since("t", key) for key in held} == {clock.steady()}
    assert holdings.since("u", held[0]) is None
    holdings.gain([("t", number) for number in range(3, 6)], {"t": 6})
    assert [key for key in map(str, range(60)) if holdings.since("t", key) is None] == held


def test_who_watches_hears_of_both_steps() -> None:
    holdings, heard = KafkaHoldings(FakeClock()), []
    holdings.watch(lambda: heard.append("leave"), lambda: heard.append("stop"))
    holdings.gain([("t", 0)], {"t": 1})
    assert holdings.since("t", "a") is not None
    holdings.lose()
    assert (heard, holdings.since("t", "a")) == (["leave"], None)
    holdings.stop()
    assert heard == ["leave", "stop"]


@pytest.mark.parametrize("kept", [True, False])
def test_a_partition_that_stays_counts_as_new(kept: bool) -> None:
    clock = FakeClock()
    holdings = KafkaHoldings(clock)
    holdings.gain([("t", 0)], {"t": 1})
    clock.passed = 9.0
    if not kept:
        holdings.lose()
    holdings.gain([("t", 0)], {"t": 1})
    assert holdings.since("t", "a") == clock.steady()
