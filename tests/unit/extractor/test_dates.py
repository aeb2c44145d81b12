from datetime import date, datetime

import pytest

from services.extractor.dates import (
    DatedLine,
    dates_of_lines,
    is_date_line,
    is_labelled,
    is_theme_date,
    says_updated,
)
from tests.unit.extractor.pages import FETCHED


@pytest.mark.parametrize(
    ("text", "place", "source", "confidence"),
    [
        ("28 February 2024 09:15", "dateline", "visible-line", 0.85),
        ("Erbil 28 February 2024", "dateline", "visible-line", 0.7),
        ("Published: 28 February 2024", "near", "visible-line", 0.85),
        ("Published: 28 February 2024", "anywhere", "visible-line", 0.5),
        ("Tue. Feb 27th, 2024", "top", "visible-line", 0.5),
        ("28 February 2024", "near", "visible-line", 0.6),
        ("Updated: 28 February 2024", "dateline", "modified", 0.4),
        ("Updated on 28 February 2024", "dateline", "modified", 0.4),
        ("تاريخ التحديث: 28 شباط 2024", "dateline", "modified", 0.4),
        ("By Layla HassanFeb 28, 2024", "dateline", "visible-line", 0.7),
        ("2/28/24 4:02pm", "dateline", "visible-line", 0.85),
        ("تاريخ النشر: 28 شباط 2024", "near", "visible-line", 0.85),
        ("آخر تحديث 28 شباط 2024", "near", "modified", 0.4),
        ("بڵاوکرایەوە: ٢٨ی شوباتی ٢٠٢٤", "near", "visible-line", 0.85),
        ("Обновлено 28 февраля 2024", "dateline", "modified", 0.4),
        ("28 Şubat 2024 güncellendi", "dateline", "modified", 0.4),
        ("۹ اسفند ۱۴۰۲", "dateline", "visible-line:jalali", 0.85),
        ("18 شعبان 1445", "dateline", "visible-line:hijri", 0.5),
        ("18 شعبان 1445 - 28 شباط 2024", "dateline", "visible-line", 0.7),
        ("Layla Hassan 28 February 2024 Water Opinion 7 Comments", "dateline", "visible-line", 0.6),
        ("Layla Hassan 28 February 2024 Water Opinion 7 Comments", "near", None, None),
        ("By Layla Hassan, water reporter, updated 28 February 2024", "near", "modified", 0.4),
        (
            "The map of the lakes of the whole region was updated on 28 February 2024 by them",
            "dateline",
            None,
            None,
        ),
        ("It was 28 February 2024 when all the gates failed.", "dateline", None, None),
        ("Copyright 2024 River Post", "near", None, None),
        ("The council met on 28 February 2024 and voted for all of the repairs at once", "near", None, None),
    ],
)
def test_a_printed_date_is_believed_by_its_place(
    text: str, place: str, source: str | None, confidence: float | None
) -> None:
    found = [(c.source, c.confidence) for c in dates_of_lines([DatedLine(text, place)])]
    assert found == ([(source, confidence)] if source else [])


@pytest.mark.parametrize(
    ("text", "before", "found"),
    [
        ("28 February 2024", "Last updated:", [("2024-02-28", "modified", 0.4)]),
        ("28 February 2024", "Published", [("2024-02-28", "visible-line", 0.85)]),
        (
            "Last Updated: 29 February 2024 First Published: 28 February 2024",
            "",
            [("2024-02-29", "modified", 0.4), ("2024-02-28", "visible-line", 0.85)],
        ),
        (
            "Posted: 28 February 2024 Updated: 29 February 2024",
            "",
            [("2024-02-29", "modified", 0.4), ("2024-02-28", "visible-line", 0.85)],
        ),
        (
            "28 February 2024 29 February 2024",
            "Updated on",
            [("2024-02-28", "modified", 0.4), ("2024-02-29", "modified", 0.4)],
        ),
        (
            "آخر تحديث 18 شعبان 1445 - 28 شباط 2024",  # one day in two calendars has one label
            "",
            [("2024-02-28", "modified:hijri", 0.4), ("2024-02-28", "modified", 0.4)],
        ),
    ],
)
def test_each_date_of_a_line_is_what_the_words_before_it_say(
    text: str, before: str, found: list[tuple[str, str, float]]
) -> None:
    line = DatedLine(text, "dateline", before)
    assert [(c.value, c.source, c.confidence) for c in dates_of_lines([line])] == found


