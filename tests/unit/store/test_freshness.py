from datetime import timedelta
from typing import Any

import pytest

from services.store.freshness import Brought, SourceAge, everybody, families, patience, silent
from tests.unit.store.records import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_source(name: str, **changes: Any) -> SourceAge:
    """One that is read and has brought something every three hours, the newest at noon."""
    fields: dict[str, Any] = {
        "source_id": name.lower(), "name": name, "family": None, "articles": 20, "arrivals": 10,
        "oldest": NOON - 27 * HOUR, "newest": NOON, "seen_at": NOON - 2 * DAY, "feeds": 1,
    }  # fmt: skip
    return SourceAge(**(fields | changes))


NEVER: dict[str, Any] = {"articles": 0, "arrivals": 0, "oldest": None, "newest": None}


@pytest.mark.parametrize(
    ("arrivals", "first", "wanted"),
    [
        (28, 27 * HOUR, 10 * HOUR),  # one an hour
        (200, DAY, 3 * HOUR),  # however fast: nobody is missed before
        (6, 50 * DAY, 100 * DAY),  # a monthly is not missed for months
        (4, 9 * DAY, None),  # too few to know a habit
        (9, 23 * HOUR, None),  # what a feed brings when it is first read is its past, not its habit
        (1, 0 * HOUR, None),
    ],
)
def test_patience_follows_the_habit(arrivals: int, first: timedelta, wanted: timedelta | None) -> None:
    brought = Brought(articles=10 * arrivals, arrivals=arrivals, oldest=NOON - first, newest=NOON)
    assert patience(brought) == wanted


def test_an_owner_is_as_fresh_as_the_freshest_of_its_sources() -> None:
    (post, herald) = families(
        [
            a_source("Herald", newest=NOON - HOUR),
            a_source("Post", family="river", newest=NOON - DAY),
            a_source("Radio", family="river", oldest=NOON - 2 * DAY),
        ]
    )
    assert (post.family, post.sources, post.articles, post.newest) == ("river", ("Post", "Radio"), 40, NOON)
    assert post.limit == pytest.approx(48 / 19 * 10 * 3600)
    assert post.habit
    assert herald.family == "herald"


def test_of_who_has_no_habit_it_is_said() -> None:
    (young,) = families([a_source("Herald", oldest=NOON - HOUR)])
    assert (young.limit, young.habit) == (3 * 24 * 3600, False)


@pytest.mark.parametrize("gone", [NEVER, {"feeds": 0}])
def test_who_never_brought_anything_or_is_read_no_more_is_not_waited_for(gone: dict[str, Any]) -> None:
    assert families([a_source("Herald", **gone)]) == ()


def test_everybody_is_one_that_brings_what_all_bring_and_has_a_habit_at_once() -> None:
    young = {"oldest": NOON - 5 * HOUR, "arrivals": 3}
    gone = a_source("Gone", feeds=0, newest=NOON + HOUR)
    mute = a_source("Post", **NEVER)
    together = everybody([a_source("Herald", **young), mute, a_source("Radio", **young), gone])
    assert together is not None
    assert (together.articles, together.newest, together.habit) == (40, NOON, True)
    assert together.limit == 10 * 3600
    assert everybody([gone]) is None


def test_a_source_is_silent_past_its_habit_or_from_its_first_reading_on() -> None:
    found = silent(
        [
            a_source("Fresh"),
            a_source("Quiet", newest=NOON - 31 * HOUR, oldest=NOON - 58 * HOUR),
            a_source("Dropped", feeds=0, newest=NOON - 31 * HOUR, oldest=NOON - 58 * HOUR),
            a_source("Young", newest=NOON - 71 * HOUR, oldest=NOON - 72 * HOUR),
            a_source("Mute", **NEVER),
        ],
        NOON,
    )
    assert [(each.name, each.since, each.never) for each in found] == [
        ("Mute", NOON - 2 * DAY, True),
        ("Quiet", NOON - 31 * HOUR, False),
    ]
