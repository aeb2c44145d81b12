"""Answers that somebody archived as WARC, as pages of the backfill lane. Pure.

A record is judged in two steps, so that a body is read only where it may become a page: its head, then its
payload. Terms and record types are those of ISO 28500:2017 (WARC 1.1).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.records import Discovered, RawPage, Robots
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.encodings import dechunk, decode_content
from services.fetcher.files import HTML_START, MAX_FILE, SNIFFED
from services.fetcher.kept import FIELD, NOTHING, Kept, read_kept
from services.fetcher.media import CHOSEN_HEADERS, media_type, refuse_media
from services.fetcher.rights import read_rights
from services.stage import Poison, Refusal, Skip

ABOUT_OTHERS = frozenset(("warcinfo", "request", "metadata"))
"""Types of records that are no pages and stand beside those that are."""

STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? (\d{3})(?: |\Z)")
EARLY = timedelta(days=1)  # an archive's clock may be that much ahead of ours


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is no page, or a file of which nothing more can be had, and why."""

    url: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Head:
    """What a response record says before its payload."""

    url: str
    canonical_url: str
    fetched_at: datetime
    status: int
    headers: Mapping[str, str]  # lower-case names, repeated ones joined
    truncated: bool  # as the archive says
    kept: Kept = NOTHING  # where we wrote the archive


def read_head(
    fields: Mapping[str, str], status_line: str, headers: Iterable[tuple[str, str]], now: datetime
) -> Head:
    """The head of a response; `fields` are the record's own, by lower-case name.

    Raises Skip "bad-url", "status-not-ok", "not-html"; Poison "broken-record".
    """
    url = fields.get("warc-target-uri", "").strip()
    kept = read_kept(fields.get(FIELD.lower(), ""))
    canonical = kept.canonical_url or canonical_url(url)
    answered = STATUS_LINE.match(status_line)
    if answered is None:
        raise Poison("broken-record", f"no HTTP status in {status_line[:80]!r}")
    if answered[1] != "200":
        raise Skip("status-not-ok", f"status {answered[1]}")
    joined = _joined(headers)
    refuse_media(joined)
    return Head(
        url=url,
        canonical_url=canonical,
        fetched_at=_instant(fields.get("warc-date", ""), now),
        status=200,
        headers=joined,
        truncated="warc-truncated" in fields,
        kept=kept,
    )


def page_from_archive(head: Head, payload: bytes, name: str) -> RawPage:
    """The page behind a head; `payload` as it was sent, `name` that of the WARC.

    Raises Skip("empty-body"), Poison("body-too-large").
    """
    body, whole = _body(head.headers, payload)
    if not body.strip():
        raise Skip("empty-body", "nothing in the body")
    content_type, charset = media_type(head.headers)
    return RawPage(
        page_id=page_id(head.canonical_url),
        url=head.url,
        requested_url=head.url,
        canonical_url=head.canonical_url,
        status=head.status,
        headers={each: head.headers[each] for each in CHOSEN_HEADERS if each in head.headers},
        content_type=content_type,
        charset=charset,
        body=body,
        body_sha256=hashlib.sha256(body).hexdigest(),
        truncated=head.truncated or not whole,
        fetched_at=head.fetched_at,
        robots=Robots(verdict="not-asked"),
        rights=read_rights(head.headers, body, head.kept.stated),
        discovered=Discovered(
            source_id=head.kept.source_id,
            feed_url=name,
            via="file",
            title=head.kept.title,
            published=head.kept.published,
        ),
        lane="backfill",
    )


def _body(headers: Mapping[str, str], payload: bytes) -> tuple[bytes, bool]:
    """The body with all codings undone, and whether it is whole.

    Some archives undo a coding and keep the header that names it: then the payload is taken as it is.
    """
    raw, whole = payload, True
    if "chunked" in headers.get("transfer-encoding", "").lower():
        raw, whole = dechunk(payload)
    if HTML_START.match(raw[:SNIFFED]):
        return _bounded(raw), whole
    body, decoded = decode_content(raw, headers.get("content-encoding"), MAX_FILE)
    return (body, whole and decoded) if body else (_bounded(raw), whole)


def _bounded(body: bytes) -> bytes:
    if len(body) > MAX_FILE:
        raise Poison("body-too-large", f"over {MAX_FILE} bytes")
    return body


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By lower-case name; a name that comes again adds to its list (RFC 9110 section 5.2)."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _instant(text: str, now: datetime) -> datetime:
    """WARC-Date (W3C profile of ISO 8601, in UTC), to the millisecond. Raises Poison("broken-record")."""
    try:
        found = datetime.fromisoformat(text.strip())
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise Poison("broken-record", f"WARC-Date {text[:40]!r} is no instant") from exc
    if found > now + EARLY:
        raise Poison("broken-record", f"WARC-Date {text[:40]!r} is in the future")
    return found.replace(microsecond=found.microsecond // 1000 * 1000)
