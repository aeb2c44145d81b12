"""Dates printed for people, found in a line of text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.extractor.calendars import GREGORIAN, JALALI, MONTHS, WEEKDAYS, day_of
from services.extractor.clocktimes import time_beside, without_times

MAX_LINE = 400  # characters of a line that are looked at

_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_WORD = r"[^\W\d_]+(?:\u200c[^\W\d_]+)?"
_MONTH = rf"(?P<month>{_WORD}(?:\s{_WORD})??(?:\s?/\s?{_WORD}(?:\s{_WORD})?)?)"
_SUFFIX = r"(?:st|nd|rd|th|er|\.|ی|['’]?ê)?"

_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_NUMBER = r"(?P<number>\d{1,2})"

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("iso", rf"(?<!\d)(?P<year>\d{{4}})[-/.]{_NUMBER}[-/.]{_DAY}(?!\d)"),
        ("day-month", rf"(?<!\d){_DAY}{_SUFFIX}(?:\s*|-)(?:of\s|de\s)?{_MONTH}(?:[.,،]?\s+|-){_YEAR}"),
        ("month-day", rf"{_MONTH}\.?\s+{_DAY}{_SUFFIX}[,،]?\s+{_YEAR}"),
        ("numbers", rf"(?<!\d){_DAY}(?P<mark>[-/.]){_NUMBER}(?P=mark){_YEAR}"),
    )
)
_HAS_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Reading:
    """A day, perhaps with a time, as a line prints it."""

    value: str  # ISO 8601
    precision: str  # day | minute | second
    calendar: str  # gregorian | jalali | hijri: what it was printed in
    start: int  # where in the line
    end: int
    assumed: bool = False  # 03/04/2024 names two days; which of them was told by the page's language


def read_dates(line: str, day_first: bool | None = None) -> Iterator[Reading]:
    """Every date in the line's first 400 characters, in order; a year alone is no date.

    `day_first`: how 03/04/2024 is meant where the line is printed; unknown, it is no date.
    """
    text = line[:MAX_LINE].translate(_DIGITS)
    if not _HAS_YEAR.search(text):
        return
    found = [
        reading
        for kind, shape in _SHAPES
        for m in shape.finditer(text)
        if (reading := _read(kind, m, text, day_first))
    ]
    end = 0
    for reading in sorted(found, key=lambda r: (r.start, -r.end)):
        if reading.start >= end:
            end = reading.end
            yield reading


def rest_of(line: str, reading: Reading) -> str:
    """The line without its date, times and weekdays: what a line says besides the date."""
    text = line[:MAX_LINE].translate(_DIGITS)
    text = without_times(text[: reading.start] + " " + text[reading.end :])
    words = (word.strip(".,،:|-–—·•()") for word in text.split())
    return " ".join(word for word in words if word and word.casefold() not in WEEKDAYS)


def has_weekday(line: str) -> bool:
    """Whether the line names a day of the week."""
    return any(word.strip(".,،").casefold() in WEEKDAYS for word in line[:MAX_LINE].split())


def _read(kind: str, m: re.Match[str], text: str, day_first: bool | None) -> Reading | None:
    assumed, start = False, m.start()
    if kind in ("day-month", "month-day"):
        calendar, month, word = _named_month(m["month"].casefold())
        day_number = int(m["day"])
        if kind == "month-day":  # "Erbil February 28" may have a word before its month
            start += word
    else:
        calendar = JALALI if 1300 <= int(m["year"]) < 1450 else GREGORIAN
        month, day_number = int(m["number"]), int(m["day"])
        if kind == "numbers":
            month, day_number, assumed = _ordered(m["mark"], day_number, month, day_first)
    day = None if month is None else day_of(calendar, int(m["year"]), month, day_number)
    if day is None:
        return None
    clock, precision = time_beside(text, start, m.end())
    return Reading(f"{day.isoformat()}{clock}", precision, calendar, start, m.end(), assumed)


def _ordered(mark: str, first: int, second: int, day_first: bool | None) -> tuple[int | None, int, bool]:
    """Month, day, and whether the order was assumed, of two numbers before a year. A dot is always day first.

    03/04/2024 is March here and April there: no date is better than a wrong one.
    """
    if second > 12:
        return first, second, False
    if mark == "." or first > 12 or first == second:
        return second, first, False
    if day_first is None:
        return None, first, False
    return (second, first, True) if day_first else (first, second, True)


def _named_month(printed: str) -> tuple[str, int | None, int]:
    """A month by its name, and where it begins; double names (شباط/فبراير) count by the first one known."""
    for name in (" ".join(part.split()) for part in printed.split("/")):
        words = name.split()
        for candidate in (name, words[0], words[-1]):
            if candidate in MONTHS:
                return *MONTHS[candidate], printed.rfind(candidate)
    return GREGORIAN, None, 0


def as_day(value: str) -> date | None:
    """The day of an ISO value, or None."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
