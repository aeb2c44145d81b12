"""Dates printed for people, found in a line of text. Pure."""

import re
from collections.abc import Collection, Iterator
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
# a count of readers may be run together with the year before it: "28 Feb 202412 views"
_YEAR = r"(?P<year>\d{4}(?!\d)|20\d\d(?=\d+\s?[^\W\d_]))"
_NUMBER = r"(?P<number>\d{1,2})"

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("iso", rf"(?<!\d)(?P<year>\d{{4}})[-/.]{_NUMBER}[-/.]{_DAY}(?!\d)"),
        ("day-month", rf"(?<!\d){_DAY}{_SUFFIX}(?:\s*|-)(?:of\s|de\s)?{_MONTH}(?:[.,،]?\s+|-){_YEAR}"),
        ("month-day", rf"{_MONTH}\.?\s+{_DAY}{_SUFFIX}[,،]?\s+{_YEAR}"),
        ("year-month", rf"(?<!\d){_YEAR}\s+{_MONTH}\.?\s+{_DAY}(?!\d)"),
        ("numbers", rf"(?<!\d){_DAY}(?P<mark>[-/.]){_NUMBER}(?P=mark){_YEAR}"),
    )
)
_NAMED_SHAPES = tuple(shape for shape in _SHAPES if "month" in shape[0])
_NUMBERED = re.compile(r"\d[-/.]\d")
_SHORT = re.compile(rf"(?<![\d/]){_DAY}(?P<mark>/){_NUMBER}/(?P<year>\d\d)(?![\d/])")
_MAY_HAVE_DATE = re.compile(r"\d{4}|/\d\d")
_HAS_YEAR = re.compile(r"(?<!\d)\d{4}")
_BEFORE, _BEHIND = 48, 24  # characters about a year in which its day and month stand


@dataclass(frozen=True, slots=True)
class Reading:
    """A day, perhaps with a time, as a line prints it."""

    value: str  # ISO 8601
    precision: str  # day | minute | second
    calendar: str  # gregorian | jalali | hijri: what it was printed in
    start: int  # where in the line
    end: int
    assumed: bool = False  # 03/04/2024 names two days; which of them was told by the page's language


def read_dates(line: str, day_first: bool | None = None, known: Collection[date] = ()) -> Iterator[Reading]:
    """Every date in the line's first 400 characters, in order; a year alone is no date.

    `day_first`: how 03/04/2024 is meant where the line is printed; unknown, it is the one of its two days
    that is `known`, or no date. 12/18/23 is one only where its order is beyond doubt.
    """
    if not _MAY_HAVE_DATE.search(line, 0, MAX_LINE):  # nearly all lines
        return
    text = line[:MAX_LINE].translate(_DIGITS)
    found = [
        reading
        for start, end in _windows(text)
        for kind, shape in (_SHAPES if _NUMBERED.search(text) else _NAMED_SHAPES)
        for m in shape.finditer(text, start, end)
        if (reading := _read(kind, m, text, day_first, known))
    ]
    if "/" in text:
        found += [reading for m in _SHORT.finditer(text) if (reading := _read("short", m, text, None, known))]
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


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Where to look for dates: whole words about every year. Each shape costs a try at every word."""
    start = end = 0
    for m in _HAS_YEAR.finditer(text):
        if m.start() - _BEFORE > end:
            if end:
                yield start, end
            start = text.rfind(" ", 0, m.start() - _BEFORE) + 1
        behind = text.find(" ", m.end() + _BEHIND)
        end = len(text) if behind < 0 else behind
    if end:
        yield start, end


def _read(
    kind: str, m: re.Match[str], text: str, day_first: bool | None, known: Collection[date]
) -> Reading | None:
    assumed, start, year = False, m.start(), int(m["year"]) + (2000 if kind == "short" else 0)
    if "month" in kind:
        calendar, month, word = _named_month(m["month"])
        day_number = int(m["day"])
        if kind == "month-day":  # "Erbil February 28" may have a word before its month
            start += word
    else:
        calendar = JALALI if 1300 <= year < 1450 else GREGORIAN
        month, day_number = int(m["number"]), int(m["day"])
        if kind in ("numbers", "short"):
            swapped = day_of(calendar, year, day_number, month)
            if swapped in known and day_of(calendar, year, month, day_number) not in known:
                month, day_number = day_number, month
            elif day_of(calendar, year, month, day_number) not in known:
                month, day_number, assumed = _ordered(m["mark"], day_number, month, day_first)
    day = None if month is None else day_of(calendar, year, month, day_number)
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
    """A month by its name, and where it begins; double names (شباط/فبراير) count by the first one known.

    A name may be run together with the word before it: "Layla HassanFeb 28" is two elements in a row.
    """
    for name in (" ".join(part.split()) for part in printed.split("/")):
        words = name.split()
        for candidate in (name, words[0], words[-1], _unglued(words[-1])):
            if (month := MONTHS.get(candidate.casefold())) is not None:
                return *month, max(0, printed.rfind(candidate))
    return GREGORIAN, None, 0


def _unglued(word: str) -> str:
    """What stands behind the last change from small letters to a capital."""
    inner = (at for at in range(len(word) - 1, 0, -1) if word[at].isupper() and word[at - 1].islower())
    return word[next(inner, 0) :]


def as_day(value: str) -> date | None:
    """The day of an ISO value, or None."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
