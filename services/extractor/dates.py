"""What printed lines, the address and the list that named the page state of the day of publication. Pure.

Confidences were set from the share of right days by source on half of the hosts of 480 dated pages, and read
again on the other half: docs/decisions/0014-fields.md has the table.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schemas.records import DateCandidate, Discovered
from services.extractor.calendars import GREGORIAN, HIJRI
from services.extractor.datetext import Reading, as_day, has_weekday, read_dates, rest_of
from services.extractor.rules import compile_any, load_rules

DATE_CHARS = 120  # of a line that is a date and hardly anything else
MAX_VALUE = 100  # characters of a stated date
LABELLED_WORDS, CROWDED_WORDS, OTHER_WORDS = 8, 9, 4
"""Words besides the date: of a line that says what the date is, of one under the title, of others."""
SENTENCE_ENDS = (".", "؟", "!", "?")

FED_BY = {"news-sitemap": "sitemap", "sitemap": "sitemap"}

_URL_DAY = re.compile(
    r"/(?:\w+[-/])?((?:19|20|13|14)\d\d)[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/\-_.]|$)"
    r"|/((?:19|20)\d\d[01]\d[0-3]\d)(?=[/\-_.]|$)"
)
_LABELS = load_rules("dates.toml")["labels"]
_PUBLISHED = compile_any(_LABELS["published"])
_UPDATED = compile_any(_LABELS["updated"])
_TODAY = compile_any(_LABELS["today"])
_RELATIVE = compile_any(_LABELS["relative"])
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line that may print the day of publication, and how near it stands to the title."""

    text: str
    place: str  # a key of PLACES


PLACES = {"dateline": 0.85, "near": 0.6, "top": 0.5, "anywhere": 0.5}
"""Place of a printed date → confidence. At the `top` themes print today's; `anywhere`: far from the title."""
LABELLED = 0.85  # of a line near the title that says that this is the day of publication
BESIDE_OTHERS = 0.7  # of a date under the title with other words in its line
CROWDED = 0.6  # of one with many: name, office, rubric and number of comments
CHANGED = 0.4  # of the day of the last change, where no other is known: the text was out by then
ASSUMED = 0.7  # times that, where the order of day and month was guessed
BY_MOON = 0.5  # at most, of a Hijri day: it is sure to a day only


def dates_of_origin(
    url: str, discovered: Discovered, headers: Mapping[str, str] | None = None
) -> Iterator[DateCandidate]:
    """Candidates from the address, from the list that named the page, and from the answer's Last-Modified."""
    if m := _URL_DAY.search(url.split("?")[0].lower()):
        year, month, day = (m[1], m[2], m[3]) if m[1] else (m[4][:4], m[4][4:6], m[4][6:])
        printed = f"{day} {month} {year}" if month.isalpha() else f"{year}-{month}-{day}"
        for reading in read_dates(printed):
            yield _printed(reading, "url", 0.8)
    yield from stated_date(discovered.published, FED_BY.get(discovered.via, "feed"), 0.8)
    yield from stated_date((headers or {}).get("last-modified"), "last-modified", 0.3)


def dates_of_lines(
    lines: Sequence[DatedLine], fetched_at: datetime | None = None, day_first: bool | None = None
) -> Iterator[DateCandidate]:
    """Candidates from lines that are little more than a date. `day_first`: how 03/04/2024 is meant here."""
    for line in lines:
        readings = list(read_dates(line.text, day_first))
        # of the same day printed twice, the Gregorian one is exact
        reading = min(readings, key=lambda r: r.calendar == HIJRI, default=None)
        if reading is None:
            yield from _relative(line.text)
            continue
        rest = rest_of(line.text, reading)
        labelled = bool(_PUBLISHED.search(rest))
        words = len(rest.split()) - OTHER_WORDS * (len(readings) - 1)
        if _UPDATED.search(rest) and not labelled:
            if words <= CROWDED_WORDS:
                yield _printed(reading, "modified", CHANGED)
            continue
        crowded = line.place == "dateline" and not line.text.endswith(SENTENCE_ENDS)
        if words > (LABELLED_WORDS if labelled else CROWDED_WORDS if crowded else OTHER_WORDS):
            continue
        found = _printed(reading, "visible-line", _confidence(line, rest, labelled))
        clock = _TODAY.search(line.text) or (line.place == "top" and _is_day_of(found, fetched_at))
        yield refuse(found, "page-clock") if clock else found


def is_date_line(line: str) -> bool:
    """Whether a line is a date and hardly anything else."""
    if len(line) > DATE_CHARS or not _DIGIT.search(line):  # nearly all lines, and to read dates costs time
        return False
    first = next(read_dates(line), None)
    if first is None:
        return False
    words = rest_of(line, first).split()
    return len(words) <= (0 if line.endswith(SENTENCE_ENDS) else 4)


def is_theme_date(line: str) -> bool:
    """Whether a line at the top of a page looks like a calendar: a date with its weekday and no time."""
    first = next(read_dates(line), None)
    return first is not None and first.precision == "day" and has_weekday(line) and not rest_of(line, first)


def is_labelled(line: str) -> bool:
    """Whether a line says of its date that it is the day of publication."""
    return bool(_PUBLISHED.search(line)) and not _UPDATED.search(line)


def says_updated(words: str) -> bool:
    """Whether words beside a date say that it is the day of the last change and not that of publication."""
    return bool(_UPDATED.search(words)) and not _PUBLISHED.search(words)


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
        yield _printed(reading, source, confidence)
    else:
        yield refuse(
            DateCandidate(value=text, precision="day", source=source, confidence=confidence), "unreadable"
        )


def refuse(candidate: DateCandidate, reason: str) -> DateCandidate:
    """The candidate as one that is not believed at all, with the reason."""
    return DateCandidate(
        value=candidate.value, precision=candidate.precision, source=candidate.source, confidence=0.0,
        refused=reason,
    )  # fmt: skip


def _confidence(line: DatedLine, rest: str, labelled: bool) -> float:
    if labelled and line.place in ("dateline", "near"):
        return LABELLED
    if len(rest.split()) > OTHER_WORDS:
        return CROWDED
    return BESIDE_OTHERS if line.place == "dateline" and rest else PLACES[line.place]


def _relative(line: str) -> Iterator[DateCandidate]:
    """A line that counts from now: shown, and refused, as nobody knows what its now was."""
    if len(line) <= MAX_VALUE and len(line.split()) <= LABELLED_WORDS and (m := _RELATIVE.search(line)):
        candidate = DateCandidate(value=m[0], precision="day", source="visible-line", confidence=0.0)
        yield refuse(candidate, "relative")


def _is_day_of(candidate: DateCandidate, moment: datetime | None) -> bool:
    day = as_day(candidate.value)
    return moment is not None and day is not None and abs((day - moment.date()).days) <= 1


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
    sure = min(confidence, BY_MOON) if reading.calendar == HIJRI else confidence
    return DateCandidate(
        value=reading.value, precision=reading.precision, source=named,
        confidence=round(sure * (ASSUMED if reading.assumed else 1), 3),
    )  # fmt: skip
