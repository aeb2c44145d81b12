from datetime import UTC, datetime, timedelta

import pytest

from services.fetcher.entries import Entry
from services.fetcher.floods import LEAST, MOST_SITES, Waiting, lane_of, news_first, stated_at
from tests.clock import START


def entry(name: str, published: str | None = None, modified: str | None = None) -> Entry:
    return Entry(url=f"https://n.example/{name}", published=published, modified=modified)


@pytest.mark.parametrize(
    ("published", "modified", "stated"),
    [
        ("2026-11-20T10:00:00+03:00", "2026-11-20T11:00:00Z", datetime(2026, 11, 20, 7, tzinfo=UTC)),
        (None, "2026-11-19T10:00:00", datetime(2026, 11, 19, 10, tzinfo=UTC)),
        ("2026-11-19", None, datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC)),
        ("2026-11-20", None, datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)),
        ("some day", "2026-11-19T10:00:00Z", datetime(2026, 11, 19, 10, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", "2026-11-19T10:00:00Z", datetime(2026, 11, 19, 10, tzinfo=UTC)),
        ("2026-11-22T12:00:01Z", None, None),
        ("0001-01-01T00:00:00+14:00", None, datetime.fromisoformat("0001-01-01T00:00:00+14:00")),
        ("2026-11", None, None),
        (None, None, None),
    ],
)
def test_the_date_of_an_entry_is_the_first_that_can_be_one(
    published: str | None, modified: str | None, stated: datetime | None
) -> None:
    assert stated_at(entry("a", published, modified), START) == stated


@pytest.mark.parametrize(
    ("published", "archive", "lane"),
    [
        ("2026-11-20T11:00:00Z", True, "live"),
        ("2026-11-17T12:00:00Z", True, "live"),  # three days before
        ("2026-11-17T11:59:59Z", False, "backfill"),
        ("2026-11-17", False, "live"),
        ("0001-01-01T00:00:00+14:00", False, "backfill"),
        (None, False, "live"),
        (None, True, "backfill"),
    ],
)
def test_what_was_old_when_it_was_found_does_not_stand_in_the_way_of_news(
    published: str | None, archive: bool, lane: str
) -> None:
    assert lane_of(entry("a", published), START, archive=archive) == lane


@pytest.mark.parametrize(
    ("archive", "order"), [(False, "new fresh u1 u2 old older"), (True, "new fresh old older u1 u2")]
)
def test_news_goes_first_and_what_has_no_date_keeps_its_order(archive: bool, order: str) -> None:
    named = [
        entry("older", "2020-01-01"),
        entry("u1"),
        entry("fresh", "2026-11-19"),
        entry("old", "2026-11-01"),
        entry("u2", "soon"),
        entry("new", "2026-11-20T11:00:00Z"),
    ]
    found = news_first(named, START, archive=archive)
    assert " ".join(each.url.rpartition("/")[2] for each in found) == order


def filled(waiting: Waiting, lane: str, gap: float, ahead: float, now: float) -> int:
    """How many pages can be asked for until there is no more room."""
    count = 0
    while waiting.room("n.example", lane, gap, ahead, now):
        waiting.add("n.example", lane, gap, now)
        count += 1
    return count


@pytest.mark.parametrize(
    ("gap", "ahead", "pages"),
    [
        (2.0, 300.0, 150),  # what the site can serve in five minutes
        (2.0, 3600.0, 1800),
        (30.0, 300.0, LEAST),
        (0.0, 300.0, 3000),  # nobody serves faster than QUICKEST
    ],
)
def test_no_more_is_asked_for_than_the_site_can_serve_until_the_next_poll(
    gap: float, ahead: float, pages: int
) -> None:
    assert filled(Waiting(), "live", gap, ahead, 1000.0) == pages


def test_room_comes_back_with_time_and_is_shared_by_all_lists_of_a_site() -> None:
    waiting = Waiting()
    assert [filled(waiting, "live", 2.0, 300.0, now) for now in (0.0, 0.0, 100.0, 100.0)] == [150, 0, 50, 0]
    assert waiting.room("other.example", "live", 2.0, 300.0, 100.0) == 150


def test_what_goes_last_takes_no_room_from_news_and_news_takes_it_from_what_goes_last() -> None:
    waiting = Waiting()
    assert filled(waiting, "backfill", 2.0, 300.0, 0.0) == 150
    assert filled(waiting, "live", 2.0, 300.0, 0.0) == 150
    assert filled(waiting, "backfill", 2.0, 300.0, 100.0) == 0  # both still wait


def test_only_so_many_sites_are_remembered() -> None:
    waiting = Waiting()
    for number in range(MOST_SITES + 1):
        waiting.add(f"{number}.example", "live", 2.0, number * 1.0)
    assert waiting.room("0.example", "live", 2.0, 300.0, 0.0) == 150
    assert waiting.room(f"{MOST_SITES}.example", "live", 2.0, 300.0, MOST_SITES * 1.0) == 149


def test_the_past_of_a_day_is_not_over_before_it_is_over_everywhere() -> None:
    day = (START - timedelta(days=3)).date().isoformat()
    assert lane_of(entry("a", day), START) == "live"
