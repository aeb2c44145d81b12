"""One site, a registered domain: what we know of it, and when it may be asked. Pure.

Instants are on the steady clock, in seconds.
"""

from collections import Counter
from dataclasses import dataclass, field

from services.fetcher.courtesy import Seen
from services.fetcher.lanes import rank
from services.fetcher.schedule import slowed, spacing

FAILING = 500  # and above: the site is unwell, as with 429
PACES = ("own", "crawl-delay", "slow", "failing")
"""What may decide how often a site is asked."""


@dataclass(slots=True)
class Site:
    """What we know of one registered domain."""

    own_delay: float  # seconds between two requests, at least
    crawl_delay: float | None = None  # seconds, as its robots.txt asks
    since: float = 0.0  # ours, with what its last fetcher knew of it
    free_at: float = 0.0
    ended_at: float | None = None  # of our last request there
    booked: dict[int, float] = field(default_factory=dict)  # by rank: turns are promised until then
    took: float = 0.0  # seconds our requests take, the last ones most
    troubles: int = 0  # answers in a row that were 429 or 5xx
    waiting: Counter[int] = field(default_factory=Counter)  # by rank, who has the turn included
    seen: Seen = field(default_factory=Seen)

    @property
    def gap(self) -> float:
        """Seconds between the end of a request and the begin of the next."""
        return spacing(self.own_delay, self.crawl_delay, slowed(self.own_delay, self.took, self.troubles))

    @property
    def pace(self) -> str:
        """What decides that: one of PACES."""
        if self.gap <= self.own_delay:
            return "own"
        if self.gap <= (self.crawl_delay or 0.0):
            return "crawl-delay"
        return "slow" if self.gap <= slowed(self.own_delay, self.took, 0) else "failing"

    def left(self, now: float) -> float:
        """Seconds until it may be asked, apart from who waits."""
        return max(self.free_at - now, 0.0)

    def wait(self, now: float, lane: str) -> float:
        """Seconds until it would be the turn of who comes now, as far as we can tell."""
        ahead = sum(count for other, count in self.waiting.items() if other <= rank(lane))
        return self.left(now) + ahead * (self.gap + self.took)

    def book(self, now: float, lane: str) -> float:
        """Promise a turn to who comes now; how many seconds off it is."""
        place = rank(lane)
        promised = [until for other, until in self.booked.items() if other <= place]
        at = max([*promised, now + self.wait(now, lane)])
        self.booked[place] = at + self.gap + self.took
        return at - now

    def leave_alone(self, until: float) -> None:
        """Not to be asked before."""
        self.free_at = max(self.free_at, until)

    def learns(self, since: float, crawl_delay: float | None) -> None:
        """Its last fetcher had this to say when it became ours."""
        self.since = since
        self.asks_for(crawl_delay)
        self.taken_over(since)

    def taken_over(self, since: float) -> None:
        """Ours since then: who had it before may have asked it in the very moment."""
        self.leave_alone(since + self.gap)

    def asks_for(self, crawl_delay: float | None) -> None:
        """What its robots.txt says; it counts from the request that told us, too."""
        if crawl_delay is not None:
            self.crawl_delay = crawl_delay
        if self.ended_at is not None:
            self.leave_alone(self.ended_at + self.gap)

    def begins(self, now: float, own_delay: float | None = None) -> str | None:
        """A request leaves: what is wrong with that, or None (services/fetcher/courtesy.py)."""
        return self.seen.leaves(now, own_delay)

    def ends(self, began: float | None, now: float, status: int | None = None) -> None:
        """It has its answer, or none: then there is no status. `began` is None where it reached no host."""
        if status is not None:
            self.troubles = self.troubles + 1 if status == 429 or status >= FAILING else 0
        if began is not None:
            self.took = (self.took + now - began) / 2
        self.ended_at = now
        self.leave_alone(now + self.gap)
        self.seen.ends(now, self.gap)

    def is_idle(self, now: float) -> bool:
        """Whether nothing is lost by forgetting it."""
        return max([self.free_at, *self.booked.values()]) <= now and not self.waiting.total()
