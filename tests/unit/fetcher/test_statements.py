from datetime import UTC, datetime, timedelta

import pytest

from services.fetcher.entries import Hints
from services.fetcher.statements import fresh_seconds, good_for, hub_in_headers, outside_skipped

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)  # a Friday
NOON, LATER = "Fri, 20 Nov 2026 12:00:00 GMT", "Fri, 20 Nov 2026 13:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"expires": LATER, "date": NOON}, 3600),
        ({"expires": LATER}, 1800),
        ({"expires": LATER, "date": "yesterday"}, 1800),
        ({"expires": NOON, "date": LATER}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "-1"}, 0),
        ({"expires": LATER, "date": NOON, "cache-control": "max-age=60"}, 60),
        ({"expires": LATER, "date": NOON, "cache-control": "no-cache"}, 0),
        ({"expires": LATER, "date": NOON, "cache-control": "public"}, 3600),
        ({"cache-control": "max-age=600", "age": "150"}, 450),
        ({"cache-control": "max-age=600", "age": "9999"}, 0),
        ({"cache-control": "max-age=600", "age": "old"}, 600),
        ({"cache-control": "max-age=600", "age": "\u0663"}, 600),
        ({"age": "150"}, None),
    ],
)
def test_what_is_left_of_the_freshness_of_an_answer(headers: dict[str, str], seconds: float | None) -> None:
    assert fresh_seconds(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("age", "ttl", "seconds"), [("60", None, 60), ("60", 300.0, 300), ("600", 300.0, 600), ("0", None, 0)]
)
def test_the_longer_of_two_statements_counts(age: str, ttl: float | None, seconds: float) -> None:
    assert good_for({"cache-control": f"max-age={age}"}, Hints(ttl=ttl), NOW) == seconds


@pytest.mark.parametrize(
    ("hours", "days", "latest", "found"),
    [
        ((), (), 24, NOW),
        ((11, 13), (), 24, NOW),
        ((12,), (), 24, datetime(2026, 11, 20, 13, tzinfo=UTC)),
        ((12, 13, 14), (), 24, datetime(2026, 11, 20, 15, tzinfo=UTC)),
        ((), (4,), 24, datetime(2026, 11, 21, tzinfo=UTC)),
        ((0,), (4,), 24, datetime(2026, 11, 21, 1, tzinfo=UTC)),
        ((), (4, 5, 6), 24, NOW + timedelta(hours=24)),  # never later than a feed is polled at least
        ((12,), (), -1, NOW),
    ],
)
def test_hours_and_days_to_be_skipped_are_waited_for(
    hours: tuple[int, ...], days: tuple[int, ...], latest: float, found: datetime
) -> None:
    assert (
        outside_skipped(NOW, Hints(skip_hours=hours, skip_days=days), NOW + timedelta(hours=latest)) == found
    )


def test_hours_to_be_skipped_are_those_of_greenwich() -> None:
    tehran = NOW.astimezone(datetime.strptime("+0330", "%z").tzinfo)
    assert outside_skipped(tehran, Hints(skip_hours=(16,)), NOW + timedelta(days=1)) == NOW


@pytest.mark.parametrize(
    ("link", "hub"),
    [
        (None, None),
        ('<https://hub.example/>; rel="hub"', "https://hub.example/"),
        ("</hub>;rel=hub", "https://n.example/hub"),
        ('<https://n.example/f>; rel="self", <https://hub.example/>; title="x"; REL="other hub"', "https://hub.example/"),
        ('<https://n.example/>; rel="github"', None),
        ("<https://hub.example/>", None),
        ('<mailto:x@n.example>; rel="hub"', None),
        ("<" * 100_000, None),
        ("<a>;" + " ;" * 100_000, None),
        ('<a>; rel="' * 10_000, None),
    ],
)  # fmt: skip
def test_a_link_header_names_the_hub(link: str | None, hub: str | None) -> None:
    assert hub_in_headers({} if link is None else {"link": link}, "https://n.example/f") == hub
