"""Ends a process that stands still: lag above zero and no commit for minutes.

Faust can stall without a word (reference: 2 of 2 runs with a full buffer). A restart cures that, and it
cures a message stuck at the head; the supervisor restarts what exits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from services.runtime.clock import Clock
from services.runtime.kafka_offsets import Place

LIMIT = 600.0  # seconds; far above the time limit of any handler
PERIOD = 15.0  # seconds between looks


class Stalled(Exception):
    """Messages wait and nothing was committed for too long; the message says where."""


class Watched(Protocol):
    """What both Kafka subscriptions tell about themselves."""

    def lag(self) -> Mapping[Place, int]:
        """Messages not yet acknowledged."""

    def committed(self) -> Mapping[Place, int]:
        """Offsets the broker has confirmed."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """A partition with lag: where its committed offset stands, and since when (steady seconds)."""

    committed: int
    since: float


Standstills = Mapping[Place, Standstill]


def observe(
    before: Standstills, lag: Mapping[Place, int], committed: Mapping[Place, int], now: float
) -> Standstills:
    """The partitions that wait now, each with the moment since which its committed offset has not moved."""
    waiting = {place: committed.get(place, -1) for place, count in lag.items() if count > 0}
    return {
        place: before[place]
        if place in before and before[place].committed == offset
        else Standstill(offset, now)
        for place, offset in waiting.items()
    }


def longest(standstills: Standstills, now: float) -> tuple[Place, float] | None:
    """The partition that has stood still longest, and for how many seconds."""
    if not standstills:
        return None
    place = min(standstills, key=lambda each: standstills[each].since)
    return place, now - standstills[place].since


async def watch(subscription: Watched, clock: Clock, limit: float = LIMIT, period: float = PERIOD) -> None:
    """Look every `period` seconds, for ever. Raises Stalled."""
    standstills: Standstills = {}
    while True:
        now = clock.steady()
        standstills = observe(standstills, subscription.lag(), subscription.committed(), now)
        worst = longest(standstills, now)
        if worst is not None and worst[1] >= limit:
            (topic, partition), seconds = worst
            raise Stalled(f"{topic}/{partition}: messages wait and nothing was committed for {seconds:.0f} s")
        await clock.sleep(period)
