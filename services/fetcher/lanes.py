"""Who goes first where requests of several lanes wait for the same thing. Pure.

News of now before pages read once more, those before what was dead and is tried again, and the past last.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

Who = TypeVar("Who")

RANKS: Mapping[str, int] = {"live": 0, "revisit": 1, "redrive": 2, "backfill": 3}
"""By lane; the lowest goes first."""

LAST = max(RANKS.values())
EVERY = 8
"""One turn of so many goes to who has waited longest, whatever its lane: so no lane starves."""


def rank(lane: str) -> int:
    """The rank of a lane; one that we do not know goes last."""
    return RANKS.get(lane, LAST)


class Line(Generic[Who]):
    """Those who wait: by rank, and within a rank as they came."""

    def __init__(self) -> None:
        self._waiting: dict[Who, int] = {}  # rank, in order of arrival
        self._turns = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, who: Who, place: int) -> None:
        """Wait with this rank."""
        self._waiting[who] = place

    def leave(self, who: Who) -> None:
        """Wait no longer; who does not wait may leave too."""
        self._waiting.pop(who, None)

    def call(self) -> Who | None:
        """Whose turn it is, and is out of the line; None where nobody waits."""
        if not self._waiting:
            return None
        self._turns += 1
        longest = next(iter(self._waiting))
        called = longest if self._turns % EVERY == 0 else min(self._waiting, key=self._waiting.__getitem__)
        del self._waiting[called]
        return called
