"""Months and calendars: names in the languages we read, and Jalali days as Gregorian ones. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from services.extractor.rules import load_rules

GREGORIAN, JALALI = "gregorian", "jalali"

_LANGUAGES = load_rules("languages.toml")

MONTHS: Mapping[str, tuple[str, int]] = {
    name.replace("_", " "): (calendar, month)
    for calendar, rows in _LANGUAGES["months"].items()
    for month, row in enumerate(rows, 1)
    for name in row.split()
}
"""Case-folded month name → calendar and number. آذار is March, آذر is the ninth month of Iran."""

WEEKDAYS = frozenset(_LANGUAGES["days"]["week"].split())

# The leap years of the Iranian calendar repeat every 33 years between 1244 and 1472 (1865-2093).
_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_FIRST_YEAR, _LAST_YEAR = 1300, 1472
_FIRST_DAY = date(1921, 3, 21)  # 1 Farvardin 1300


def _is_leap(year: int) -> bool:
    return year % 33 in _LEAP


def gregorian_day(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Jalali one, or None where there is no such day between 1300 and 1472."""
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and day >= 1):
        return None
    long = 29 + _is_leap(year) if month == 12 else 31 if month <= 6 else 30
    if day > long:
        return None
    before = sum(365 + _is_leap(y) for y in range(_FIRST_YEAR, year))
    within = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return _FIRST_DAY + timedelta(days=before + within + day - 1)


def day_of(calendar: str, year: int, month: int, day: int) -> date | None:
    """A Gregorian day from any calendar we know, or None where the parts name no day."""
    if calendar == JALALI:
        return gregorian_day(year, month, day)
    try:
        return date(year, month, day)
    except ValueError:
        return None
