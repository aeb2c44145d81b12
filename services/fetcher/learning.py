"""What one poll teaches about a list: its state before, and what came, give its state after. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from schemas.records import Source
from services.fetcher.children import REST, Target
from services.fetcher.entries import Listing
from services.fetcher.feed_state import FeedState
from services.fetcher.schedule import interval_after
from services.fetcher.statements import good_for, hub_in_headers, outside_skipped
from services.fetcher.validators import caught, digest_of


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a list."""

    asked: int  # pages that nobody had asked for
    new: int  # pages that this list had not named
    left: int = 0  # more of them, held back for later polls (services/fetcher/floods.py)

    def __add__(self, other: "Found") -> "Found":
        """Of both."""
        return Found(self.asked + other.asked, self.new + other.new, self.left + other.left)


NOTHING = Found(0, 0)
MOST_HUB = 2000  # characters of an address that are remembered


@dataclass(frozen=True, slots=True)
class Polled:
    """One poll that did not fail."""

    at: Target
    headers: Mapping[str, str]  # lower-case names
    listing: Listing | None = None  # None where the server said 304
    found: Found = NOTHING
    whole: bool = True  # False for a list cut off or held back, and an index whose sitemaps do not all rest
    lie: str | None = None  # what proves that its validators lie


def learn(before: FeedState, polled: Polled, source: Source, now: datetime) -> FeedState:
    """The state after a poll. The next one is between the floor and the ceiling of the source from now.

    A sitemap of an index has REST as its ceiling; a list of which pages were held back comes at the floor.
    """
    ceiling = max(source.poll_ceiling, REST.total_seconds()) if polled.at.depth else source.poll_ceiling
    hints = polled.listing.hints if polled.listing else before.hints
    entries = _entries(before, polled)
    interval = (
        source.poll_floor
        if polled.found.left
        else interval_after(
            polled.found.asked,
            before.interval,
            source.poll_floor,
            ceiling,
            good_for(polled.headers, hints, now),
            hints.period,
            empty=entries == 0,
        )
    )
    after = before.succeeded(polled.headers, interval, now)
    due, latest = now + timedelta(seconds=interval), now + timedelta(seconds=ceiling)
    after = msgspec.structs.replace(
        after,
        hints=msgspec.structs.replace(hints, hub=None),
        hub=_hub(before, polled),
        entries=entries,
        left=before.left if polled.listing is None else polled.found.left,
        next_at=outside_skipped(due, hints, latest),
    )
    after = _seen_whole(after, polled, now)
    if polled.found.new or polled.found.left:
        after = after.brought_news(now, going_on=bool(before.left))
    return caught(after, polled.lie, now) if polled.lie else after


def _entries(before: FeedState, polled: Polled) -> int | None:
    """How many pages the list names; one that was cut off before the first says nothing of it."""
    if polled.listing is None or not (polled.listing.entries or polled.whole):
        return before.entries
    return len(polled.listing.entries)


def _hub(before: FeedState, polled: Polled) -> str | None:
    """The header's goes before the list's (WebSub section 4); a 304 without one changes nothing."""
    said = before.hub if polled.listing is None else polled.listing.hints.hub
    hub = hub_in_headers(polled.headers, polled.at.url) or said
    return hub if hub and len(hub) <= MOST_HUB else None


def _seen_whole(state: FeedState, polled: Polled, now: datetime) -> FeedState:
    if polled.listing is None:
        return msgspec.structs.replace(state, unchanged=state.unchanged + 1)
    digest = digest_of(polled.listing) if polled.whole else None
    return msgspec.structs.replace(
        state, unchanged=0, whole_at=now, digest=digest, lastmod=_lastmod(state, polled)
    )


def _lastmod(before: FeedState, polled: Polled) -> str | None:
    """The date under which a sitemap may rest; none for one that brought something without changing it."""
    believed = polled.at.lastmod != before.lastmod or not polled.found.new
    return polled.at.lastmod if polled.whole and believed else None
