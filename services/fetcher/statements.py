"""What a feed and its server state about when to ask again, in seconds and instants. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from services.fetcher.entries import Hints, absolute_url
from services.fetcher.schedule import max_age_seconds

WEEK_OF_HOURS = 7 * 24
LINK_CHARS = 8000  # of a Link header that are read
LINK = re.compile(r"<([^<>]*)>([^<]*)")
RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


def good_for(headers: Mapping[str, str], hints: Hints, now: datetime) -> float:
    """Seconds an answer is good for, by whoever says longer: its headers, or the ttl inside."""
    return max(fresh_seconds(headers, now) or 0.0, hints.ttl or 0.0)


def fresh_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """What is left of the freshness lifetime of an answer (RFC 9111 section 4.2); None where not stated.

    `max-age` goes before `Expires` (section 5.3), which counts from `Date`; `Age` is time already spent.
    """
    lifetime = max_age_seconds(headers.get("cache-control"))
    if lifetime is None and "expires" in headers:
        lifetime = _until(headers["expires"], headers.get("date"), now)
    if lifetime is None:
        return None
    age = headers.get("age", "").strip()
    spent = float(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0.0
    return max(0.0, lifetime - spent)


def outside_skipped(at: datetime, hints: Hints, latest: datetime) -> datetime:
    """`at`, or the next full hour that is not one to be skipped (RSS 2.0: skipHours, skipDays, in GMT).

    Never after `latest`.
    """
    found = at.astimezone(UTC)
    for _ in range(WEEK_OF_HOURS):
        if found.hour not in hints.skip_hours and found.weekday() not in hints.skip_days:
            break
        found = found.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(found, max(at, latest))


def hub_in_headers(headers: Mapping[str, str], base: str) -> str | None:
    """The hub that a Link header names (WebSub section 4, RFC 8288 section 3); absolute."""
    for target, parameters in LINK.findall(headers.get("link", "")[:LINK_CHARS]):
        relations = RELATION.search(parameters)
        if relations and "hub" in (relations[1] or relations[2]).lower().split():
            return absolute_url(target, base)
    return None


def _until(expires: str, date: str | None, now: datetime) -> float:
    """An Expires that is no date means already expired (RFC 9111 section 5.3)."""
    end = _http_date(expires)
    return 0.0 if end is None else (end - (_http_date(date or "") or now)).total_seconds()


def _http_date(printed: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(printed)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
