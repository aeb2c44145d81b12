"""The sites that are known, each with the one turn that there is at it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.fetcher.canonical import site_key
from services.fetcher.crawl_delays import CrawlDelays
from services.fetcher.site import PACES, Site
from services.fetcher.turns import Turns
from services.runtime.clock import Clock

MOST_SITES = 10_000  # kept in memory


@dataclass(slots=True)
class Door:
    """A site, and the turn at it."""

    site: Site
    turn: Turns = field(default_factory=Turns)


class Doors:
    """By site; `own_delay` is what we leave between two requests to each, in seconds."""

    def __init__(self, clock: Clock, own_delay: float, delays: CrawlDelays | None = None) -> None:
        self._clock = clock
        self._own_delay = own_delay
        self._delays = delays
        self._doors: dict[str, Door] = {}

    def __len__(self) -> int:
        return len(self._doors)

    def of(self, url: str) -> Door:
        """That of the site of `url`; the same one as long as anybody waits at it."""
        key = site_key(url)
        if key not in self._doors:
            if len(self._doors) >= MOST_SITES:
                self._forget_idle()
            crawl_delay = self._delays.of(key) if self._delays else None
            self._doors[key] = Door(Site(self._own_delay, crawl_delay))
        return self._doors[key]

    def paces(self) -> Mapping[tuple[str, ...], float]:
        """How many sites there are, by what decides how often they are asked."""
        counted = Counter(door.site.pace for door in self._doors.values())
        return {(pace,): counted[pace] for pace in PACES}

    def _forget_idle(self) -> None:
        """Drop sites whose turn is free anyway; those with somebody waiting stay."""
        now = self._clock.steady()
        for key in [key for key, door in self._doors.items() if door.site.is_idle(now)]:
            del self._doors[key]