@pytest.mark.parametrize(
    ("text", "known", "found"),
    [
        ("03/04/2024", {date(2024, 3, 4)}, [("2024-03-04", 0.85)]),
        ("03/04/2024", {date(2024, 4, 3)}, [("2024-04-03", 0.85)]),
        ("03/04/24", {date(2024, 4, 3)}, [("2024-04-03", 0.85)]),
        ("09.10.2024", {date(2024, 9, 10)}, [("2024-09-10", 0.85)]),
        ("09.10.2024", {date(2024, 5, 5)}, [("2024-10-09", 0.85)]),
        ("03/04/2024", {date(2024, 3, 4), date(2024, 4, 3)}, [("2024-04-03", 0.85)]),
        ("03/04/2024", set(), []),
    ],
)
def test_what_something_else_states_tells_the_order_of_two_numbers(
    text: str, known: set[date], found: list[tuple[str, float]]
) -> None:
    line = DatedLine(text, "dateline")
    assert [(c.value, c.confidence) for c in dates_of_lines([line], known=known)] == found


def test_a_date_whose_order_was_guessed_is_believed_less() -> None:
    line = [DatedLine("03/04/2024", "dateline")]
    assert list(dates_of_lines(line)) == []
    (american,) = dates_of_lines(line, day_first=False)
    (other,) = dates_of_lines(line, day_first=True)
    assert (american.value, other.value) == ("2024-03-04", "2024-04-03")
    assert american.confidence == other.confidence == 0.595


@pytest.mark.parametrize(
    "text",
    [
        "3 hours ago",
        "yesterday",
        "منذ 3 ساعات",
        "قبل ساعتين",
        "۳ ساعت پیش",
        "پێش 3 کاتژمێر",
        "3 часа назад",
        "3 saat önce",
        "vor 3 Stunden",
    ],
)
def test_a_line_that_counts_from_now_is_refused_and_shown(text: str) -> None:
    (found,) = dates_of_lines([DatedLine(text, "dateline")])
    assert (found.refused, found.confidence) == ("relative", 0.0)
    assert found.value in text or found.value.translate(str.maketrans("3", "۳")) in text


def test_a_sentence_is_no_relative_date() -> None:
    line = "The gates were closed 3 hours ago because the river had risen above the second mark"
    assert list(dates_of_lines([DatedLine(line, "dateline")])) == []


@pytest.mark.parametrize(
    ("text", "place", "fetched_at", "refused"),
    [
        ("Friday, March 1, 2024", "top", FETCHED, "page-clock"),
        ("Thursday, February 29, 2024", "top", FETCHED, "page-clock"),  # the same moment further west
        ("Wednesday, February 28, 2024", "top", FETCHED, None),
        ("Friday, March 1, 2024", "top", None, None),
        ("March 1, 2024", "dateline", FETCHED, None),
        ("Today: March 1, 2024", "near", None, "page-clock"),
        ("اليوم 1 آذار 2024", "near", None, "page-clock"),
        ("امروز ۱۱ اسفند ۱۴۰۲", "dateline", None, "page-clock"),
        ("Сегодня 1 марта 2024", "near", None, "page-clock"),
    ],
)
def test_the_pages_own_calendar_is_refused(
    text: str, place: str, fetched_at: datetime | None, refused: str | None
) -> None:
    (found,) = dates_of_lines([DatedLine(text, place)], fetched_at)
    assert found.refused == refused


@pytest.mark.parametrize(
    ("line", "date_line", "theme"),
    [
        ("28 February 2024 09:15", True, False),
        ("Tue. Feb 27th, 2024", True, True),
        ("Erbil, 28 February 2024", True, False),
        ("On 28 February 2024 it rained.", False, False),
        ("The lake fell", False, False),
    ],
)
def test_date_lines_are_told_from_sentences(line: str, date_line: bool, theme: bool) -> None:
    assert (is_date_line(line), is_theme_date(line)) == (date_line, theme)


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("Published on", True, False),
        ("Last updated", False, True),
        ("Updated on", False, True),
        ("Date", True, False),
        ("Published, updated", False, False),
        ("River", False, False),
    ],
)
def test_words_beside_a_date_say_what_it_is(line: str, published: bool, updated: bool) -> None:
    assert (is_labelled(line), says_updated(line)) == (published, updated)
