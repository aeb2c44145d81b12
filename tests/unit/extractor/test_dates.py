from datetime import datetime

import pytest

from schemas.records import Discovered
from services.extractor.dates import (
    DatedLine,
    dates_of_lines,
    dates_of_origin,
    is_date_line,
    is_labelled,
    is_theme_date,
    says_updated,
    stated_date,
)
from tests.unit.extractor.pages import FETCHED


@pytest.mark.parametrize(
    ("url", "value", "source"),
    [
        ("https://a.example/2024/02/28/lake", "2024-02-28", "url"),
        ("https://a.example/news-2024-02-28-lake", "2024-02-28", "url"),
        ("https://a.example/2024/feb/28/lake", "2024-02-28", "url"),
        ("https://a.example/20240228/lake", "2024-02-28", "url"),
        ("https://a.example/fa/1402/12/09/lake", "2024-02-28", "url:jalali"),
        ("https://a.example/2024/02/lake", None, None),
        ("https://a.example/id/20249999", None, None),
        ("https://a.example/?d=/2024/02/28/", None, None),
    ],
)
def test_an_address_may_hold_the_day(url: str, value: str | None, source: str | None) -> None:
    found = list(dates_of_origin(url, Discovered(via="rss")))
    assert [(c.value, c.source) for c in found] == ([(value, source)] if value else [])


@pytest.mark.parametrize(("via", "source"), [("rss", "feed"), ("news-sitemap", "sitemap")])
def test_the_list_that_named_the_page_is_a_witness(via: str, source: str) -> None:
    discovered = Discovered(via=via, published="Wed, 28 Feb 2024 09:15:00 +0300")
    (found,) = dates_of_origin("https://a.example/x", discovered)
    assert (found.value, found.source) == ("2024-02-28T09:15:00+03:00", source)
    assert found.confidence >= 0.8


def test_the_answers_last_modified_is_a_weak_witness() -> None:
    headers = {"last-modified": "Wed, 28 Feb 2024 06:15:00 GMT"}
    (found,) = dates_of_origin("https://a.example/x", Discovered(via="rss"), headers)
    assert (found.value, found.source) == ("2024-02-28T06:15:00+00:00", "last-modified")
    assert found.confidence < 0.5


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
    ("value", "shown", "precision", "refused"),
    [
        ("2024-02-28", "2024-02-28", "day", None),
        ("2024-02-28T09:15+03:00", "2024-02-28T09:15:00+03:00", "second", None),
        ("2024-02-28T09:15", "2024-02-28T09:15:00", "minute", None),
        ("1709100000", "2024-02-28T06:00:00+00:00", "second", None),
        ("Wed, 28 Feb 2024 06:15:00 GMT", "2024-02-28T06:15:00+00:00", "second", None),
        ("28 February 2024", "2024-02-28", "day", None),
        ("soon", "soon", "day", "unreadable"),
    ],
)
def test_a_stated_value_is_read_or_shown_as_unreadable(
    value: str, shown: str, precision: str, refused: str | None
) -> None:
    (found,) = stated_date(value, "meta", 0.9)
    assert (found.value, found.precision, found.refused) == (shown, precision, refused)


@pytest.mark.parametrize("value", [None, "", "  ", 20240228, ["2024-02-28"]])
def test_nothing_stated_is_no_candidate(value: object) -> None:
    assert list(stated_date(value, "meta", 0.9)) == []


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
        ("Published, updated", False, False),
        ("River", False, False),
    ],
)
def test_words_beside_a_date_say_what_it_is(line: str, published: bool, updated: bool) -> None:
    assert (is_labelled(line), says_updated(line)) == (published, updated)
