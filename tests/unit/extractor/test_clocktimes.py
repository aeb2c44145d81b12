import pytest

from services.extractor.clocktimes import time_beside, without_times


@pytest.mark.parametrize(
    ("beside", "clock", "precision"),
    [
        (" 09:15", "T09:15", "minute"),
        (" 09:15:10", "T09:15:10", "second"),
        (" at 9:15 pm", "T21:15", "minute"),
        (" 12:05 a.m.", "T00:05", "minute"),
        (" 9:15 م", "T21:15", "minute"),
        (" 9:15 ص", "T09:15", "minute"),
        (" 9:15 ب.ظ", "T21:15", "minute"),
        (" 9:15 د.ن", "T21:15", "minute"),
        (" 09:15 GMT", "T09:15+00:00", "minute"),
        (" 09:15 GMT+3", "T09:15+03:00", "minute"),
        (" 09:15 UTC+03:30", "T09:15+03:30", "minute"),
        (" 09:15 +0300", "T09:15+03:00", "minute"),
        (" 9:15 AM EST", "T09:15-05:00", "minute"),
        (" 09:15 بتوقيت بغداد", "T09:15+03:00", "minute"),
        (" 09:15 МСК", "T09:15+03:00", "minute"),
        (" 16.30 GMT", "T16:30+00:00", "minute"),
        (" 4.30pm", "T16:30", "minute"),
        (" for 16.30", "", "day"),  # dinars, not a time
        (" 28.02.2024", "", "day"),
        ("", "", "day"),
        (" 09:15 estimated", "T09:15", "minute"),  # not a zone
    ],
)
def test_a_time_beside_a_date_is_read_with_its_zone(beside: str, clock: str, precision: str) -> None:
    date = "28 Feb 2024"
    assert time_beside(date + beside, 0, len(date)) == (clock, precision)


def test_a_time_may_stand_before_its_date() -> None:
    assert time_beside("09:15 28 Feb 2024", 6, 17) == ("T09:15", "minute")


def test_times_are_taken_out_and_prices_are_not() -> None:
    assert without_times("Erbil 09:15 GMT, 16.30 dinars").split() == ["Erbil", ",", "16.30", "dinars"]
