"""Requests whose time has not come: one hand per partition waits, however many requests. Pure.

The first request of a partition that has to wait stays, and takes along those that come after it: they are
settled with nothing to show, and go back to the queue together when it leaves. None can be lost meanwhile:
the gate (services/runtime/gate.py) acknowledges nothing of a partition behind the one that stays, so that
after a crash all of them are delivered again.

What it costs: one turn of the queue, and so one fate, per page in LEAST seconds at most (120 in an hour)
while others of its partition become due, in MOST seconds (60 in an hour) while none does. A page may be that
late. The hands used are one per partition, which the service has beside those that fetch, and a quarter of
those that fetch for requests due within NEAR.
"""

from datetime import datetime

from schemas.records import FetchRequest
from services.fetcher.lanes import rank
from services.fetcher.postpone import again
from services.stage import Emit

NEAR = 5.0  # seconds; a request due within them waits in hand, and is fetched on time
LEAST, MOST = 30.0, 60.0  # seconds a round takes; MOST far below the time limit of the service
LOOK = 5.0  # seconds between two looks whether something has become due

Lane = tuple[str, int, int]
"""Topic, partition, and generation of the assignment: what is acknowledged in order."""


class Round:
    """Requests of one lane that wait together; one that was delivered twice goes back once."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], tuple[datetime, Emit]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, request: FetchRequest, now: datetime) -> None:
        """Go back to the queue with the others."""
        due = request.not_before or now
        self._waiting[request.page_id, request.lane] = (due, again(request))

    def early(self, now: datetime) -> float:
        """Seconds until the first of them is due; 0 or less when it is."""
        return min((due - now).total_seconds() for due, _ in self._waiting.values())

    def leave(self) -> tuple[Emit, ...]:
        """All of them, live ones first, those of one lane as they came."""
        return tuple(self._waiting[each][1] for each in sorted(self._waiting, key=lambda key: rank(key[1])))
