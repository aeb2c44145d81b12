from datetime import timedelta
from typing import Any

import pytest

from services.store.freshness import SourceAge, age_of, families, patience, silent
from tests.unit.store.records import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_source(name: str, **changes: Any) -> SourceAge:
    """One that is read and has brought ten articles in nine hours, the newest at noon."""
    fields: dict[str, Any] = {
        "source_id": name.lower(), "name": name, "family": None, "articles": 10, "oldest": NOON - 9 * HOUR,
        "newest": NOON, "seen_at": NOON - DAY, "feeds": 1,
    }  # fmt: skip
    return SourceAge(**(fields | changes))


NEVER: dict[str, Any] = {"articles": 0, "oldest": None, "newest": None}


@pytest.mark.parametrize(
    ("articles", "first", "wanted"),
    [
        (10, 9 * HOUR, 10 * HOUR),  # one an hour
        (100, HOUR, 3 * HOUR),  # however fast: nobody is missed before
        (6, 50 * DAY, 100 * DAY),  # a monthly is not missed for months
        (4, 3 * HOUR, 3 * DAY),  # too few to know a habit
        (1, 0 * HOUR, 3 * DAY),
    ],
)
def test_patience_follows_the_habit(articles: int, first: timedelta, wanted: timedelta) -> None:
    assert patience(articles, NOON - first, NOON) == wanted


def test_an_owner_is_as_fresh_as_the_freshest_of_its_sources() -> None:
    (post, herald) = families(
        [
            a_source("Herald", newest=NOON - HOUR),
            a_source("Post", family="river", newest=NOON - DAY),
            a_source("Radio", family="river", oldest=NOON - 2 * DAY),
        ]
    )
    assert (post.family, post.sources, post.articles, post.newest) == ("river", ("Post", "Radio"), 20, NOON)
    assert post.limit == pytest.approx(48 / 19 * 10 * 3600)
    assert herald.family == "herald"


@pytest.mark.parametrize("gone", [NEVER, {"feeds": 0}])
def test_who_never_brought_anything_or_is_read_no_more_is_not_waited_for(gone: dict[str, Any]) -> None:
    assert families([a_source("Herald", **gone)]) == ()


def test_everybody_is_one_that_brings_what_all_bring() -> None:
    everybody = age_of("", [a_source("Herald"), a_source("Post", **NEVER), a_source("Radio")])
    assert everybody is not None
    assert (everybody.articles, everybody.newest) == (20, NOON)
    assert age_of("", []) is None


def test_a_source_is_silent_past_its_habit_or_from_its_first_reading_on() -> None:
    found = silent(
        [
            a_source("Fresh"),
            a_source("Quiet", newest=NOON - 11 * HOUR, oldest=NOON - 20 * HOUR),
            a_source("Dropped", feeds=0, newest=NOON - 11 * HOUR, oldest=NOON - 20 * HOUR),
            a_source("Mute", **NEVER),
        ],
        NOON,
    )
    assert [(each.name, each.since, each.never) for each in found] == [
        ("Mute", NOON - DAY, True),
        ("Quiet", NOON - 11 * HOUR, False),
    ]
