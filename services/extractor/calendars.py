"""Months and calendars: names in the languages we read, days of other calendars as Gregorian ones. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from services.extractor.rules import load_rules

GREGORIAN, JALALI, HIJRI = "gregorian", "jalali", "hijri"

_DATES = load_rules("dates.toml")

MONTHS: Mapping[str, tuple[str, int]] = {
    name.replace("_", " "): (calendar, month)
    for calendar, rows in _DATES["months"].items()
    for month, row in enumerate(rows, 1)
    for name in row.split()
}
"""Case-folded month name → calendar and number. آذار is March, آذر is the ninth month of Iran."""

WEEKDAYS = frozenset(_DATES["days"]["week"].split())

# The leap years of the Iranian calendar repeat every 33 years between 1244 and 1472 (1865-2093).
_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_FIRST_YEAR, _LAST_YEAR = 1300, 1472
_FIRST_DAY = date(1921, 3, 21)  # 1 Farvardin 1300
_KURDISH = 1321  # years that the Kurdish count of the same calendar is ahead

# The tabular Islamic calendar: 11 leap years in 30, months of 30 and 29 days by turns. What is printed
# follows the moon as it is seen in a country, and may differ from it by a day.
_HIJRI_YEARS = range(1350, 1501)
_HIJRI_FIRST = date(622, 7, 18).toordinal()  # the day before 1 Muharram 1, as a Gregorian one


def _is_leap(year: int) -> bool:
    return year % 33 in _LEAP


def gregorian_day(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Jalali one, or None where there is no such day between 1300 and 1472.

    Years 2621 to 2793 are those of the Kurdish count.
    """
    if year > _LAST_YEAR + 100:
        year -= _KURDISH
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and day >= 1):
        return None
    long = 29 + _is_leap(year) if month == 12 else 31 if month <= 6 else 30
    if day > long:
        return None
    before = sum(365 + _is_leap(y) for y in range(_FIRST_YEAR, year))
    within = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return _FIRST_DAY + timedelta(days=before + within + day - 1)


def hijri_day(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Hijri one, give or take one; None outside 1350 to 1500 (1931 to 2077)."""
    if year not in _HIJRI_YEARS or not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    before = 354 * (year - 1) + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2
    return date.fromordinal(_HIJRI_FIRST + before + day)


def day_of(calendar: str, year: int, month: int, day: int) -> date | None:
    """A Gregorian day from any calendar we know, or None where the parts name no day."""
    if calendar == JALALI:
        return gregorian_day(year, month, day)
    if calendar == HIJRI:
        return hijri_day(year, month, day)
    try:
        return date(year, month, day)
    except ValueError:
        return None
