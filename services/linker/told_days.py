"""The days that a text names near its beginning, and how far apart those of two texts are. Pure.

A day needs its month. What names a year alone is background ("the invasion of 2003"), and what names a
weekday alone fits every week.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from schemas.records import Part

READ = 1500  # characters of a text
KEPT = 4  # days, at most: the event comes first, background later
MONTH_SLACK = 20  # days: a month without a day may mean any of it
NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = {name[:3]: number for number, name in enumerate(NAMES, start=1)}
_NAMED = rf"(?P<month>{'|'.join(NAMES)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
# Where a word begins that may be a number or a month; "ſ" is an s to an expression that ignores case.
_BEGIN = re.compile(r"[\djfmasondJFMASONDſ](?<!\w.)")
_FIRST = frozenset((*_MONTH, "ſep"))
# With what each begins; the first that fits a place speaks.
PATTERNS = tuple(
    (begins, re.compile(pattern, re.IGNORECASE))
    for begins, pattern in (
        ("number", rf"\b{_DAY}\s+(?:of\s+)?{_NAMED}(?:\s*,?\s*{_YEAR}\b)?"),
        ("name", rf"\b{_NAMED}\s*{_DAY}\b(?!\s*[:%])(?:\s*,?\s*{_YEAR}\b)?"),
        ("number", rf"\b{_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b"),
        ("number", rf"\b(?P<day>1[3-9]|2\d|3[01])\s?[/.]\s?(?P<month>0?\d|1[0-2])\s?[/.]\s?{_YEAR}\b"),
        ("number", rf"\b(?P<month>0?\d|1[0-2])\s?[/.]\s?(?P<day>1[3-9]|2\d|3[01])\s?[/.]\s?{_YEAR}\b"),
        ("name", rf"\b{_NAMED}\s*,?\s*{_YEAR}\b(?P<day>)"),
    )
)


class Day(Part, frozen=True):
    """A day, or less of it: `year` 0 where none is named, `day` 0 where only the month is."""

    year: int
    month: int
    day: int


def told_days(text: str) -> tuple[Day, ...]:
    """The first days that a text names, in order."""
    found: dict[int, Day] = {}
    head = text[:READ]
    starts = _starts(head)
    for begins, pattern in PATTERNS:
        for match in reversed(list(_matches(pattern, head, starts[begins]))):
            day = _day(match)
            if day is not None:
                found[match.start()] = day
                head = f"{head[: match.start()]}{' ' * len(match[0])}{head[match.end() :]}"
                starts = {}
        starts = starts or _starts(head)
    return tuple(dict.fromkeys(found[at] for at in sorted(found)))[:KEPT]


def _starts(head: str) -> dict[str, list[int]]:
    """Where a number begins, or the name of a month."""
    places = [match.start() for match in _BEGIN.finditer(head)]
    numbers = [at for at in places if head[at].isdecimal()]
    return {"number": numbers, "name": [at for at in places if head[at : at + 3].lower() in _FIRST]}


def _matches(pattern: re.Pattern[str], head: str, starts: Sequence[int]) -> Iterator[re.Match[str]]:
    """What `finditer` gives, for a pattern that fits at one of `starts` or nowhere: tried there alone."""
    end = 0
    for start in starts:
        match = pattern.match(head, start) if start >= end else None
        if match:
            end = match.end()
            yield match


def days_apart(one: Sequence[Day], other: Sequence[Day]) -> int | None:
    """Days between the two that are nearest to each other; None where nothing can be compared."""
    return min(_gaps(one, other), default=None)


def _gaps(one: Sequence[Day], other: Sequence[Day]) -> Iterator[int]:
    for a in one:
        for b in other:
            if a.year and b.year:
                slack = 0 if a.day and b.day else MONTH_SLACK
                yield max(0, abs(_ordinal(a, a.year) - _ordinal(b, b.year)) - slack)
            elif a.day and b.day:
                gap = abs(_ordinal(a, 2000) - _ordinal(b, 2000))
                yield min(gap, 366 - gap)


def _ordinal(day: Day, year: int) -> int:
    return date(year, day.month, min(day.day or 15, 28)).toordinal() + max(0, day.day - 28)


def _day(match: re.Match[str]) -> Day | None:
    month = match["month"].lower()[:3].replace("ſ", "s")  # an old s passes for one in the expressions
    number = int(month) if month.isdigit() else _MONTH[month]
    day = int(match["day"] or 0)
    if not 1 <= number <= 12 or day > 31 or (match["day"] and not day):
        return None
    return Day(year=int(match.groupdict().get("year") or 0), month=number, day=day)
