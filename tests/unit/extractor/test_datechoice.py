from datetime import UTC, datetime

import pytest

from schemas.records import DateCandidate
from services.extractor.datechoice import date_article, in_local_time, why_refused
from tests.unit.extractor.pages import FETCHED


def said(
    value: str, source: str = "json-ld", confidence: float = 0.9, precision: str | None = None
) -> DateCandidate:
    return DateCandidate(
        value=value, precision=precision or ("second" if "T" in value else "day"), source=source,
        confidence=confidence,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2024-02-28", None),
        ("2024-03-02", None),  # a time zone ahead of ours
        ("2024-03-04", "future"),
        ("1970-01-01T00:00:00+00:00", "unset-clock"),
        ("0001-01-01", "unset-clock"),
        ("1989-12-31", "before-web"),
        ("soon", "unreadable"),
        ("2024-03-01T12:01:00+00:00", "page-clock"),
        ("2024-03-01T14:59:10+03:00", "page-clock"),
        ("2024-03-01T11:58:00+00:00", None),
        ("2024-03-01T12:00:00", None),  # no zone: no moment
    ],
)
def test_what_cannot_be_is_refused_by_name(value: str, reason: str | None) -> None:
    assert why_refused(said(value), FETCHED) == reason


def test_a_list_is_read_before_the_page_and_is_no_clock_of_it() -> None:
    assert why_refused(said("2024-03-01T12:00:00+00:00", "feed"), FETCHED) is None


def test_without_the_moment_of_the_fetch_the_future_is_not_known() -> None:
    assert why_refused(said("2031-01-01"), None) is None


def test_refused_candidates_are_shown_with_or_without_a_choice() -> None:
    dating = date_article([said("2031-01-01", confidence=1.0), said("2024-02-28")], FETCHED)
    assert dating.published is not None
    assert dating.published.value == "2024-02-28"
    assert [(c.value, c.refused, c.confidence) for c in dating.refused] == [("2031-01-01", "future", 0.0)]
    none = date_article([said("1970-01-01")], FETCHED)
    assert none.published is None
    assert [c.refused for c in none.refused] == ["unset-clock"]


def test_no_candidate_is_no_date_and_never_the_day_of_the_fetch() -> None:
    assert date_article([], FETCHED).published is None


def test_the_surest_date_is_chosen_and_the_others_are_shown_once() -> None:
    dating = date_article(
        [said("2024-02-01", "url", 0.5), said("2024-02-28", "feed"), said("2024-02-28", "feed", 0.8)], FETCHED
    )
    assert dating.published is not None
    assert (dating.published.value, dating.published.confidence) == ("2024-02-28", 0.9)
    assert [c.value for c in dating.published.alternatives] == ["2024-02-01"]


LINE = ("visible-line", 0.85)


@pytest.mark.parametrize(
    ("others", "value", "confidence"),
    [
        ([], "2024-02-20", 0.95),
        ([("2024-02-20", *LINE)], "2024-02-20", 0.95),
        ([("2024-02-21", *LINE)], "2024-02-20", 0.95),  # a time zone apart
        ([("2024-02-28", *LINE)], "2024-02-28", 0.7),  # readers see another day
        ([("2024-02-28", *LINE), ("2024-02-20", "url", 0.8)], "2024-02-20", 0.95),  # and somebody agrees
        ([("2024-02-28", "visible-line", 0.5)], "2024-02-20", 0.95),  # today's date in a theme
        ([("2024-02-28", "time-element", 0.85)], "2024-02-20", 0.7),
        ([("2024-02-28", "modified", 0.4)], "2024-02-20", 0.75),  # readers may see that one alone
        ([("2024-02-20", "modified", 0.4)], "2024-02-20", 0.95),
        (
            [("2024-02-28", *LINE), ("2024-02-20", "modified", 0.4)],
            "2024-02-28",
            0.7,
        ),  # a change agrees with nobody
        ([("2023-01-01", "modified", 0.4)], "2024-02-20", 0.75),
        ([("2023-01-01", "modified", 0.4), ("2024-02-20", *LINE)], "2024-02-20", 0.95),
    ],
)
def test_what_machines_are_told_is_weighed_against_what_readers_see(
    others: list[tuple[str, str, float]], value: str, confidence: float
) -> None:
    published = date_article(
        [said("2024-02-20", "json-ld", 0.95), *(said(*o) for o in others)], None
    ).published
    assert published is not None
    assert (published.value, published.confidence) == (value, confidence)
    assert published.value not in [c.value for c in published.alternatives if c.source == published.source]


