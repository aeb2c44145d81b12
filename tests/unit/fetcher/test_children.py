from datetime import datetime, timedelta

import pytest

from services.fetcher.children import (
    LONGEST_REST,
    REST,
    Child,
    in_turn,
    known_bytes,
    newest_first,
    read_known,
)
from services.fetcher.entries import Entry
from services.fetcher.feed_state import FeedState, short_key
from tests.clock import START

HOUR, CEILING = timedelta(hours=1), timedelta(hours=6)


def child(modified: str | None, state: FeedState, url: str = "https://n.example/s1") -> Child:
    return Child(Entry(url=url, modified=modified), state)


def read(
    hours: float,
    wait: float,
    *,
    lastmod: str | None = None,
    new_at: datetime | None = None,
    reason: str | None = None,
) -> FeedState:
    """A sitemap read some hours ago, whose own interval is `wait` hours."""
    at = START - hours * HOUR
    return FeedState(polled_at=at, next_at=at + wait * HOUR, lastmod=lastmod, new_at=new_at, reason=reason)


@pytest.mark.parametrize(
    ("modified", "state", "due"),
    [
        ("2026-11-20", FeedState(), True),
        (None, FeedState(), True),
        # the date is the one it was read with
        ("2026-11-20", read(2, 1, lastmod="2026-11-20"), False),
        ("2026-11-20", read(7 * 24 - 1, 1, lastmod="2026-11-20"), False),
        ("2026-11-20", read(7 * 24, 1, lastmod="2026-11-20"), True),
        ("2026-11-20", read(7 * 24, 1, lastmod="2026-11-20", new_at=START - 28 * 24 * HOUR), False),
        ("2026-11-20", read(14 * 24, 1, lastmod="2026-11-20", new_at=START - 28 * 24 * HOUR), True),
        ("2026-11-20", read(89 * 24, 1, lastmod="2026-11-20", new_at=START - 999 * 24 * HOUR), False),
        ("2026-11-20", read(90 * 24, 1, lastmod="2026-11-20", new_at=START - 999 * 24 * HOUR), True),
        # another date
        ("2026-11-21", read(2, 1, lastmod="2026-11-20"), True),
        ("2026-11-21", read(2, 3, lastmod="2026-11-20"), False),
        ("2026-11-21", read(6, 99, lastmod="2026-11-20"), True),
        ("2026-11-21", read(5, 99, lastmod="2026-11-20"), False),
        ("2026-11-21", read(2, 3), False),
        # no date
        (None, read(2, 3), False),
        (None, read(3, 3), True),
        (None, read(6, 99), False),
        (None, read(6, 99, lastmod="2026-11-20"), False),
        # it failed: its backoff decides
        ("2026-11-20", read(2, 3, lastmod="2026-11-20", reason="gone"), False),
        ("2026-11-20", read(4, 3, lastmod="2026-11-20", reason="gone"), True),
        ("2026-11-21", read(7, 99, lastmod="2026-11-20", reason="gone"), False),
    ],
)
def test_a_sitemap_is_read_by_its_date_and_what_it_brings(
    modified: str | None, state: FeedState, due: bool
) -> None:
    assert child(modified, state).due(START, CEILING, 0.0) is due


def test_rests_end_at_different_times() -> None:
    state = read(6 * 24, 1, lastmod="x")
    assert [child("x", state).due(START, CEILING, share) for share in (0.0, 0.999)] == [False, True]
    assert REST < LONGEST_REST


def test_those_that_changed_last_come_first_and_of_one_date_those_that_waited_longest() -> None:
    def one(name: str, modified: str | None, polled: datetime | None) -> Child:
        return child(modified, FeedState(polled_at=polled), name)

    due = [
        one("none", None, None),
        one("just", "2026-11-20", START),
        one("old", "2026-11-19", None),
        one("before", "2026-11-20", START - HOUR),
        one("never", "2026-11-20", None),
    ]
    assert [each.entry.url for each in in_turn(due)] == ["never", "before", "just", "old", "none"]


def test_a_sitemap_that_is_listed_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dates = (("a", "1"), ("b", "3"), ("a", "1"), ("c", "2"))
    entries = [Entry(url=url, modified=date) for url, date in dates]
    assert [entry.url for entry in newest_first(entries)] == ["b", "c", "a"]
    monkeypatch.setattr("services.fetcher.children.MOST_LISTED", 2)
    assert [entry.url for entry in newest_first(entries)] == ["b", "c"]


def test_what_is_known_of_an_index_takes_eight_bytes_a_sitemap() -> None:
    keys = {short_key(f"https://n.example/{number}") for number in range(100)}
    assert read_known(known_bytes(keys)) == keys
    assert len(known_bytes(keys)) == 800
    assert read_known(None) == read_known(b"cut") == frozenset()
