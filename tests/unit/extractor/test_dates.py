from datetime import UTC, datetime

import pytest

from schemas.records import DateCandidate, Discovered
from services.extractor.dates import (
    DatedLine,
    choose_date,
    dates_of_lines,
    dates_of_markup,
    dates_of_origin,
    is_date_line,
    is_possible,
    is_theme_date,
    modified_of,
)
from services.extractor.markup import parse_markup
from tests.unit.extractor.pages import FETCHED, URL, html

LD = '<script type="application/ld+json">{"@type": "NewsArticle", "%s": "2024-02-28T09:15:00+03:00"}</script>'


def a_date(value: str, confidence: float = 0.9, source: str = "meta") -> DateCandidate:
    return DateCandidate(value=value, precision="day", source=source, confidence=confidence)


@pytest.mark.parametrize(
    ("head", "above", "value", "source", "sure"),
    [
        (LD % "datePublished", "", "2024-02-28T09:15:00+03:00", "json-ld", True),
        (LD % "dateCreated", "", "2024-02-28T09:15:00+03:00", "json-ld", False),
        (
            "<meta property='article:published_time' content='2024-02-28T06:15:00Z'>",
            "",
            "2024-02-28T06:15:00+00:00",
            "meta",
            True,
        ),
        (
            "<meta name=pubdate content='Wed, 28 Feb 2024 06:15:00 GMT'>",
            "",
            "2024-02-28T06:15:00+00:00",
            "meta",
            True,
        ),
        ("<meta name=date content='28 February 2024'>", "", "2024-02-28", "meta", False),
        ("<meta itemprop=datePublished content='1709100000'>", "", "2024-02-28T06:00:00+00:00", "meta", True),
        ("", "<time datetime='2024-02-28'>today</time>", "2024-02-28", "time-element", True),
        (
            "",
            "<time datetime='2024-02-28'>a</time><time datetime='2024-02-29'>b</time>",
            "2024-02-28",
            "time-element",
            False,
        ),
        ("<meta name=date content='soon'>", "", None, None, False),
    ],
)
def test_every_statement_of_a_page_is_a_candidate(
    head: str, above: str, value: str | None, source: str | None, sure: bool
) -> None:
    first = next(dates_of_markup(parse_markup(html(head=head, above=above), URL)), None)
    assert (first and first.value, first and first.source) == (value, source)
    assert bool(first and first.confidence >= 0.8) is sure


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


@pytest.mark.parametrize(
    ("text", "place", "confidence"),
    [
        ("28 February 2024 09:15", "dateline", 0.85),
        ("Published: 28 February 2024", "near", 0.85),
        ("Tue. Feb 27th, 2024", "top", 0.5),
        ("28 February 2024", "near", 0.6),
        ("Updated: 28 February 2024", "dateline", None),
        ("Copyright 2024 River Post", "near", None),
        ("The council met on 28 February 2024 and voted for all of the repairs at once", "near", None),
    ],
)
def test_a_printed_date_is_believed_by_its_place(text: str, place: str, confidence: float | None) -> None:
    found = [candidate.confidence for candidate in dates_of_lines([DatedLine(text, place)])]
    assert found == ([confidence] if confidence else [])


@pytest.mark.parametrize(
    ("value", "possible"),
    [
        ("2024-02-28", True),
        ("2024-03-02", True),  # a time zone ahead of ours
        ("2024-03-04", False),
        ("1970-01-01T00:00:00+00:00", False),
        ("1989-12-31", False),
        ("soon", False),
    ],
)
def test_the_future_and_1970_are_refused(value: str, possible: bool) -> None:
    assert is_possible(value, FETCHED) is possible


def test_the_surest_date_is_chosen_and_the_others_are_shown() -> None:
    chosen = choose_date(
        [
            a_date("2024-02-01", 0.5),
            a_date("2024-02-28", 0.9),
            a_date("2024-02-28", 0.8),
            a_date("2031-01-01", 1.0),
        ],
        FETCHED,
    )
    assert chosen is not None
    assert (chosen.value, chosen.confidence) == ("2024-02-28", 0.9)
    assert [c.value for c in chosen.alternatives] == ["2024-02-01"]


def test_no_candidate_is_no_date_and_never_the_day_of_the_fetch() -> None:
    assert choose_date([], FETCHED) is None
    assert choose_date([a_date("2030-01-01")], datetime(2024, 3, 1, tzinfo=UTC)) is None


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


def test_the_last_change_is_a_field_of_its_own() -> None:
    assert (
        modified_of(parse_markup(html(head=LD % "dateModified"), URL), FETCHED) == "2024-02-28T09:15:00+03:00"
    )
    assert modified_of(parse_markup(html(), URL), FETCHED) is None
