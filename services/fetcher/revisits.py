"""When a page is read again, and what a visit brings: changed headlines, corrections and retractions. Pure.

After each spacing of SIRWAN_REVISIT_AFTER a page is asked for once more, conditionally (RFC 9110 section 13),
under the validators it stated when it was last read whole. The last visit asks without them: a server that
says 304 to everything is found out by one request, which costs a body and nothing else.

What is planned lies in the fetcher's memory, one key a page, until the last visit is asked for. About 300
bytes (key and value) a page; where and how the page was found is not repeated, since the request that a list
led to is remembered anyway (services/fetcher/feed_state.py: ASKED). As soon as a visit is asked for, the next
one is planned: a visit that fails is let go, it has no dead letter and the next one comes all the same.

Not read again: what no list named, the past (lane backfill), and what its list dates before the last spacing,
because a list that is read for the first time brings years of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from schemas.records import FetchRequest, RawPage, Timestamp
from services.fetcher.dates import iso_date
from services.stage import Refusal, Remember, Skip

REVISIT = "revisit:"
"""Under this prefix lies what is planned for each page."""

SPREAD = 0.25  # up to this share of a spacing later, by page: what came at once does not come back at once
LATE = timedelta(days=7)  # after the last visit was due it is made up for; then the page is left as it is
MOST_VALIDATOR = 200  # characters; a longer one is not kept, and the visit asks without it
STARTS = frozenset(("live", "redrive"))  # lanes whose pages are read again
OUTCOMES = ("changed", "unchanged", "gone", "failed")  # of a visit (metrics.py: sirwan_revisits_total)
GONE = frozenset((404, 410))  # to a page that was there before

Spacings = Sequence[timedelta]
"""How long after it was first read a page is read again, shortest first."""


class Planned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page that will be read again. Fields of a newer version are ignored."""

    first_at: Timestamp  # when it was first read
    body_sha256: str  # when it was last read whole, as the validators
    visit: int = 1  # the next one; the first reading is none
    etag: str | None = None
    last_modified: str | None = None


def revisit_key(page_id: str) -> str:
    """Where it lies what is planned for a page."""
    return REVISIT + page_id


def planned_bytes(planned: Planned) -> bytes:
    """As it is remembered."""
    return msgspec.json.encode(planned)


def read_planned(value: bytes | None) -> Planned | None:
    """As it was remembered; a value that does not read is as good as none."""
    try:
        return msgspec.json.decode(value, type=Planned) if value else None
    except msgspec.DecodeError:
        return None


def due_at(planned: Planned, page_id: str, spacings: Spacings) -> datetime | None:
    """When the next visit is due; None where there is none any more."""
    return _due(planned, planned.visit, page_id, spacings)


def _due(planned: Planned, visit: int, page_id: str, spacings: Spacings) -> datetime | None:
    if not 1 <= visit <= len(spacings):
        return None
    share = int(page_id[:8], 16) / 2**32
    return planned.first_at + spacings[visit - 1] * (1.0 + SPREAD * share)


def after_page(
    before: Planned | None, request: FetchRequest, page: RawPage, spacings: Spacings
) -> Planned | None:
    """What is planned once a page was read whole; None where nothing is.

    A page that has a plan keeps it, whatever it was read for: a request delivered twice begins nothing anew.
    """
    last = request.visit >= len(spacings)
    if last or (before is None and not _begins(request, page.fetched_at, spacings)):
        return None
    before = before or Planned(first_at=page.fetched_at, body_sha256=page.body_sha256)
    return msgspec.structs.replace(
        before,
        visit=max(before.visit, request.visit + 1),  # the answer may come before the question is remembered
        body_sha256=page.body_sha256,
        etag=_kept(page.headers.get("etag")),
        last_modified=_kept(page.headers.get("last-modified")),
    )


def _begins(request: FetchRequest, now: datetime, spacings: Spacings) -> bool:
    if request.visit or request.lane not in STARTS or not request.discovered.source_id:
        return False
    published = _instant(request.discovered.published)
    return published is None or now - published < spacings[-1]


def _instant(printed: str | None) -> datetime | None:
    try:
        when = datetime.fromisoformat(iso_date(printed) or "")
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _kept(validator: str | None) -> str | None:
    return validator if validator and len(validator) <= MOST_VALIDATOR else None


def take_turn(
    planned: Planned, page_id: str, spacings: Spacings, now: datetime
) -> tuple[int, Planned | None]:
    """The visit to make now, 0 for none; and what is planned after it, None where nothing is.

    Of visits that were missed only the newest is made.
    """
    dues = [_due(planned, visit, page_id, spacings) for visit in range(planned.visit, len(spacings) + 1)]
    passed = [due for due in dues if due is not None and due <= now]
    if not dues or (len(passed) == len(dues) and now - passed[-1] > LATE):
        return 0, None
    if not passed:
        return 0, planned
    visit = planned.visit + len(passed) - 1
    return visit, msgspec.structs.replace(planned, visit=visit + 1) if visit < len(spacings) else None


def request_for(
    asked: FetchRequest, planned: Planned, visit: int, spacings: Spacings, now: datetime
) -> FetchRequest:
    """The request a list once led to, made again; `visit` is the one it is for."""
    last = visit >= len(spacings)
    return msgspec.structs.replace(
        asked,
        lane="revisit",
        requested_at=now,
        not_before=None,
        attempt=1,
        visit=visit,
        etag=None if last else planned.etag,
        last_modified=None if last else planned.last_modified,
        body_sha256=planned.body_sha256,
        first_fetched_at=planned.first_at,
    )


def conditions(request: FetchRequest) -> dict[str, str]:
    """Headers of a conditional GET."""
    stated = {"if-none-match": request.etag, "if-modified-since": request.last_modified}
    return {name: value for name, value in stated.items() if value}


def refuse_same(request: FetchRequest, status: int, url: str, body_sha256: str) -> None:
    """Raises Skip for an answer that brings nothing new of a page.

    "unchanged": 304, or the body of last time; "gone": 404, 410, or the front page in its place. That a page
    is gone is no retraction: nobody said why. `url` is where the redirects ended.
    """
    said = f"status {status} from {url} at visit {request.visit}"
    if status in GONE:
        raise Skip("gone", said)
    if 200 <= status < 300 and _is_front(url) and not _is_front(request.url):
        raise Skip("gone", f"{said}: the front page in place of {request.url}")
    if (status == 304 and conditions(request)) or body_sha256 == request.body_sha256:
        raise Skip("unchanged", said)


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def let_go(request: FetchRequest, refusal: Refusal) -> Skip:
    """How a visit ends that was refused: it is not made up for, and what is gone is not asked for again."""
    skip = Skip(refusal.reason, refusal.detail)
    if refusal.reason == "gone":
        skip.remember = (Remember(revisit_key(request.page_id), None),)
    return skip


def outcome_of(reason: str) -> str:
    """What a visit brought that published nothing: the same word, or "failed"."""
    return reason if reason in OUTCOMES else "failed"
