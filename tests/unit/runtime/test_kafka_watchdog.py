"""A process whose lag is above zero and whose committed offset stands still is ended; no other is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from services.runtime.kafka_offsets import Place
from services.runtime.kafka_watchdog import Stalled, Standstill, longest, observe, watch

A, B = ("articles.v1", 0), ("articles.v1", 1)
LIMIT = 600.0


@pytest.mark.parametrize(
    ("lag", "committed", "expected"),
    [
        pytest.param({A: 5}, {A: 10}, {A: Standstill(10, 0.0)}, id="lag and no progress: the time goes on"),
        pytest.param({A: 5}, {A: 11}, {A: Standstill(11, 60.0)}, id="progress: the time starts anew"),
        pytest.param({A: 0}, {A: 10}, {}, id="nothing waits: no standstill"),
        pytest.param({}, {}, {}, id="the partition moved away"),
        pytest.param(
            {A: 5, B: 1}, {A: 10}, {A: Standstill(10, 0.0), B: Standstill(-1, 60.0)}, id="a new one"
        ),
    ],
)
def test_a_standstill_is_lag_without_progress(
    lag: Mapping[Place, int], committed: Mapping[Place, int], expected: Mapping[Place, Standstill]
) -> None:
    assert observe({A: Standstill(10, 0.0)}, lag, committed, 60.0) == expected


def test_the_longest_standstill_counts() -> None:
    assert longest({}, 100.0) is None
    assert longest({A: Standstill(1, 40.0), B: Standstill(1, 10.0)}, 100.0) == (B, 90.0)


@dataclass
class Script:
    """A clock whose time passes as it is waited for, and a subscription that follows a script."""

    lags: list[int]  # at each look
    commits: list[int]
    looks: int = -1
    time: float = field(default=1000.0)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def steady(self) -> float:
        self.looks += 1
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        if self.looks + 1 >= len(self.lags):
            raise TimeoutError  # the script is over and nothing happened

    def lag(self) -> Mapping[Place, int]:
        return {A: self.lags[self.looks]}

    def committed(self) -> Mapping[Place, int]:
        return {A: self.commits[self.looks]}


@pytest.mark.parametrize(
    ("lags", "commits", "ends"),
    [
        pytest.param([3] * 50, [7] * 50, True, id="stands still with lag"),
        pytest.param([0] * 50, [7] * 50, False, id="stands still with nothing to do"),
        pytest.param([3] * 50, list(range(50)), False, id="slow but moving"),
        pytest.param([3] * 39 + [0] + [3] * 39, [7] * 79, False, id="caught up in between"),
    ],
)
async def test_the_watchdog_ends_only_what_stands_still(
    lags: list[int], commits: list[int], ends: bool
) -> None:
    script = Script(lags, commits)
    with pytest.raises(
        Stalled if ends else TimeoutError, match="articles.v1/0: messages wait" if ends else None
    ):
        await watch(script, script, LIMIT, period=15.0)
    assert not ends or script.time == 1000.0 + LIMIT
