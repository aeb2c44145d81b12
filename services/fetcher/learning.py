"""What one poll teaches about a list: its state before, and what came, give its state after. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from schemas.records import Source
from services.fetcher.entries import Listing
from services.fetcher.feed_state import FeedState
from services.fetcher.schedule import interval_after
from services.fetcher.statements import good_for, outside_skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """One poll that did not fail."""

    headers: Mapping[str, str]  # lower-case names
    listing: Listing | None = None  # None where the server said 304
    asked: int = 0  # pages asked for


def learn(before: FeedState, polled: Polled, source: Source, now: datetime) -> FeedState:
    """The state after a poll. The next one is between the floor and the ceiling of the source from now."""
    hints = polled.listing.hints if polled.listing else before.hints
    interval = interval_after(
        polled.asked,
        before.interval,
        source.poll_floor,
        source.poll_ceiling,
        good_for(polled.headers, hints, now),
        hints.period,
    )
    after = before.succeeded(polled.headers, interval, now)
    due, latest = now + timedelta(seconds=interval), now + timedelta(seconds=source.poll_ceiling)
    return msgspec.structs.replace(after, hints=hints, next_at=outside_skipped(due, hints, latest))
