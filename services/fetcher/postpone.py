"""Pages that must wait longer than a handler may: they go back to the queue with a time. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from schemas.records import FetchRequest
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import site_key
from services.stage import Emit, Transient

SHORT = 25.0  # seconds; a shorter wait is left to the runtime's retries
LONGEST = 6 * 3600.0  # seconds; the queue keeps requests for three days

MOST_ATTEMPTS: Mapping[str, int] = {  # by reason: how often a page may be put off for it
    "site-busy": 1_000_000,  # politeness never costs a page
    "too-many-requests": 6,
    "server-error": 6,
    "robots-unreachable": 6,
}


def put_off(request: FetchRequest, refusal: Transient, now: datetime) -> Emit | None:
    """The request again, not before the time the refusal names; None where the runtime may retry."""
    wait = refusal.retry_after or 0.0
    if wait <= SHORT or request.attempt >= MOST_ATTEMPTS.get(refusal.reason, 0):
        return None
    attempt = request.attempt + (refusal.reason != "site-busy")
    later = now + timedelta(seconds=min(wait, LONGEST))
    return again(msgspec.structs.replace(request, attempt=attempt, not_before=later))


def again(request: FetchRequest) -> Emit:
    """The request on its queue, keyed by whom it bothers."""
    return Emit(FETCH_REQUESTS, site_key(request.url), request, request.canonical_url)
