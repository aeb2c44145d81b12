import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.extractor.datetext import has_weekday, read_dates, rest_of


@pytest.mark.parametrize(
    ("line", "value", "calendar"),
    [
        ("28 February 2024 09:15", "2024-02-28T09:15", "gregorian"),
        ("Tue. Feb 27th, 2024", "2024-02-27", "gregorian"),
        ("February 28, 2024 at 9:15 pm", "2024-02-28T21:15", "gregorian"),
        ("Published on May 12 2020 12:30 AM GMT", "2020-05-12T00:30+00:00", "gregorian"),
        ("2024-02-28T09:15:10+03:00", "2024-02-28T09:15:10+03:00", "gregorian"),
        ("2024/02/28", "2024-02-28", "gregorian"),
        ("28.02.2024, 09:15", "2024-02-28T09:15", "gregorian"),
        ("28/02/2024", "2024-02-28", "gregorian"),
        ("28 شباط 2024", "2024-02-28", "gregorian"),
        ("٢٨ شباط/فبراير ٢٠٢٤", "2024-02-28", "gregorian"),
        ("الأربعاء 3 كانون الثاني 2024 - 10:30", "2024-01-03T10:30", "gregorian"),
        ("14 تشرين الأول 2023", "2023-10-14", "gregorian"),
        ("۹ اسفند ۱۴۰۲ ۱۲:۳۰", "2024-02-28T12:30", "jalali"),
        ("1402/12/09", "2024-02-28", "jalali"),
        ("۱۴۰۲-۱۲-۰۹", "2024-02-28", "jalali"),
        ("۲۸ فوریه ۲۰۲۴", "2024-02-28", "gregorian"),
        ("28 февраля 2024, 09:15", "2024-02-28T09:15", "gregorian"),
        ("28 Şubat 2024", "2024-02-28", "gregorian"),
        ("28. März 2024", "2024-03-28", "gregorian"),
        ("1er février 2024", "2024-02-01", "gregorian"),
        ("٢٨ی شوباتی ٢٠٢٤", "2024-02-28", "gregorian"),
        ("٣ی کانوونی دووەمی ٢٠٢٤", "2024-01-03", "gregorian"),
        ("28ê Sibatê 2024, 28 Sibat 2024", "2024-02-28", "gregorian"),
        ("3ê Çileya Paşîn 2024", "2024-01-03", "gregorian"),
        ("5'ê Adara 2024", "2024-03-05", "gregorian"),
        ("9 ڕەشەمە 2723", "2024-02-28", "jalali"),
        ("18 شعبان 1445 هـ", "2024-02-28", "hijri"),
        ("28-Feb-2024", "2024-02-28", "gregorian"),
        ("02/28/2024", "2024-02-28", "gregorian"),
        ("Wednesday, 28th of February 2024", "2024-02-28", "gregorian"),
        ("28 Şubat 2024 Çarşamba 09:15", "2024-02-28T09:15", "gregorian"),
        ("28 фев 2024, 09:15 МСК", "2024-02-28T09:15+03:00", "gregorian"),
        ("2024 Feb 28", "2024-02-28", "gregorian"),
        ("Layla HassanFeb 28, 2024", "2024-02-28", "gregorian"),
        ("Feb 28, 202412 views", "2024-02-28", "gregorian"),
        ("2/28/24", "2024-02-28", "gregorian"),
        ("28/02/24", "2024-02-28", "gregorian"),
        ("x " * 60 + "28 February 2024 " + "y " * 60, "2024-02-28", "gregorian"),
    ],
)
def test_printed_dates_are_read_in_every_language_we_know(line: str, value: str, calendar: str) -> None:
    reading = next(read_dates(line))
    assert (reading.value, reading.calendar) == (value, calendar)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2024",
        "Copyright 2020 River Post",
        "03/04/2024",
        "30 February 2024",
        "28 Months 2024",
        "12:30",
        "1-2-3",
        "99 May 2024",
        "03/04/24",
        "1/28/02/24",
        "Feb 28, 2024123",
    ],
)
def test_what_names_no_day_is_no_date(line: str) -> None:
    assert list(read_dates(line)) == []


@pytest.mark.parametrize(
    ("line", "day_first", "value", "assumed"),
    [
        ("03/04/2024", True, "2024-04-03", True),
        ("03/04/2024", False, "2024-03-04", True),
        ("04/04/2024", None, "2024-04-04", False),
        ("03.04.2024", False, "2024-04-03", False),  # a dot is always day first
        ("28/02/2024", False, "2024-02-28", False),
    ],
)
def test_two_numbers_are_ordered_by_what_is_known(
    line: str, day_first: bool | None, value: str, assumed: bool
) -> None:
    (reading,) = read_dates(line, day_first)
    assert (reading.value, reading.assumed) == (value, assumed)


def test_the_rest_of_a_line_is_what_it_says_besides() -> None:
    line = "Erbil, Wednesday 28 February 2024 - 09:15"
    assert rest_of(line, next(read_dates(line))) == "Erbil"
    assert has_weekday(line)
    american = "Erbil February 28, 2024"
    assert rest_of(american, next(read_dates(american))) == "Erbil"
    assert not has_weekday("28 February 2024")


def test_every_date_of_a_long_line_is_read_once_and_in_order() -> None:
    line = "28 February 2024 - 29 February 2024 " + "word " * 20 + "1 March 2024, 2 March 2024"
    assert [r.value for r in read_dates(line)] == ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]


def test_a_name_run_together_with_a_month_is_no_part_of_the_date() -> None:
    line = "Layla HassanFeb 28, 2024"
    assert rest_of(line, next(read_dates(line))) == "Layla Hassan"


@given(st.text(max_size=600))
def test_any_line_can_be_searched(line: str) -> None:
    for reading in read_dates(line):
        rest_of(line, reading)
