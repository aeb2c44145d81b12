from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from msgspec.structs import replace

from schemas.records import Discovered, FetchRequest, RawPage, Rights, Robots
from services.fetcher.revisits import (
    LATE,
    MOST_VALIDATOR,
    SPREAD,
    Planned,
    after_page,
    conditions,
    due_at,
    let_go,
    planned_bytes,
    read_planned,
    refuse_same,
    request_for,
    revisit_key,
    take_turn,
)
from services.stage import Poison, Skip, Transient
from tests.clock import START

HOUR = timedelta(hours=1)
SPACINGS = (HOUR, 6 * HOUR, 24 * HOUR, 168 * HOUR)
FIRST, LAST = "0" * 64, "f" * 64  # page ids whose shares of the spread are least and most
URL = "https://tigris.example/2026/dam"
BODY, OTHER = sha256(b"body").hexdigest(), sha256(b"other").hexdigest()
PLANNED = Planned(first_at=START, body_sha256=BODY, etag='"1"', last_modified="Fri, 20 Nov 2026 11:00:00 GMT")


def a_request(**changes: object) -> FetchRequest:
    fields: dict[str, object] = {
        "url": URL, "canonical_url": URL, "page_id": FIRST, "lane": "live",
        "discovered": Discovered(source_id="tigris", via="rss"), "requested_at": START,
    }  # fmt: skip
    return FetchRequest(**(fields | changes))  # type: ignore[arg-type]  # the fields of a fixture


def found(**said: str | None) -> Discovered:
    return Discovered(**({"source_id": "tigris", "via": "rss"} | said))  # type: ignore[arg-type]  # as above


def a_page(at: datetime = START, sha: str = BODY, **headers: str) -> RawPage:
    return RawPage(
        page_id=FIRST, url=URL, requested_url=URL, canonical_url=URL, status=200, body=b"body",
        headers={name.replace("_", "-"): value for name, value in headers.items()}, body_sha256=sha,
        fetched_at=at, robots=Robots(verdict="allowed"), rights=Rights(), discovered=found(), lane="live",
    )  # fmt: skip


def test_a_page_that_was_read_is_planned_with_what_it_stated() -> None:
    page = a_page(etag='"1"', last_modified="Fri, 20 Nov 2026 11:00:00 GMT", server="x")
    assert after_page(None, a_request(), page, SPACINGS) == PLANNED


@pytest.mark.parametrize(
    "request_",
    [
        a_request(lane="backfill"),
        a_request(discovered=found(source_id=None, via="request")),
        a_request(discovered=found(published="Fri, 06 Nov 2026 10:00:00 GMT")),
        a_request(discovered=found(published="2026-11-13")),
        a_request(lane="revisit", visit=2),
    ],
    ids=["the past", "no list named it", "old", "old by a day", "its plan has ended"],
)
def test_what_is_not_read_again(request_: FetchRequest) -> None:
    assert after_page(None, request_, a_page(), SPACINGS) is None


@pytest.mark.parametrize("published", [None, "2026-11-19T10:00:00Z", "yesterday", "9999-99-99"])
def test_a_date_that_does_not_say_it_is_old_is_no_reason(published: str | None) -> None:
    assert after_page(None, a_request(discovered=found(published=published)), a_page(), SPACINGS)


def test_nothing_is_planned_where_nothing_is_read_again() -> None:
    assert after_page(None, a_request(), a_page(), ()) is None


def test_a_request_that_comes_twice_begins_no_second_series() -> None:
    """The plan keeps its start and its visit, and learns what the page states now."""
    before = replace(PLANNED, visit=3)
    again = after_page(before, a_request(), a_page(START + 2 * HOUR, OTHER, etag='"2"'), SPACINGS)
    assert again == Planned(first_at=START, body_sha256=OTHER, visit=3, etag='"2"')


def test_an_answer_that_comes_before_its_question_is_remembered_does_not_put_the_plan_back() -> None:
    after = after_page(PLANNED, a_request(lane="revisit", visit=1), a_page(sha=OTHER), SPACINGS)
    assert after
    assert after.visit == 2
    assert after_page(replace(PLANNED, visit=4), a_request(visit=4), a_page(), SPACINGS) is None


@pytest.mark.parametrize("page_id", [FIRST, LAST])
def test_visits_are_spread_by_page_and_never_early(page_id: str) -> None:
    dues = [due_at(replace(PLANNED, visit=visit), page_id, SPACINGS) for visit in range(6)]
    share = 0.0 if page_id == FIRST else 1.0
    expected = [START + each * (1 + SPREAD * share) for each in SPACINGS]
    near = [due and round((due - START).total_seconds()) for due in dues]
    assert near == [None, *(round((each - START).total_seconds()) for each in expected), None]


