from datetime import timedelta

import pytest

from services.fetcher.feed_state import FeedState, feed_key, read_state, seen_key, state_bytes
from tests.clock import START

DAY = timedelta(days=1)


def test_what_is_remembered_reads_back() -> None:
    state = FeedState(etag='"1"').succeeded({"last-modified": "x"}, 60.0, START)
    assert read_state(state_bytes(state)) == state
    assert state.conditions() == {"if-none-match": '"1"', "if-modified-since": "x"}
    assert state.next_at == START + timedelta(seconds=60)
    assert state.unconditional().conditions() == {}


def test_failures_add_up_and_a_success_clears_them() -> None:
    failed = (
        FeedState(interval=60.0).failed("timeout", "slow", 300, START).failed("timeout", "slow", 600, START)
    )
    assert (failed.failures, failed.reason, failed.interval) == (2, "timeout", 60.0)
    assert failed.succeeded({}, 60.0, START).failures == 0


def test_a_row_of_failures_has_the_moment_of_its_first_whatever_the_reasons() -> None:
    later = START + DAY
    state = FeedState().failed("timeout", "slow", 300, START)
    state = read_state(state_bytes(state.failed("dns-failed", "no address", 300, later)))
    assert (state.failing_since, state.polled_at) == (START, later)
    well = state.succeeded({}, 60.0, later)
    assert well.failing_since is None
    assert well.failed("timeout", "slow", 300, later + DAY).failing_since == later + DAY


def test_of_a_row_that_began_before_its_moment_was_kept_no_moment_is_made_up() -> None:
    old = read_state(b'{"failures":2,"reason":"timeout","polled_at":"2026-11-20T12:00:00Z"}')
    assert old.failing_since is None
    assert old.failed("timeout", "slow", 300, START + DAY).failing_since is None
    assert (
        old.succeeded({}, 60.0, START).failed("timeout", "slow", 300, START + DAY).failing_since
        == START + DAY
    )


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (FeedState(), ("new", "ok")),
        (FeedState(polled_at=START), ("ok", "ok")),
        (FeedState(polled_at=START, reason="timeout", entries=0), ("failing", "timeout")),
        (FeedState(polled_at=START, entries=0, new_at=START - 90 * DAY), ("empty", "no-entries")),
        (FeedState(polled_at=START, distrusted_at=START), ("lying", "lying-validator")),
        (FeedState(polled_at=START, new_at=START - 4 * DAY, gap=3600.0, gaps=5), ("silent", "nothing-new")),
        (FeedState(polled_at=START, new_at=START - 3 * DAY, gap=3600.0, gaps=5), ("ok", "ok")),
        (FeedState(polled_at=START, new_at=START - 9 * DAY, gap=86400.0, gaps=5), ("ok", "ok")),
        (FeedState(polled_at=START, new_at=START - 11 * DAY, gap=86400.0, gaps=5), ("silent", "nothing-new")),
        (FeedState(polled_at=START, new_at=START - 29 * DAY, gap=3600.0, gaps=4), ("ok", "ok")),
        (FeedState(polled_at=START, new_at=START - 31 * DAY), ("silent", "nothing-new")),
    ],
)
def test_a_feed_has_one_word_for_how_it_is(state: FeedState, word: tuple[str, str]) -> None:
    assert state.word() == word


def test_the_usual_gap_of_a_feed_is_learned_from_what_it_brings() -> None:
    state = FeedState()
    for hours in range(0, 60, 6):
        state = state.brought_news(START + timedelta(hours=hours))
    assert (state.gap, state.gaps, state.new_at) == (6 * 3600.0, 5, START + timedelta(hours=54))
    late = state.brought_news(START + timedelta(hours=54 + 36))
    assert late.gap == pytest.approx(12 * 3600.0)


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b'{"failures": "x"}'])
def test_a_damaged_memory_is_as_good_as_none(value: bytes | None) -> None:
    assert read_state(value) == FeedState()


def test_feeds_do_not_share_their_identity_sets() -> None:
    assert seen_key("https://a.example/1", "p") != seen_key("https://a.example/2", "p")
    assert feed_key("https://a.example/1").startswith("feed:")


def test_what_an_older_release_remembered_still_reads() -> None:
    old = (
        b'{"etag":"\\"1\\"","last_modified":null,"interval":600.0,"next_at":"2026-11-20T12:10:00Z",'
        b'"polled_at":"2026-11-20T12:00:00Z","failures":2,"reason":"timeout","detail":"slow"}'
    )
    assert read_state(old) == FeedState(
        etag='"1"',
        interval=600.0,
        next_at=START + timedelta(minutes=10),
        polled_at=START,
        failures=2,
        reason="timeout",
        detail="slow",
    )
