"""Dates as feeds print them, read liberally. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from services.fetcher.months import month_number

CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
EXACT = re.compile(  # as nearly all sitemaps and Atom feeds print it (RFC 3339), or nearly all RSS (RFC 822)
    rf"((?:20|19)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T{CLOCK})(?:\.\d+)?(Z|\+[01]\d:[0-5]\d)"
    rf"|(?:[A-Za-z]{{3}},? )?(\d\d? [A-Z][a-z]{{2}} (?:20|19)\d\d) ({CLOCK}) (GMT|UTC|[+-][01]\d[0-5]\d)"
)
YEAR_FIRST = re.compile(  # 2026-11-20, 20261120, 2026/11/20, 2026-11; the rest of the text is a time
    r"(?P<year>\d{4})(?P<between>[-/.]?)(?P<month>\d\d?)(?:(?P=between)(?P<day>\d\d?))?(?=$|[T\s,]|(?<=\d{8})\d{6}$)",
    re.IGNORECASE,
)
DAY_FIRST = re.compile(  # 20 Nov 2026, 20-Nov-26, 20th of November, 2026, 20 de noviembre de 2026
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s./-]+(?:(?:of|de)\s+)?"
    r"(?P<name>[^\W\d_]{2,12}(?:\s(?:الثاني|الأول|الاول))?)[\s.,/-]+(?:de\s+)?(?P<year>\d{4}|\d\d)\b"
)
MONTH_FIRST = re.compile(  # November 20, 2026; Fri Nov 20 10:00:00 UTC 2026
    r"\b(?P<name>[^\W\d_]{3,12})[\s.]+(?P<day>\d{1,2})(?:st|nd|rd|th)?\b.{0,24}?\b(?P<year>\d{4})\b"
)
NUMBERS = re.compile(r"(?P<first>\d{1,2})(?P<between>[./-])(?P<second>\d{1,2})(?P=between)(?P<year>\d{4})\b")
TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s*\(?(?P<zone>(?:GMT|UTC|Z)?\s?[+-]\d{1,2}(?::?\d\d)?(?!\d)|[A-Z]{1,5}\b))?",
    re.IGNORECASE,
)
ZONES = {  # hours east of UTC; RFC 822 section 5 and what news feeds print
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "CEST": 2,
    "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "IRST": 3.5, "IRDT": 4.5, "GST": 4,
    "PKT": 5, "HKT": 8, "SGT": 8,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "ET": -5,
    "CST": -6, "CDT": -5, "CT": -6, "MST": -7, "MDT": -6, "MT": -7, "PST": -8, "PDT": -7, "PT": -8,
    "AKST": -9, "HST": -10,
}  # fmt: skip
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
MAX_PRINTED = 200  # characters; a date is no longer
FIRST_YEAR = 1800  # what is printed before it is no date of a page: 0001, or a year of another calendar


def first_date(printed: Iterable[str]) -> str | None:
    """The first that can be read, else the first as printed; None where nothing is printed."""
    kept = None
    for text in printed:
        if found := EXACT.fullmatch(text):  # read without a detour
            begun, iso_zone, words, clock, zone = found.groups()
            if begun:
                return f"{begun}{_offset(iso_zone)}"
            if day := _day(words):
                return f"{day}T{clock}{_offset(zone)}"
        if text := " ".join(text.split()):
            if read := _read(text):
                return read
            kept = kept or text
    return kept


@lru_cache(maxsize=1024)
def _day(printed: str) -> str | None:
    """A day in words; a feed has many pages of one."""
    return _read(printed)


@lru_cache(maxsize=256)
def _offset(zone: str) -> str:
    """The zone in ISO 8601."""
    return str(_zone(zone)).removeprefix("UTC") or "+00:00"


def iso_date(printed: str | None) -> str | None:
    """The date in ISO 8601, with the zone only where the feed prints one; a day stays a day.

    What cannot be read is given back as printed; None where nothing is printed.
    """
    return first_date([printed or ""])


def _read(text: str) -> str | None:
    text = text[:MAX_PRINTED].translate(DIGITS)
    try:
        return _read_year_first(text) or _read_words(text) or _read_numbers(text)
    except (ValueError, OverflowError):  # the 31st of June, year 0, a zone 99 hours away
        return None


def _read_year_first(text: str) -> str | None:
    found = YEAR_FIRST.match(text)
    if not found:
        return None
    year, month = int(found["year"]), int(found["month"])
    if found["day"] is None:
        return (
            f"{_instant(year, month, 1, None):%Y-%m}"
            if found["between"] == "-" and found.end() == len(text)
            else None
        )
    return _at(year, month, int(found["day"]), text[found.end() :].lstrip("Tt, "))


def _read_words(text: str) -> str | None:
    for found in (*DAY_FIRST.finditer(text), *MONTH_FIRST.finditer(text)):
        if month := month_number(found["name"]):
            return _at(
                _full_year(found["year"]), month, int(found["day"]), text.replace(found["year"], " ", 1)
            )
    return None


def _read_numbers(text: str) -> str | None:
    """20.11.2026, 20/11/2026, 11/20/2026; the month must be plain, or dots say that the day is first."""
    found = NUMBERS.search(text)
    if not found:
        return None
    first, second = int(found["first"]), int(found["second"])
    if second > 12:
        first, second = second, first
    elif first <= 12 and first != second and found["between"] != ".":
        return None
    return _at(int(found["year"]), second, first, text[found.end() :])


def _full_year(printed: str) -> int:
    """Two digits are read as RFC 2822 section 4.3 asks."""
    year = int(printed)
    return year if len(printed) > 2 else year + (2000 if year < 50 else 1900)


def _at(year: int, month: int, day: int, rest: str) -> str:
    time = TIME.search(rest)
    at = _instant(year, month, day, time)
    return at.date().isoformat() if time is None else at.isoformat()


def _instant(year: int, month: int, day: int, time: re.Match[str] | None) -> datetime:
    if year < FIRST_YEAR:
        raise ValueError("not a year of this calendar")
    if time is None:
        return datetime(year, month, day)  # noqa: DTZ001  the feed prints no zone, so we know none
    hour, minute, second = int(time["hour"]), int(time["minute"]), int(time["second"] or 0)
    if time["half"]:
        hour = hour % 12 + (12 if time["half"] in "pP" else 0)
    next_day = timedelta(hour == 24 and minute == second == 0)  # ISO 8601: the end of the day
    # A leap second is the second before.
    at = datetime(
        year, month, day, 0 if next_day else hour, minute, min(second, 59), tzinfo=_zone(time["zone"])
    )
    return at + next_day


def _zone(printed: str | None) -> timezone | None:
    if not printed:
        return None
    sign = re.search("[+-]", printed)
    if sign:
        digits = printed[sign.end() :].replace(":", "")
        hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign.group() == "-" else offset)
    east = ZONES.get(printed.upper())
    return None if east is None else timezone(timedelta(hours=east))
