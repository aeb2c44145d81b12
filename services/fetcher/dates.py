"""Dates as feeds print them, read liberally. Pure."""

import re
from datetime import datetime, timedelta, timezone

ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d\d)(?:-?(?P<day>\d\d))?"
    r"(?:[T\s]+(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
DAY_FIRST = re.compile(  # 20 Nov 2026, 20-Nov-26, 20th of November, 2026
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s./-]+(?:of\s+)?(?P<name>[A-Za-z]{3,9})[\s.,/-]+(?P<year>\d{4}|\d\d)\b"
)
MONTH_FIRST = re.compile(  # November 20, 2026; Fri Nov 20 10:00:00 UTC 2026
    r"\b(?P<name>[A-Za-z]{3,9})[\s.]+(?P<day>\d{1,2})(?:st|nd|rd|th)?\b.{0,24}?\b(?P<year>\d{4})\b"
)
TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s*\(?(?P<zone>[+-]\d\d:?\d\d|[A-Z]{1,5}\b))?",
    re.IGNORECASE,
)
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
ZONES = {  # hours east of UTC; RFC 822 section 5 and what news feeds print
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "TRT": 3, "IRST": 3.5, "IRDT": 4.5, "GST": 4, "PKT": 5, "HKT": 8, "SGT": 8,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def iso_date(printed: str | None) -> str | None:
    """The date in ISO 8601, with the zone only where the feed prints one; a day stays a day.

    What cannot be read is given back as printed; None where nothing is printed.
    """
    if not printed or not (text := " ".join(printed.split())):
        return None
    try:
        return _read_iso(text) or _read_words(text) or text
    except (ValueError, OverflowError):  # the 31st of June, year 0, a zone 99 hours away
        return text


def _read_iso(text: str) -> str | None:
    found = ISO.fullmatch(text)
    if not found:
        return None
    year, month = int(found["year"]), int(found["month"])
    if found["day"] is None:
        return f"{_instant(year, month, 1, None):%Y-%m}"
    return _printed(_instant(year, month, int(found["day"]), found), found)


def _read_words(text: str) -> str | None:
    for found in (*DAY_FIRST.finditer(text), *MONTH_FIRST.finditer(text)):
        month = MONTHS.get(found["name"][:3].lower())
        if month:
            time = TIME.search(text)
            return _printed(_instant(_full_year(found["year"]), month, int(found["day"]), time), time)
    return None


def _full_year(printed: str) -> int:
    """Two digits are read as RFC 2822 section 4.3 asks."""
    year = int(printed)
    return year if year > 99 else year + (2000 if year < 50 else 1900)


def _instant(year: int, month: int, day: int, time: re.Match[str] | None) -> datetime:
    if time is None or time["hour"] is None:
        return datetime(year, month, day)  # noqa: DTZ001  the feed prints no zone, so we know none
    hour, minute, second = int(time["hour"]), int(time["minute"]), int(time["second"] or 0)
    half = time.groupdict().get("half")
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    # A leap second is the second before; 24:00 is refused by datetime and stays as printed.
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(time["zone"]))


def _zone(printed: str | None) -> timezone | None:
    if not printed:
        return None
    if printed[0] in "+-":
        digits = printed[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
        return timezone(-offset if printed[0] == "-" else offset)
    hours = ZONES.get(printed.upper())
    return None if hours is None else timezone(timedelta(hours=hours))


def _printed(at: datetime, time: re.Match[str] | None) -> str:
    return at.date().isoformat() if time is None or time["hour"] is None else at.isoformat()