@pytest.mark.parametrize(
    ("planned", "hours", "visit", "following"),
    [
        (1, 0.5, 0, 1),
        (1, 1, 1, 2),
        (2, 5.9, 0, 2),
        (1, 7, 2, 3),  # the first was missed, and the second is as good
        (1, 100, 3, 4),
        (4, 168, 4, None),
        (1, 168, 4, None),
        (5, 1, 0, None),  # the setting has fewer visits than when it was planned
        (1, 168 + LATE / HOUR, 4, None),
        (1, 169 + LATE / HOUR, 0, None),  # the process was away for long
    ],
)
def test_the_newest_visit_that_is_due_is_made(
    planned: int, hours: float, visit: int, following: int | None
) -> None:
    now = START + hours * HOUR
    made, after = take_turn(replace(PLANNED, visit=planned), FIRST, SPACINGS, now)
    assert (made, after.visit if after else None) == (visit, following)


def test_a_visit_asks_with_what_the_page_stated_and_the_last_one_without() -> None:
    asked = a_request(attempt=3, not_before=START)
    second = request_for(asked, PLANNED, 2, SPACINGS, START + 6 * HOUR)
    assert (second.lane, second.visit, second.attempt, second.not_before) == ("revisit", 2, 1, None)
    assert (second.body_sha256, second.first_fetched_at) == (BODY, START)
    assert conditions(second) == {
        "if-none-match": '"1"',
        "if-modified-since": "Fri, 20 Nov 2026 11:00:00 GMT",
    }
    last = request_for(asked, PLANNED, 4, SPACINGS, START + 168 * HOUR)
    assert (conditions(last), last.body_sha256) == ({}, BODY)
    assert conditions(a_request()) == {}


@pytest.mark.parametrize(
    ("status", "url", "body", "reason"),
    [
        (304, URL, "", "unchanged"),
        (200, URL, BODY, "unchanged"),
        (404, URL, "", "gone"),
        (410, URL, "", "gone"),
        (200, "https://tigris.example/", OTHER, "gone"),
    ],
)
def test_an_answer_that_brings_nothing_new_is_refused(status: int, url: str, body: str, reason: str) -> None:
    visit = request_for(a_request(), PLANNED, 1, SPACINGS, START)
    with pytest.raises(Skip, match=reason):
        refuse_same(visit, status, url, body)


@pytest.mark.parametrize(
    ("visit", "status", "url"),
    [
        (1, 200, URL),
        (1, 200, "https://tigris.example/?p=7"),
        (1, 500, "https://tigris.example/"),
        (4, 304, URL),
    ],
    ids=[
        "a change",
        "an address of its own",
        "an error is no answer",
        "304 to a question without conditions",
    ],
)
def test_any_other_answer_is_left_to_the_rest(visit: int, status: int, url: str) -> None:
    refuse_same(request_for(a_request(), PLANNED, visit, SPACINGS, START), status, url, OTHER)


@pytest.mark.parametrize("refusal", [Transient("timeout", "x"), Poison("tls-failed"), Skip("unchanged")])
def test_a_visit_that_is_refused_is_no_dead_letter_and_the_plan_goes_on(
    refusal: Transient | Poison | Skip,
) -> None:
    skip = let_go(a_request(), refusal)
    assert (skip.fate, skip.reason, skip.detail) == ("skipped", refusal.reason, refusal.detail)
    assert skip.remember == ()


def test_what_is_gone_is_not_asked_for_again() -> None:
    (change,) = let_go(a_request(), Skip("gone")).remember
    assert (change.key, change.value) == (revisit_key(FIRST), None)


def test_what_is_remembered_of_a_page_is_small_whatever_it_states() -> None:
    page = a_page(etag="x" * (MOST_VALIDATOR + 1), last_modified="y" * MOST_VALIDATOR)
    planned = after_page(None, a_request(), page, SPACINGS)
    assert planned
    assert planned.etag is None
    assert read_planned(planned_bytes(planned)) == planned
    assert len(revisit_key(FIRST)) + len(planned_bytes(planned)) < 500
    assert len(revisit_key(FIRST)) + len(planned_bytes(PLANNED)) < 300


@pytest.mark.parametrize("value", [None, b"", b"{", b'{"first_at": 1}'])
def test_what_does_not_read_is_as_good_as_none(value: bytes | None) -> None:
    assert read_planned(value) is None
