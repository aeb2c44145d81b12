"""Pages that must wait longer than a handler may: they go back to the queue with a time. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from schemas.records import FetchRequest
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import site_key
from services.fetcher.challenged import LEAVE_ALONE
from services.stage import Emit, Poison, Transient

SHORT = 5.0  # seconds; a shorter wait that a site asks for is left to the runtime's retries
SOONEST = 1.0  # seconds; nothing comes back before
LONGEST = 6 * 3600.0  # seconds; the queue keeps requests for three days
MOST_CUT = 2  # times a page is asked for again that came cut off, before we make do with what came

MOST_ATTEMPTS: Mapping[str, int] = {  # by reason: how often a page may be put off for it
    "too-many-requests": 6,
    "server-error": 6,
    "robots-unreachable": 6,
    "timeout": 6,
    "dns-failed": 16,  # three hours of a host left alone as services/fetcher/unreachable.py says
    "connect-failed": 16,
    "tls-failed": 8,  # a day
    "challenge-page": 3,
}
LEAST_WAITS: Mapping[str, float] = {"challenge-page": LEAVE_ALONE}
"""Seconds by reason, where to come back soon makes it worse; the runtime does not retry these either."""

MOST_HOPS = 6 + max(MOST_ATTEMPTS.values())
"""Attempts of a page that is put off half way through its redirects: more hops than we follow at once, and
what it may have been put off before for other reasons."""


def put_off(request: FetchRequest, refusal: Transient, now: datetime, gap: float = 0.0) -> Emit | None:
    """The request again, not before the time the refusal names; None where the runtime may retry.

    `gap` is when the site may be asked again anyway: where that is long, a retry would only find it busy.
    Raises Poison with the refusal's reason where the page was put off for it often enough.
    """
    wait = max(refusal.retry_after or 0.0, LEAST_WAITS.get(refusal.reason, 0.0), gap)
    if wait <= SHORT or refusal.reason not in MOST_ATTEMPTS:
        return None
    if request.attempt >= MOST_ATTEMPTS[refusal.reason]:
        raise Poison(refusal.reason, f"{refusal.detail}; attempt {request.attempt}")
    return _later(request, now, wait, attempt=request.attempt + 1)


def wait_for_turn(request: FetchRequest, url: str, now: datetime, wait: float) -> Emit:
    """The request again when our turn at a site comes: politeness never costs a page, nor an attempt.

    `url` is the hop that has to wait. Redirects already followed are not followed anew, else a site whose
    delay is longer than our patience would be asked the first of them for ever; what this costs is that
    the page names that hop as the address asked for. Raises Poison("bad-redirect") where it never ends.
    """
    if url == request.url:
        return _later(request, now, wait)
    if request.attempt >= MOST_HOPS:
        raise Poison("bad-redirect", f"{request.canonical_url} leads to {url} and on")
    return _later(request, now, wait, url=url, attempt=request.attempt + 1)


def ask_whole(request: FetchRequest, now: datetime) -> Emit | None:
    """The request once more for a page that came cut off; None where it was asked for often enough."""
    if request.attempt > MOST_CUT:
        return None
    return _later(request, now, SOONEST, attempt=request.attempt + 1)


def again(request: FetchRequest) -> Emit:
    """The request on its queue, keyed by whom it bothers."""
    return Emit(FETCH_REQUESTS, site_key(request.url), request, request.canonical_url)


def _later(request: FetchRequest, now: datetime, wait: float, **changes: object) -> Emit:
    due = now + timedelta(seconds=min(max(wait, SOONEST), LONGEST))
    return again(msgspec.structs.replace(request, not_before=due, **changes))
