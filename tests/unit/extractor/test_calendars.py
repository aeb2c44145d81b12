from datetime import date, timedelta
from itertools import pairwise

import pytest

from services.extractor.calendars import MONTHS, day_of, gregorian_day, hijri_day


@pytest.mark.parametrize(
    ("jalali", "gregorian"),
    [
        ((1300, 1, 1), date(1921, 3, 21)),
        ((1357, 11, 22), date(1979, 2, 11)),
        ((1399, 12, 30), date(2021, 3, 20)),  # a leap day
        ((1400, 1, 1), date(2021, 3, 21)),
        ((1402, 12, 9), date(2024, 2, 28)),
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1403, 12, 30), date(2025, 3, 20)),
        ((1404, 7, 1), date(2025, 9, 23)),
        ((1402, 12, 30), None),
        ((1402, 7, 31), None),
        ((1402, 13, 1), None),
        ((1402, 1, 0), None),
        ((1100, 1, 1), None),
        ((2024, 1, 1), None),
        ((2723, 12, 9), date(2024, 2, 28)),  # the Kurdish count
    ],
)
def test_jalali_days_have_their_gregorian_ones(jalali: tuple[int, int, int], gregorian: date | None) -> None:
    assert gregorian_day(*jalali) == gregorian


def test_every_day_of_a_hundred_years_follows_the_one_before() -> None:
    days = [
        d
        for y in range(1350, 1450)
        for m in range(1, 13)
        for n in range(1, 32)
        if (d := gregorian_day(y, m, n))
    ]
    assert all(b - a == timedelta(days=1) for a, b in pairwise(days))


@pytest.mark.parametrize(
    ("name", "calendar", "month"),
    [
        ("february", "gregorian", 2),
        ("شباط", "gregorian", 2),
        ("كانون الثاني", "gregorian", 1),
        ("аpr", None, 0),
        ("آذار", "gregorian", 3),
        ("آذر", "jalali", 9),
        ("çileya paşîn", "gregorian", 1),
        ("کانوونی دووەمی", "gregorian", 1),
        ("ڕێبەندان", "jalali", 11),
        ("ربيع الأول", "hijri", 3),
    ],
)
def test_months_know_their_calendar(name: str, calendar: str | None, month: int) -> None:
    assert MONTHS.get(name, (None, 0)) == (calendar, month)


@pytest.mark.parametrize(
    ("hijri", "gregorian"),
    [
        ((1445, 1, 1), date(2023, 7, 19)),
        ((1445, 9, 1), date(2024, 3, 11)),
        ((1446, 1, 1), date(2024, 7, 8)),  # Umm al-Qura has the 7th: a day either way
        ((1400, 1, 1), date(1979, 11, 21)),
        ((1349, 1, 1), None),
        ((1501, 1, 1), None),
        ((1445, 13, 1), None),
        ((1445, 1, 31), None),
    ],
)
def test_hijri_days_are_right_to_a_day(hijri: tuple[int, int, int], gregorian: date | None) -> None:
    assert hijri_day(*hijri) == gregorian == day_of("hijri", *hijri)


def test_impossible_days_are_none() -> None:
    assert day_of("gregorian", 2023, 2, 29) is None
    assert day_of("gregorian", 0, 1, 1) is None
