"""Days stated to machines: values of markup, the address, the list that named the page, its headers. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schemas.records import DateCandidate, Discovered
from services.extractor.calendars import GREGORIAN, HIJRI
from services.extractor.datetext import Reading, read_dates

MAX_VALUE = 100  # characters of a stated date
ASSUMED = 0.7  # times the confidence, where the order of day and month was guessed
BY_MOON = 0.5  # at most, of a Hijri day: it is sure to a day only

FED_BY = {"news-sitemap": "sitemap", "sitemap": "sitemap"}

_URL_DAY = re.compile(
    r"/(?:\w+[-/])?((?:19|20|13|14)\d\d)[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/\-_.]|$)"
    r"|/((?:19|20)\d\d[01]\d[0-3]\d)(?=[/\-_.]|$)"
)


def dates_of_origin(
    url: str, discovered: Discovered, headers: Mapping[str, str] | None = None
) -> Iterator[DateCandidate]:
    """Candidates from the address, from the list that named the page, and from the answer's Last-Modified."""
    if m := _URL_DAY.search(url.split("?")[0].lower()):
        year, month, day = (m[1], m[2], m[3]) if m[1] else (m[4][:4], m[4][4:6], m[4][6:])
        printed = f"{day} {month} {year}" if month.isalpha() else f"{year}-{month}-{day}"
        for reading in read_dates(printed):
            yield as_candidate(reading, "url", 0.8)
    yield from stated_date(discovered.published, FED_BY.get(discovered.via, "feed"), 0.8)
    yield from stated_date((headers or {}).get("last-modified"), "last-modified", 0.3)


def stated_date(value: object, source: str, confidence: float) -> Iterator[DateCandidate]:
    """At most one candidate from a machine-readable value: ISO 8601, RFC 5322, or as printed.

    One that names no day is there as well, refused.
    """
    if not isinstance(value, str) or not (text := value.strip()[:MAX_VALUE]):
        return
    if moment := _moment(text):
        precision = (
            "day"
            if len(text) <= 10 and not text.isdigit()
            else "minute"
            if text.count(":") == 1
            else "second"
        )
        shown = moment.date().isoformat() if precision == "day" else moment.isoformat(timespec="seconds")
        yield DateCandidate(value=shown, precision=precision, source=source, confidence=confidence)
    elif reading := next(read_dates(text), None):
        yield as_candidate(reading, source, confidence)
    else:
        yield refuse(
            DateCandidate(value=text, precision="day", source=source, confidence=confidence), "unreadable"
        )


def as_candidate(reading: Reading, source: str, confidence: float) -> DateCandidate:
    """A candidate from a printed date; another calendar is named in the source."""
    named = source if reading.calendar == GREGORIAN else f"{source}:{reading.calendar}"
    sure = min(confidence, BY_MOON) if reading.calendar == HIJRI else confidence
    return DateCandidate(
        value=reading.value, precision=reading.precision, source=named,
        confidence=round(sure * (ASSUMED if reading.assumed else 1), 3),
    )  # fmt: skip


def refuse(candidate: DateCandidate, reason: str) -> DateCandidate:
    """The candidate as one that is not believed at all, with the reason."""
    return DateCandidate(
        value=candidate.value, precision=candidate.precision, source=candidate.source, confidence=0.0,
        refused=reason,
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    """An instant as machines write it: seconds since 1970, ISO 8601 or RFC 5322."""
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
