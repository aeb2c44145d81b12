"""Keeps a list that names more pages than its site can serve from flooding the queue. Pure.

News goes first: what a list dates within OLD, the newest first; then what it does not date, in the order of
the list; then the rest, the newest first, on the lane `backfill`. And no more is asked for than the site can
serve until the list is read again: a request that waits goes round the queue about once a minute
(services/fetcher/waiting.py), and each round is a fate. What is held back stays unnamed, and is news to the
next poll.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from services.fetcher.entries import Entry
from services.fetcher.lanes import rank

OLD = timedelta(days=3)  # since its stated date: a weekend's news, read on Monday, is news
AHEAD = timedelta(days=1)  # a date may be so far in the future: a day without a time zone may be
LEAST = 100  # pages of one site that may always wait: more than a front page names, a few minutes' fates
QUICKEST = 0.1  # seconds between two requests, at least: what the fastest site takes for one
MOST_SITES = 10_000  # remembered; those with nobody waiting are forgotten first


def news_first(entries: Iterable[Entry], now: datetime, *, archive: bool = False) -> list[Entry]:
    """Entries in the order they are asked for. `archive` says that those without a date are old."""

    def turn(entry: Entry) -> tuple[int, bool, float]:
        stated = stated_at(entry, now)
        lane = _lane(stated, now, archive=archive)
        return rank(lane), stated is None, 0.0 if stated is None else -stated.timestamp()

    return sorted(entries, key=turn)


def lane_of(entry: Entry, now: datetime, *, archive: bool = False) -> str:
    """`live` for news, `backfill` for what was old when it was found."""
    return _lane(stated_at(entry, now), now, archive=archive)


def _lane(stated: datetime | None, now: datetime, *, archive: bool) -> str:
    is_old = archive if stated is None else now - stated > OLD
    return "backfill" if is_old else "live"


def stated_at(entry: Entry, now: datetime) -> datetime | None:
    """When the list says that the page appeared, else changed; None for no date, or one in the future.

    A day without a time is its end: whatever the zone, it is not over before.
    """
    for printed in (entry.published, entry.modified):
        if printed is None:
            continue
        try:
            if len(printed) == len("2026-11-20"):
                day = date.fromisoformat(printed)
                stated = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
            else:
                stated = datetime.fromisoformat(printed)
            stated = stated if stated.tzinfo else stated.replace(tzinfo=UTC)
            if stated <= now + AHEAD:
                return stated
        except (ValueError, OverflowError):  # as printed: no date that could be read
            continue
    return None


class Waiting:
    """Pages asked for that wait for their site, as far as time alone can tell: by site and lane."""

    def __init__(self) -> None:
        self._until: dict[str, dict[int, float]] = {}

    def room(self, site: str, lane: str, gap: float, ahead: float, now: float) -> int:
        """How many more pages of a site may be asked for; those of later lanes do not count.

        `gap` is the seconds between two requests there, `ahead` those until the list is read again.
        """
        gap, place = max(gap, QUICKEST), rank(lane)
        until = self._until.get(site, {})
        waiting = sum(max(end - now, 0.0) / gap for other, end in until.items() if other <= place)
        return max(0, int(max(LEAST, ahead / gap) - waiting + 0.5))

    def add(self, site: str, lane: str, gap: float, now: float) -> None:
        """One more waits."""
        until, place = self._until.setdefault(site, {}), rank(lane)
        until[place] = max(until.get(place, now), now) + max(gap, QUICKEST)
        if len(self._until) > MOST_SITES:
            self._until = {key: ends for key, ends in self._until.items() if max(ends.values()) > now}
