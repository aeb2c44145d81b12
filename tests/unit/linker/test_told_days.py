"""The days that texts name."""

import pytest

from services.linker.told_days import KEPT, READ, Day, days_apart, told_days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on 26 September 2013 in Baghdad", [(2013, 9, 26)]),
        ("BAGHDAD, Dec.14 (Wire)", [(0, 12, 14)]),
        ("Published: July 28, 2004 at 1:24 PM", [(2004, 7, 28)]),
        ("the 3rd of January", [(0, 1, 3)]),
        ("2020-01-08, 27/09/2013 and 9/27/2013", [(2020, 1, 8), (2013, 9, 27)]),
        ("in March 2021", [(2021, 3, 0)]),
        ("March 14, 2013, then March 15", [(2013, 3, 14), (0, 3, 15)]),
        ("03/04/2013", []),
        ("since 2003, on Monday, in May; they may 5 times", [(0, 5, 5)]),
        ("February 45, 2020", []),
        ("January 7:30, Jan 12%", []),
        ("x" * READ + " 3 May 2020", []),
    ],
)
def test_days_with_their_months_are_read(text: str, days: list[tuple[int, int, int]]) -> None:
    assert [(day.year, day.month, day.day) for day in told_days(text)] == days


def test_only_the_first_few_are_kept() -> None:
    assert len(told_days(", ".join(f"{n} May 2020" for n in range(1, 20)))) == KEPT


def of(*days: tuple[int, int, int]) -> tuple[Day, ...]:
    return tuple(Day(year=year, month=month, day=day) for year, month, day in days)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (of((2020, 1, 3)), of((2020, 1, 8)), 5),
        (of((2020, 1, 3)), of((2021, 1, 3)), 366),
        (of((0, 1, 3)), of((2021, 1, 4)), 1),
        (of((0, 12, 31)), of((0, 1, 1)), 1),
        (of((2020, 1, 31)), of((2020, 2, 1)), 1),
        (of((2020, 3, 0)), of((2020, 3, 30)), 0),
        (of((2020, 3, 0)), of((2020, 5, 15)), 41),
        (of((2020, 1, 3), (2020, 6, 6)), of((2020, 6, 7)), 1),
        (of((2020, 3, 0)), of((0, 3, 3)), None),
        ((), of((2020, 1, 1)), None),
    ],
)
def test_the_nearest_days_say_how_far_apart(
    one: tuple[Day, ...], other: tuple[Day, ...], apart: int | None
) -> None:
    assert days_apart(one, other) == days_apart(other, one) == apart


def test_a_month_in_an_old_face_is_read_too() -> None:
    assert told_days("On 3 ſept. 2020 and Auguſt 4, 2020 they met.") == told_days(
        "On 3 sept. 2020 and August 4, 2020 they met."
    )
