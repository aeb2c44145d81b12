from datetime import timedelta

import pytest

from services.fetcher.feed_state import FeedState, feed_key, read_state, seen_key, state_bytes
from tests.clock import START


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
