"""Which sitemaps of an index are read now, and which rest. Pure.

A sitemap whose date in the index (sitemaps.org: lastmod) is the one it had when it was last read whole rests:
it is read again after as long as it has brought nothing, REST at least and LONGEST_REST at most. If that
brings something, the date is not believed of this sitemap. Another date calls it back: when its own interval,
which grows while it brings nothing, has passed, or else the ceiling of its source. One without a date has its
own interval, up to REST. So those read in one poll are not due at the next, which goes on with others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.fetcher.entries import Entry
from services.fetcher.feed_state import FeedState

MOST_LISTED = 50_000  # sitemaps of an index that are looked at, newest first: the limit of sitemaps.org
REST, LONGEST_REST = timedelta(days=7), timedelta(days=90)
SPREAD = 0.25  # up to this share of a rest earlier, by sitemap, so that not all come back at once
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
KEY_BYTES = 8


@dataclass(frozen=True, slots=True)
class Target:
    """A list to be read: a feed itself, or a sitemap of an index."""

    url: str
    depth: int = 0  # indexes above it
    lastmod: str | None = None  # as the index states it


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap of an index, and what is remembered of it."""

    entry: Entry
    state: FeedState

    @property
    def rests(self) -> bool:
        """Whether it was read since it last changed, by the date in the index."""
        stated = self.entry.modified
        return stated is not None and stated == self.state.lastmod and self.state.reason is None

    def due(self, now: datetime, ceiling: timedelta, share: float) -> bool:
        """Whether it is to be read now. `share` is its own, from 0 up to 1."""
        state = self.state
        if state.polled_at is None:
            return True
        if self.rests:
            return now - state.polled_at >= _rest(state) * (1.0 - SPREAD * share)
        next_at = state.next_at or state.polled_at
        if self.entry.modified is not None and state.reason is None:
            next_at = min(next_at, state.polled_at + ceiling)
        return now >= next_at


def _rest(state: FeedState) -> timedelta:
    quiet = state.polled_at - state.new_at if state.polled_at and state.new_at else REST
    return min(max(quiet, REST), LONGEST_REST)


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Each sitemap of an index once, those that changed last first, MOST_LISTED at most."""
    once = {entry.url: entry for entry in entries}
    return sorted(once.values(), key=lambda entry: entry.modified or "", reverse=True)[:MOST_LISTED]


def in_turn(due: Iterable[Child]) -> list[Child]:
    """Those that changed last first; of the same date those first that were not read for longest."""
    waiting = sorted(due, key=lambda child: _polled(child.state))
    return sorted(waiting, key=lambda child: child.entry.modified or "", reverse=True)


def _polled(state: FeedState) -> datetime:
    return state.polled_at or LONG_AGO


def known_bytes(keys: Iterable[str]) -> bytes:
    """The sitemaps of an index that something is remembered of, as it is remembered: 8 bytes each."""
    return b"".join(bytes.fromhex(key) for key in sorted(keys))


def read_known(value: bytes | None) -> frozenset[str]:
    """As it was remembered: short keys of sitemaps (services/fetcher/feed_state.py: short_key)."""
    return frozenset(_keys(value or b""))


def _keys(value: bytes) -> Iterator[str]:
    for start in range(0, len(value) - KEY_BYTES + 1, KEY_BYTES):
        yield value[start : start + KEY_BYTES].hex()
