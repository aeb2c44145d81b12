from datetime import UTC, datetime

import pytest

from services.fetcher.schedule import (
    MAX_RETRY_AFTER,
    interval_after,
    interval_after_failure,
    max_age_seconds,
    retry_after_seconds,
    spacing,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("new", "last", "max_age", "wait"),
    [
        (3, None, None, 300),  # the first poll is followed soon
        (3, 1200, None, 600),  # it yields: faster
        (0, 1200, None, 1800),  # it does not: slower
        (3, 400, None, 300),  # never below the floor
        (0, 3500, None, 3600),  # never above the ceiling
        (3, 400, 900, 900),  # the server says how long its answer is good
        (3, 400, 31_536_000, 3600),  # and is not believed beyond reason
    ],
)
def test_a_feed_is_polled_by_what_it_yields(
    new: int, last: float | None, max_age: float | None, wait: float
) -> None:
    assert interval_after(new, last, 300, 3600, max_age) == wait


@pytest.mark.parametrize(("last", "wait"), [(None, 300), (400, 1200), (3000, 3600)])
def test_a_list_that_names_nothing_is_polled_less(last: float | None, wait: float) -> None:
    assert interval_after(0, last, 300, 3600, None, empty=True) == wait


@pytest.mark.parametrize(
    ("reason", "failures", "retry_after", "wait"),
    [
        ("timeout", 1, None, 300),
        ("timeout", 3, None, 1200),
        ("timeout", 500, None, 6 * 3600),
        ("dns-failed", 1, None, 300),
        ("dns-failed", 500, None, 24 * 3600),
        ("tls-failed", 1, None, 3600),
        ("tls-failed", 500, None, 24 * 3600),
        ("challenge-page", 1, None, 2 * 3600),
        ("challenge-page", 2, 6 * 3600, 6 * 3600),
        ("challenge-page", 500, None, 3 * 24 * 3600),
        ("gone", 1, None, 24 * 3600),
        ("never-heard-of", 1, None, 3600),
        ("too-many-requests", 1, 7200, 7200),
        ("too-many-requests", 1, 10**9, 24 * 3600),
    ],
)
def test_a_failing_feed_is_tried_again_by_the_class_of_its_failure(
    reason: str, failures: int, retry_after: float | None, wait: float
) -> None:
    assert interval_after_failure(reason, failures, 300, retry_after) == wait


@pytest.mark.parametrize(("own", "asked", "gap"), [(2, None, 2), (2, 1, 2), (2, 30, 30), (0, 0, 0)])
def test_the_longer_delay_is_kept(own: float, asked: float | None, gap: float) -> None:
    assert spacing(own, asked) == gap


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Fri, 20 Nov 2026 12:01:00 GMT", 60),
        ("Fri, 20 Nov 2026 12:01:00 -0000", 60),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("9" * 400, MAX_RETRY_AFTER),
        ("3153600000", MAX_RETRY_AFTER),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=600", 600),
        ('public, Max-Age="60"', 60),
        ("no-cache, max-age=600", 0),
        ("no-store", 0),
        ("private", None),
        ("", None),
        (None, None),
    ],
)
def test_max_age_is_read(value: str | None, seconds: float | None) -> None:
    assert max_age_seconds(value) == seconds
