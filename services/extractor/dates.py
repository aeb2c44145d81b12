"""When an article was published: every statement of it, how far each is believed, and the choice. Pure.

Confidences were set from the share of right days by source (reference: extraction.md §4): JSON-LD, meta
and marked-up times are right .92 and more where given, addresses less, lone printed dates least.
The moment of fetching is never a candidate, only the bound for what lies in the future.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from schemas.records import DateCandidate, Discovered, Published
from services.extractor.calendars import GREGORIAN
from services.extractor.datetext import Reading, as_day, has_weekday, read_dates, rest_of
from services.extractor.markup import Markup
from services.extractor.rules import compile_any, load_rules

EARLIEST = date(1990, 1, 1)  # before the web: an unset clock (1970) or a date inside the story
DATE_CHARS = 120  # of a line that is a date and hardly anything else
SLACK = timedelta(days=1)  # how far ahead of the fetch a time zone can put a date

PUBLISHED_META = (
    "article:published_time", "article:published",
    "og:published_time", "datepublished", "publication_date",
    "pubdate", "publishdate", "publish-date", "published_at", "parsely-pub-date", "sailthru.date",
    "dc.date.issued",
    "dcterms.created", "dc.date", "dcterms.date",
    "date.publish", "cxenseparse:recs:publishtime",
)  # fmt: skip
LOOSE_META = ("date", "dc.date.created", "article.created", "created", "date.created", "og:pubdate")
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified",
    "dcterms.modified", "lastmod",
)  # fmt: skip
FED_BY = {"news-sitemap": "sitemap", "sitemap": "sitemap"}

_URL_DAY = re.compile(
    r"/(?:\w+[-/])?((?:19|20|13|14)\d\d)[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/\-_.]|$)"
    r"|/((?:19|20)\d\d[01]\d[0-3]\d)(?=[/\-_.]|$)"
)
_DIGIT = re.compile(r"\d")
_BESIDE = load_rules("phrases.toml")["dates"]
_LABEL = compile_any(_BESIDE["published"])
_UPDATED = compile_any(_BESIDE["updated"])


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line that may print the day of publication, and how near it stands to the title."""

    text: str
    place: str  # dateline | top | near


PLACES = {"dateline": 0.85, "near": 0.6, "top": 0.5}
"""Place of a printed date → confidence. `top` is where themes print today's date."""


def choose_date(candidates: Sequence[DateCandidate], fetched_at: datetime | None) -> Published | None:
    """The candidate believed most, the first of equals; the others as alternatives; None without any."""
    kept: list[DateCandidate] = []
    for candidate in sorted(candidates, key=lambda c: -c.confidence):
        known = {(c.value, c.source) for c in kept}
        if is_possible(candidate.value, fetched_at) and (candidate.value, candidate.source) not in known:
            kept.append(candidate)
    if not kept:
        return None
    first, *rest = kept
    return Published(
        value=first.value, precision=first.precision, source=first.source, confidence=first.confidence,
        alternatives=tuple(rest[:10]),
    )  # fmt: skip


def is_possible(value: str, fetched_at: datetime | None) -> bool:
    """Whether an article fetched then can have been published at that day."""
    day = as_day(value)
    if day is None or day < EARLIEST:
        return False
    return fetched_at is None or day <= (fetched_at + SLACK).date()


def dates_of_markup(page: Markup) -> Iterator[DateCandidate]:
    """Candidates from JSON-LD, meta elements and marked-up times."""
    for key, confidence in (("datePublished", 0.95), ("dateCreated", 0.7), ("uploadDate", 0.6)):
        yield from _stated(page.story.get(key), "json-ld", confidence)
    for name in PUBLISHED_META:
        yield from _stated(page.meta(name), "meta", 0.92)
    for name in LOOSE_META:
        yield from _stated(page.meta(name), "meta", 0.75)
    times = list(page.tree.iter("time"))[:40]
    # several days mean comments or teasers: then only a time marked as the publication counts as stated
    alone = len({(element.get("datetime") or "")[:10] for element in times}) == 1
    for element in times:
        marked = "datePublished" in (element.get("itemprop") or "") or element.get("pubdate") is not None
        yield from _stated(element.get("datetime"), "time-element", 0.85 if alone or marked else 0.6)


def dates_of_origin(url: str, discovered: Discovered) -> Iterator[DateCandidate]:
    """Candidates from the address and from the list that named the page."""
    if m := _URL_DAY.search(url.split("?")[0].lower()):
        year, month, day = (m[1], m[2], m[3]) if m[1] else (m[4][:4], m[4][4:6], m[4][6:])
        printed = f"{day} {month} {year}" if month.isalpha() else f"{year}-{month}-{day}"
        for reading in read_dates(printed):
            yield _printed(reading, "url", 0.75)
    yield from _stated(discovered.published, FED_BY.get(discovered.via, "feed"), 0.8)


def dates_of_lines(lines: Sequence[DatedLine]) -> Iterator[DateCandidate]:
    """Candidates from lines that are little more than a date."""
    for line in lines:
        for reading in list(read_dates(line.text))[:1]:
            rest = rest_of(line.text, reading)
            labelled = bool(_LABEL.search(rest))
            if _UPDATED.search(rest) or len(rest.split()) > (8 if labelled else 4):
                continue
            confidence = PLACES[line.place]
            if labelled and line.place != "top":
                confidence = 0.85
            elif line.place == "dateline" and rest:
                confidence = 0.7
            yield _printed(reading, "visible-line", confidence)


def is_date_line(line: str) -> bool:
    """Whether a line is a date and hardly anything else."""
    if len(line) > DATE_CHARS or not _DIGIT.search(line):  # nearly all lines, and to read dates costs time
        return False
    first = next(read_dates(line), None)
    if first is None:
        return False
    words = rest_of(line, first).split()
    return len(words) <= (0 if line.endswith((".", "؟", "!", "?")) else 4)


def is_theme_date(line: str) -> bool:
    """Whether a line at the top of a page looks like a calendar: a date with its weekday and no time."""
    first = next(read_dates(line), None)
    return first is not None and first.precision == "day" and has_weekday(line) and not rest_of(line, first)


def modified_of(page: Markup, fetched_at: datetime | None) -> str | None:
    """ISO 8601 moment of the last change that the page states, or None."""
    stated = [page.story.get("dateModified"), *(page.meta(name) for name in MODIFIED_META)]
    values = (c.value for said in stated for c in _stated(said, "meta", 1.0))
    return next((value for value in values if is_possible(value, fetched_at)), None)


def _stated(value: object, source: str, confidence: float) -> Iterator[DateCandidate]:
    """At most one candidate from a machine-readable value: ISO 8601, RFC 5322, or as printed."""
    if not isinstance(value, str) or not value.strip():
        return
    text = value.strip()[:100]
    moment = _moment(text)
    if moment is not None:
        precision = (
            "day"
            if len(text) <= 10 and not text.isdigit()
            else "second"
            if text.count(":") != 1
            else "minute"
        )
        shown = moment.date().isoformat() if precision == "day" else moment.isoformat(timespec="seconds")
        yield DateCandidate(value=shown, precision=precision, source=source, confidence=confidence)
    else:
        yield from (_printed(reading, source, confidence) for reading in list(read_dates(text))[:1])


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


def _printed(reading: Reading, source: str, confidence: float) -> DateCandidate:
    """A candidate from a printed date; another calendar is named in the source."""
    named = source if reading.calendar == GREGORIAN else f"{source}:{reading.calendar}"
    return DateCandidate(
        value=reading.value, precision=reading.precision, source=named, confidence=confidence
    )
