"""Dates printed for people, found in a line of text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.extractor.calendars import GREGORIAN, JALALI, MONTHS, WEEKDAYS, day_of

MAX_LINE = 400  # characters of a line that are looked at

_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_WORD = r"[^\W\d_]+"
_MONTH = rf"(?P<month>{_WORD}(?:\s{_WORD})??(?:\s?/\s?{_WORD}(?:\s{_WORD})?)?)"
_SUFFIX = r"(?:st|nd|rd|th|er|\.|ی|ê)?"

_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_NUMBER = r"(?P<number>\d{1,2})"

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("iso", rf"(?<!\d)(?P<year>\d{{4}})[-/.]{_NUMBER}[-/.]{_DAY}(?!\d)"),
        ("day-month", rf"(?<!\d){_DAY}{_SUFFIX}\s*(?:of\s)?{_MONTH}[.,،]?\s+{_YEAR}"),
        ("month-day", rf"{_MONTH}\.?\s+{_DAY}{_SUFFIX}[,،]?\s+{_YEAR}"),
        ("numbers", rf"(?<!\d){_DAY}(?P<mark>[-/.]){_NUMBER}(?P=mark){_YEAR}"),
    )
)
_TIME = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3])[:٫](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?!\d)"
    r"\s*(?P<half>[ap]\.?m\b\.?)?\s*(?P<zone>Z\b|GMT\b|UTC\b|[+-]\d\d:?\d\d\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A day, perhaps with a time, as a line prints it."""

    value: str  # ISO 8601
    precision: str  # day | minute | second
    calendar: str  # gregorian | jalali: what it was printed in
    start: int  # where in the line
    end: int


def read_dates(line: str) -> Iterator[Reading]:
    """Every date in the line's first 400 characters, in order; a year alone is no date."""
    text = line[:MAX_LINE].translate(_DIGITS)
    found = [
        reading for kind, shape in _SHAPES for m in shape.finditer(text) if (reading := _read(kind, m, text))
    ]
    end = 0
    for reading in sorted(found, key=lambda r: (r.start, -r.end)):
        if reading.start >= end:
            end = reading.end
            yield reading


def rest_of(line: str, reading: Reading) -> str:
    """The line without its date, times and weekdays: what a line says besides the date."""
    text = line[:MAX_LINE].translate(_DIGITS)
    text = _TIME.sub(" ", text[: reading.start] + " " + text[reading.end :])
    words = (word.strip(".,،:|-–—·•()") for word in text.split())
    return " ".join(word for word in words if word and word.casefold() not in WEEKDAYS)


def has_weekday(line: str) -> bool:
    """Whether the line names a day of the week."""
    return any(word.strip(".,،").casefold() in WEEKDAYS for word in line[:MAX_LINE].split())


def _read(kind: str, m: re.Match[str], text: str) -> Reading | None:
    calendar, month = _month(kind, m)
    if month is None:
        return None
    day = day_of(calendar, int(m["year"]), month, int(m["day"]))
    if day is None:
        return None
    clock, precision = _time_beside(text, m.start(), m.end())
    return Reading(f"{day.isoformat()}{clock}", precision, calendar, m.start(), m.end())


def _month(kind: str, m: re.Match[str]) -> tuple[str, int | None]:
    year = int(m["year"])
    if kind in ("day-month", "month-day"):
        return _named_month(m["month"].casefold())
    calendar = JALALI if 1300 <= year < 1450 else GREGORIAN
    number = int(m["number"])
    # 03/04/2024 is March here and April there: no date is better than a wrong one. A dot is always day first.
    unsure = (
        kind == "numbers"
        and m["mark"] != "."
        and number <= 12
        and int(m["day"]) <= 12
        and number != int(m["day"])
    )
    return calendar, None if unsure else number


def _named_month(printed: str) -> tuple[str, int | None]:
    """A month by its name; double names (شباط/فبراير) count by the first one known."""
    for name in (" ".join(part.split()) for part in printed.split("/")):
        for candidate in (name, name.split()[0], name.split()[-1]):
            if candidate in MONTHS:
                return MONTHS[candidate]
    return GREGORIAN, None


def _time_beside(text: str, start: int, end: int) -> tuple[str, str]:
    """The time printed with a date, as it continues the ISO value, and the precision reached."""
    m = _TIME.search(text[end : end + 40]) or _TIME.search(text[max(0, start - 30) : start])
    if m is None:
        return "", "day"
    hour = int(m["hour"])
    if m["half"]:
        hour = hour % 12 + (12 if m["half"][0] in "pP" else 0)
    zone = (m["zone"] or "").upper()
    offset = "+00:00" if zone in ("Z", "GMT", "UTC") else f"{zone[:3]}:{zone[-2:]}" if zone else ""
    seconds = f":{m['second']}" if m["second"] else ""
    return f"T{hour:02d}:{m['minute']}{seconds}{offset}", "second" if seconds else "minute"


def as_day(value: str) -> date | None:
    """The day of an ISO value, or None."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
