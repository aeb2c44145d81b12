from datetime import timedelta

import pytest

from schemas.records import Feed, Source
from services.fetcher.children import Target
from services.fetcher.entries import Entry, Hints, Listing
from services.fetcher.feed_state import FeedState, read_state, state_bytes
from services.fetcher.learning import Found, Polled, learn
from tests.clock import START

SOURCE = Source(
    id="demo",
    name="Demo",
    homepage="https://n.example/",
    feeds=(Feed(url="https://n.example/f", kind="feed"),),
    poll_floor=300,
    poll_ceiling=7200,
)


def after(before: FeedState, hints: Hints | None, headers: dict[str, str] | None = None) -> FeedState:
    listing = (
        None
        if hints is None
        else Listing(via="rss", hints=hints, entries=(Entry(url="https://n.example/1"),))
    )
    return learn(before, Polled(Target("https://n.example/f"), headers or {}, listing), SOURCE, START)


@pytest.mark.parametrize(
    ("hints", "headers", "wait"),
    [
        (Hints(), {}, 300),
        (Hints(ttl=900.0), {}, 900),
        (Hints(ttl=900.0), {"cache-control": "max-age=1200"}, 1200),
        (Hints(period=1800.0), {}, 1800),
        (Hints(period=30 * 86400.0), {}, 3600),  # not believed beyond reason
        (Hints(ttl=86400.0), {}, 3600),
        (Hints(ttl=1.0, period=1.0), {}, 300),  # never below the floor
        (Hints(skip_hours=(12,)), {}, 3600),  # polled at noon: it is one o'clock then
        (Hints(skip_days=(4,)), {}, 7200),  # never above the ceiling
    ],
)
def test_a_feed_is_read_again_when_it_says_between_floor_and_ceiling(
    hints: Hints, headers: dict[str, str], wait: float
) -> None:
    assert after(FeedState(), hints, headers).next_at == START + timedelta(seconds=wait)


def test_what_a_feed_yields_goes_before_how_often_it_says_it_changes() -> None:
    assert after(FeedState(interval=600.0), Hints(period=3600.0)).interval == 900.0


def test_the_hub_of_a_feed_is_recorded() -> None:
    inside = after(FeedState(), Hints(hub="https://hub.example/in"))
    assert inside.hub == "https://hub.example/in"
    assert after(inside, None).hub == "https://hub.example/in"
    header = {"link": '<https://hub.example/out>; rel="hub"'}
    assert after(inside, Hints(hub="https://hub.example/in"), header).hub == "https://hub.example/out"
    assert after(inside, Hints()).hub is None
    assert after(inside, Hints(hub="https://hub.example/" + "x" * 2000)).hub is None


def test_an_unchanged_feed_still_means_what_it_said() -> None:
    first = read_state(state_bytes(after(FeedState(), Hints(ttl=1200.0))))
    assert after(first, None).interval == 1800.0
    assert after(first, None).hints == Hints(ttl=1200.0)
    assert after(first, Hints()).hints == Hints()


def after_flood(before: FeedState, new: int, left: int) -> FeedState:
    listing = Listing(via="rss", entries=(Entry(url="https://n.example/1"),))
    found = Found(asked=new, new=new, left=left)
    polled = Polled(Target("https://n.example/f"), {}, listing, found, whole=not left)
    return learn(before, polled, SOURCE, START)


def test_a_list_of_which_pages_are_held_back_comes_at_the_floor() -> None:
    flooding = after_flood(FeedState(interval=7200.0), new=150, left=50)
    assert (flooding.interval, flooding.left, flooding.digest) == (300.0, 50, None)
    assert after_flood(flooding, new=0, left=50).interval == 300.0
    assert after_flood(flooding, new=0, left=0).left == 0


def test_portions_of_one_flood_are_no_habit() -> None:
    """Else a list of a weekly would be called silent three days after its archive was read."""
    settled = FeedState(new_at=START, gap=86400.0, gaps=5)
    state = settled
    for left in (400, 250, 100, 0):
        state = after_flood(state, new=150, left=left)
    assert state.gaps == 5
    assert state.gap is not None
    assert state.gap > 0.5 * 86400.0  # the first portion is news like any other
    assert after_flood(state, new=1, left=0).gap != state.gap
