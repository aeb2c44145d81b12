"""When to ask again: polls by what a feed yields, failures by their class, requests by politeness. Pure.

The numbers are first guesses; issue 5 measures them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FASTER, SLOWER = 0.5, 1.5  # of the last interval, after a poll that brought something, and one that did not
EMPTY = 3.0  # the same of a list that is valid and names nothing
DELAY_FACTOR = 5.0  # of what an answer takes: a sixth of a site's time is ours at most (Heritrix' default)
MOST_SLOWED = 30.0  # seconds; Heritrix' default too. A crawl-delay or a Retry-After may ask for more
MAX_RETRY_AFTER = 24 * 3600.0  # seconds: who asks for more is asked again after a day
MAX_AGE_BELIEVED = 3600.0  # seconds: caches in front of feeds often state a year, templates a day


@dataclass(frozen=True, slots=True)
class Backoff:
    """Wait `first` seconds after one failure, twice as long after each further one, never over `most`."""

    first: float
    most: float

    def after(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row, 1 or more."""
        return min(self.first * 2.0 ** min(failures - 1, 30), self.most)


HOUR, DAY = 3600.0, 24 * 3600.0
BACKOFF: Mapping[str, Backoff] = {  # by refusal reason; the rest of the reasons have OTHERWISE
    "dns-failed": Backoff(300, DAY),  # a resolver that is away, or a domain that was let go
    "timeout": Backoff(300, 6 * HOUR),
    "connect-failed": Backoff(300, 6 * HOUR),
    "server-error": Backoff(300, 6 * HOUR),
    "too-many-requests": Backoff(900, 12 * HOUR),
    "robots-unreachable": Backoff(900, 12 * HOUR),
    "tls-failed": Backoff(HOUR, DAY),  # certificates are renewed by people, once they hear of it
    "challenge-page": Backoff(2 * HOUR, 3 * DAY),  # who asks often is taken for what it guards against
    "http-client-error": Backoff(HOUR, 3 * DAY),
    "not-a-feed": Backoff(HOUR, 3 * DAY),
    "gone": Backoff(DAY, 14 * DAY),
}
OURS: Mapping[str, float] = {"site-busy": 30.0, "state-unavailable": 30.0}
"""Refusals that are no fault of the feed: seconds to wait, and no failure is counted."""

OTHERWISE = Backoff(HOUR, 3 * DAY)


def interval_after(
    new: int,
    last: float | None,
    floor: float,
    ceiling: float,
    good_for: float | None,
    period: float | None = None,
    *,
    empty: bool = False,
) -> float:
    """Seconds until the next poll of a feed that answered: shorter while it yields, longer while it does not.

    `good_for` is how long the answer is good by its own word; it lengthens, up to MAX_AGE_BELIEVED. `period`
    is how often the feed says it changes: the first guess, after which only counts what it yields, because
    most feeds state what their software came with. `empty` is a list that names no page at all.
    """
    first = max(floor, min(period or 0.0, MAX_AGE_BELIEVED))
    wanted = first if last is None else last * (FASTER if new else EMPTY if empty else SLOWER)
    wanted = max(wanted, min(good_for or 0.0, MAX_AGE_BELIEVED))
    return min(max(wanted, floor), ceiling)


def interval_after_failure(reason: str, failures: int, floor: float, retry_after: float | None) -> float:
    """Seconds until a feed that failed `failures` times in a row (1 or more) is tried again."""
    wait = BACKOFF.get(reason, OTHERWISE).after(failures)
    return max(wait, floor, min(retry_after or 0.0, MAX_RETRY_AFTER))


def slowed(own: float, took: float, troubles: int) -> float:
    """Seconds between two requests to one site that is slow or unwell; 0 where our own delay is 0.

    `took` is what its answers take, `troubles` how many in a row were 429 or 5xx. Who sets no delay asks a
    site of their own, and wants none.
    """
    if not own:
        return 0.0
    return min(max(DELAY_FACTOR * took, own * 2.0 ** min(troubles, 30)), MOST_SLOWED)


def spacing(own: float, crawl_delay: float | None, slowed: float = 0.0) -> float:
    """Seconds between two requests to one site: ours, or more where its robots.txt or its state asks it."""
    return max(own, crawl_delay or 0.0, slowed)


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 section 10.2.3), MAX_RETRY_AFTER at most.

    None where it says nothing.
    """
    if not value:
        return None
    value = value.strip()
    if re.fullmatch(r"[0-9]+", value):
        return min(float(value), MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now).total_seconds()), MAX_RETRY_AFTER)


def max_age_seconds(cache_control: str | None) -> float | None:
    """Seconds of `max-age` (RFC 9111 section 5.2.2.1), 0 for no-cache and no-store, None where not stated."""
    if not cache_control:
        return None
    if re.search(r"\bno-(?:cache|store)\b", cache_control, re.IGNORECASE):
        return 0.0
    found = re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", cache_control, re.IGNORECASE)
    return float(found.group(1)) if found else None