@pytest.mark.parametrize(
    ("candidates", "confidence"),
    [
        ([("2024-02-28", "visible-line", 0.85)], 0.85),
        ([("2024-02-28", "visible-line", 0.85), ("2024-02-28", "modified", 0.4)], 0.75),
        ([("2024-02-28", "feed", 0.8), ("2024-02-28", "modified", 0.4)], 0.8),
        ([("2024-02-28", "modified", 0.4)], 0.4),
        ([("2024-02-28", "visible-line", 0.7)], 0.8),  # nothing speaks against it
        ([("2024-02-28", "time-element", 0.75), ("2024-02-28", "visible-line", 0.6)], 0.8),
        ([("2024-02-28", "visible-line", 0.7), ("2024-01-20", "url", 0.4)], 0.7),
        ([("2024-02-28", "visible-line", 0.6)], 0.6),
        ([("2024-02-28", "script", 0.75)], 0.75),  # nobody sees it
    ],
)
def test_a_lone_day_that_is_that_of_the_last_change_need_not_be_the_first(
    candidates: list[tuple[str, str, float]], confidence: float
) -> None:
    published = date_article([said(*c) for c in candidates], None).published
    assert published is not None
    assert published.confidence == confidence


UTC_MOMENT = "2024-02-29T02:04:30+00:00"


@pytest.mark.parametrize(
    ("others", "shown"),
    [
        ([], UTC_MOMENT),
        ([said("2024-02-28T21:04:30-05:00", "meta")], "2024-02-28T21:04:30-05:00"),
        ([said("2024-02-28T21:04", "visible-line", precision="minute")], "2024-02-28T21:04:30-05:00"),
        ([said("2024-02-28T21:17", "visible-line", precision="minute")], UTC_MOMENT),  # another moment
        ([said("2024-02-27T02:04", "visible-line", precision="minute")], UTC_MOMENT),  # no zone is that far
        (
            [said("2024-02-28", "url"), said("2024-03-01T10:00:00-05:00", "modified")],
            "2024-02-28T21:04:30-05:00",
        ),
        ([said("2024-03-01T10:00:00-05:00", "modified")], UTC_MOMENT),  # nobody shows the other day
        ([said("2024-02-28", "url")], UTC_MOMENT),
    ],
)
def test_a_moment_is_told_in_the_time_of_its_newsroom(others: list[DateCandidate], shown: str) -> None:
    assert in_local_time(said(UTC_MOMENT), others) == shown
    assert datetime.fromisoformat(shown) == datetime(2024, 2, 29, 2, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "others", "value"),
    [
        (UTC_MOMENT, [("2024-02-28", *LINE), ("2024-02-28", "url", 0.8)], "2024-02-28"),
        (UTC_MOMENT, [("2024-02-28", *LINE), ("2024-02-29", "url", 0.8)], UTC_MOMENT),
        (UTC_MOMENT, [("2024-02-28", "visible-line", 0.6)], UTC_MOMENT),
        (UTC_MOMENT, [("2024-02-28", "url", 0.8)], UTC_MOMENT),  # readers do not see it
        ("2024-02-29T02:04:30+03:00", [("2024-02-28", *LINE)], "2024-02-29T02:04:30+03:00"),
    ],
)
def test_the_day_that_readers_see_beside_a_moment_in_utc_is_the_newsrooms(
    head: str, others: list[tuple[str, str, float]], value: str
) -> None:
    published = date_article([said(head, "meta", 0.92), *(said(*o) for o in others)], None).published
    assert published is not None
    assert (published.value, published.confidence) == (value, 0.92)


def test_a_zone_that_is_told_is_kept() -> None:
    moment = said("2024-02-28T09:15:00+03:00")
    assert in_local_time(moment, [said("2024-02-28T01:15:00-05:00")]) == moment.value
