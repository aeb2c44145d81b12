from datetime import timedelta

import pytest

from schemas.records import FetchRequest
from services.fetcher.postpone import ask_whole, put_off, wait_for_turn
from services.stage import Emit, Poison, Transient
from tests.clock import START
from tests.unit.fetcher.test_pages import a_request

PAGE = "https://n.example/a"


def in_it(emit: Emit | None) -> tuple[str, int, timedelta]:
    assert emit is not None
    assert isinstance(emit.record, FetchRequest)
    assert emit.record.not_before is not None
    return emit.record.url, emit.record.attempt, emit.record.not_before - START


@pytest.mark.parametrize(
    ("wait", "attempt", "due"),
    [(0.0, 1, 1.0), (3.0, 1, 3.0), (22.0, 1, 22.0), (900.0, 500, 900.0), (10.0**9, 1, 6 * 3600.0)],
)
def test_waiting_for_our_turn_is_never_refused_and_counts_no_attempt(
    wait: float, attempt: int, due: float
) -> None:
    emit = wait_for_turn(a_request(PAGE, attempt=attempt), PAGE, START, wait)
    assert in_it(emit) == (PAGE, attempt, timedelta(seconds=due))


def test_redirects_that_were_followed_are_not_followed_anew_but_not_for_ever() -> None:
    emit = wait_for_turn(a_request(PAGE), "https://other.example/b", START, 30.0)
    assert in_it(emit) == ("https://other.example/b", 2, timedelta(seconds=30))
    assert (emit.key, emit.subject) == ("other.example:443", PAGE)
    assert isinstance(emit.record, FetchRequest)
    assert emit.record.page_id == a_request(PAGE).page_id
    after_an_outage = wait_for_turn(a_request(PAGE, attempt=16), "https://other.example/b", START, 30.0)
    assert in_it(after_an_outage) == ("https://other.example/b", 17, timedelta(seconds=30))
    with pytest.raises(Poison, match="bad-redirect"):
        wait_for_turn(a_request(PAGE, attempt=22), "https://other.example/b", START, 30.0)


@pytest.mark.parametrize(
    ("reason", "wait", "attempt", "put"),
    [
        ("too-many-requests", 5.0, 1, False),
        ("too-many-requests", 6.0, 1, True),
        ("dns-failed", 60.0, 15, True),
        ("server-error", 600.0, 5, True),
        ("robots-unreachable", 600.0, 1, True),
        ("timeout", None, 1, False),
        ("blobs-unavailable", 600.0, 1, False),
    ],
)
def test_a_site_that_asks_for_a_long_wait_gets_it_a_few_times(
    reason: str, wait: float | None, attempt: int, put: bool
) -> None:
    emit = put_off(a_request(PAGE, attempt=attempt), Transient(reason, "", wait), START)
    assert (emit is not None) is put
    assert not put or in_it(emit) == (PAGE, attempt + 1, timedelta(seconds=wait or 0.0))


@pytest.mark.parametrize(("reason", "attempt"), [("too-many-requests", 6), ("dns-failed", 16)])
def test_after_that_it_is_dead_with_the_same_reason_and_bothers_nobody(reason: str, attempt: int) -> None:
    with pytest.raises(Poison, match=f"{reason}: a while ago; attempt {attempt}"):
        put_off(a_request(PAGE, attempt=attempt), Transient(reason, "a while ago", 600.0), START)


def test_where_the_site_is_asked_rarely_a_failure_counts_as_an_attempt() -> None:
    """The runtime would try again at once, find the site busy, and so for ever."""
    emit = put_off(a_request(PAGE), Transient("server-error"), START, gap=30.0)
    assert in_it(emit) == (PAGE, 2, timedelta(seconds=30))
    assert put_off(a_request(PAGE), Transient("server-error"), START, gap=2.0) is None


def test_a_page_that_came_cut_off_is_asked_for_twice_more() -> None:
    assert in_it(ask_whole(a_request(PAGE), START)) == (PAGE, 2, timedelta(seconds=1))
    assert ask_whole(a_request(PAGE, attempt=2), START) is not None
    assert ask_whole(a_request(PAGE, attempt=3), START) is None


@pytest.mark.parametrize(
    ("stated", "wait"), [(None, 2 * 3600.0), (60.0, 2 * 3600.0), (5 * 3600.0, 5 * 3600.0)]
)
def test_a_page_behind_a_challenge_waits_long_and_ends_soon(stated: float | None, wait: float) -> None:
    """Who asks often is taken for what it guards against; so the runtime may not retry it either."""
    refusal = Transient("challenge-page", "", stated)
    for attempt in (1, 2):
        emit = put_off(a_request(PAGE, attempt=attempt), refusal, START)
        assert in_it(emit) == (PAGE, attempt + 1, timedelta(seconds=wait))
    with pytest.raises(Poison, match="challenge-page"):
        put_off(a_request(PAGE, attempt=3), refusal, START)


def test_a_page_read_again_that_is_put_off_keeps_its_lane_and_its_visit() -> None:
    visit = a_request(PAGE, lane="revisit", visit=2, etag='"1"', first_fetched_at=START)
    emits = [
        put_off(visit, Transient("too-many-requests", "", 600.0), START),
        wait_for_turn(visit, PAGE, START, 30.0),
        ask_whole(visit, START),
    ]
    for emit in emits:
        assert emit is not None
        assert isinstance(emit.record, FetchRequest)
        assert (emit.record.lane, emit.record.visit, emit.record.etag) == ("revisit", 2, '"1"')
        assert emit.record.first_fetched_at == START
