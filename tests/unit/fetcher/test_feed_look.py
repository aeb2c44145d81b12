from datetime import timedelta

import msgspec
import pytest

from schemas.records import Feed
from services.fetcher.feed_look import FeedLook, look_at
from services.fetcher.feed_state import FeedState
from tests.clock import START

DAY = timedelta(days=1)
FEED = Feed(url="https://river.example/rss", kind="feed")
QUIET = FeedState(polled_at=START, new_at=START - 4 * DAY, gap=3600.0, gaps=5, entries=20)
LYING = FeedState(
    polled_at=START, distrusted_at=START - DAY, lies=2, lied_at=START - DAY, lie="304, and news"
)


@pytest.mark.parametrize(
    ("state", "word", "since"),
    [
        (FeedState(), "new", None),
        (FeedState(polled_at=START), "ok", None),
        (QUIET, "silent", START - 4 * DAY),
        (LYING, "lying", START - DAY),
        (QUIET.failed("timeout", "slow", 300, START), "failing", START),
    ],
)
def test_a_feed_is_seen_as_its_state_says(state: FeedState, word: str, since: object) -> None:
    look = look_at(FEED, state)
    assert (look.state, look.reason) == state.word()
    assert (look.state, look.since) == (word, since)
    assert (look.url, look.kind) == (FEED.url, FEED.kind)


def test_everything_that_a_person_asks_of_a_feed_is_told() -> None:
    failed = QUIET.failed("timeout", "slow", 300, START).failed("timeout", "slower", 600, START)
    look = look_at(FEED, failed)
    assert (look.failures, look.detail, look.polled_at) == (2, "slower", START)
    assert (look.new_at, look.limit, look.entries) == (START - 4 * DAY, 3 * 24 * 3600.0, 20)
    assert look.next_at == START + timedelta(seconds=600)
    lied = look_at(FEED, LYING)
    assert (lied.lies, lied.lied_at, lied.lie, lied.limit) == (2, START - DAY, "304, and news", None)


def test_what_is_not_known_is_none() -> None:
    unknown = FeedLook(url=FEED.url, kind=FEED.kind)
    told = {name: value for name, value in msgspec.structs.asdict(unknown).items() if value}
    assert told == {"url": FEED.url, "kind": FEED.kind}
