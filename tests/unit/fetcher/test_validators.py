from datetime import timedelta

import pytest

from services.fetcher.entries import Entry, Listing
from services.fetcher.feed_state import FeedState, share_of
from services.fetcher.validators import (
    LIES,
    PROBE_POLLS,
    TRIAL,
    caught,
    digest_of,
    on_trial,
    probe_due,
    same_validator,
)
from tests.clock import START

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("unchanged", "hours", "share", "lies", "due"),
    [
        (0, 0, 0.0, 0, False),
        (18, 0, 0.0, 0, False),
        (19, 0, 0.0, 0, True),  # this is the twentieth
        (13, 0, 0.999, 0, False),
        (15, 0, 0.999, 0, True),
        (0, 23.9, 0.0, 0, False),
        (0, 24, 0.0, 0, True),
        (0, 18.1, 0.999, 0, True),
        (0, 17.9, 0.999, 0, False),
        (2, 0, 0.0, 1, False),
        (3, 0, 0.0, 1, True),  # a suspect
    ],
)
def test_a_304_is_looked_behind_now_and_then(
    unchanged: int, hours: float, share: float, lies: int, due: bool
) -> None:
    state = FeedState(unchanged=unchanged, whole_at=START - hours * HOUR, lies=lies)
    assert probe_due(state, share, START) is due


def test_what_an_older_release_remembered_is_probed_by_its_304s_alone() -> None:
    assert not probe_due(FeedState(), 0.0, START)
    assert probe_due(FeedState(unchanged=PROBE_POLLS), 0.0, START)


def test_feeds_are_not_probed_all_at_once() -> None:
    state = FeedState(unchanged=16)
    due = sum(probe_due(state, share_of(f"https://n.example/{n}"), START) for n in range(300))
    assert 80 < due < 160


@pytest.mark.parametrize(
    ("etag", "modified", "headers", "same"),
    [
        ('"1"', None, {"etag": '"1"'}, True),
        ('"1"', None, {"etag": '"2"'}, False),
        ('"1"', "x", {"etag": '"2"', "last-modified": "x"}, False),
        ('"1"', "x", {"last-modified": "x"}, False),
        (None, "x", {"last-modified": "x"}, True),
        (None, "x", {"last-modified": "y"}, False),
        (None, "x", {"last-modified": "x", "etag": '"1"'}, False),
        (None, None, {}, False),
    ],
)
def test_an_answer_may_bear_the_validator_of_the_last(
    etag: str | None, modified: str | None, headers: dict[str, str], same: bool
) -> None:
    assert same_validator(FeedState(etag=etag, last_modified=modified), headers) is same


def listing(*entries: Entry) -> Listing:
    return Listing(via="rss", entries=entries)


A, B = Entry(url="https://n.example/a"), Entry(url="https://n.example/b", title="B", published="2026-11-20")


def test_the_digest_of_a_list_is_that_of_what_it_names() -> None:
    renamed = Entry(url="https://n.example/b", title="Renamed", published="2026-11-21")
    assert digest_of(listing(A, B)) == digest_of(listing(renamed, A, A))
    assert digest_of(listing(A, B)) != digest_of(listing(A))
    assert len(digest_of(listing())) == 16


def test_two_lies_make_a_feed_distrusted_and_its_validators_are_not_sent() -> None:
    once = caught(FeedState(etag='"1"'), "first", START)
    assert (once.lies, once.distrusted_at, bool(once.conditions())) == (1, None, True)
    twice = caught(once, "second", START + HOUR)
    assert (twice.lies, twice.distrusted_at, twice.lie) == (LIES, START + HOUR, "second")
    assert twice.conditions() == {}


def test_a_lie_is_forgotten_in_time() -> None:
    once = caught(FeedState(), "first", START)
    assert on_trial(once, START + TRIAL - HOUR) == once
    assert on_trial(once, START + TRIAL) == FeedState()
    assert caught(once, "second", START + TRIAL).distrusted_at is None


def test_a_distrusted_feed_is_tried_again_and_needs_one_more_lie() -> None:
    state = caught(caught(FeedState(etag='"1"'), "first", START), "second", START)
    assert on_trial(state, START + TRIAL - HOUR) == state
    tried = on_trial(state, START + TRIAL)
    assert tried.conditions() == {"if-none-match": '"1"'}
    assert probe_due(tried, 0.0, START + TRIAL)
    assert caught(tried, "third", START + TRIAL).distrusted_at == START + TRIAL
