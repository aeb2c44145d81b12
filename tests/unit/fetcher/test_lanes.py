import asyncio
from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pytest

from schemas.records import FetchRequest
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.lanes import EVERY, RANKS, Line, rank
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import PageFetcher
from services.fetcher.turns import Turns
from services.fetcher.waiting import Round
from tests.clock import START, FakeClock
from tests.unit.fetcher.test_pages import ARTICLE, a_request
from tests.unit.fetcher.worlds import serving

MIXED = ("backfill", "redrive", "live", "backfill", "revisit", "live")
IN_ORDER = ["live", "live", "revisit", "redrive", "backfill", "backfill"]


def line_of(lanes: Iterable[str]) -> Line[tuple[str, int]]:
    line: Line[tuple[str, int]] = Line()
    for number, lane in enumerate(lanes):
        line.join((lane, number), rank(lane))
    return line


def called(line: Line[tuple[str, int]]) -> list[tuple[str, int]]:
    found = []
    while (who := line.call()) is not None:
        found.append(who)
    return found


def test_live_goes_first_and_a_lane_keeps_its_order() -> None:
    order = called(line_of(MIXED))
    assert [lane for lane, _ in order] == IN_ORDER
    assert [number for lane, number in order if lane == "live"] == [2, 5]
    assert [number for lane, number in order if lane == "backfill"] == [0, 3]


def test_every_lane_of_the_design_has_its_rank_and_an_unknown_one_goes_last() -> None:
    assert sorted(RANKS, key=rank) == ["live", "revisit", "redrive", "backfill"]
    assert rank("from a newer release") == rank("backfill")


def test_no_lane_starves_however_much_of_another_comes() -> None:
    """Live requests come faster than they are called; one turn in eight is for who waits longest."""
    line = line_of(["backfill"] * 3)
    numbers = count(100)
    order = []
    for _ in range(5 * EVERY):
        for _ in range(2):
            line.join(("live", next(numbers)), rank("live"))
        order.append(line.call())
    places = [place for place, who in enumerate(order, 1) if who and who[0] == "backfill"]
    assert places == [EVERY, 2 * EVERY, 3 * EVERY]


def test_who_left_is_not_called() -> None:
    line = line_of(MIXED)
    line.leave(("live", 2))
    line.leave(("live", 2))
    assert len(line) == 5
    assert called(line)[0] == ("live", 5)


def test_a_round_goes_back_to_the_queue_live_ones_first() -> None:
    waiting = Round()
    for number, lane in enumerate(MIXED):
        waiting.join(a_request(f"https://n.example/{number}", lane=lane), START)
    went = [emit.record for emit in waiting.leave()]
    assert [request.lane for request in went if isinstance(request, FetchRequest)] == IN_ORDER


async def test_turns_are_taken_by_lane() -> None:
    turns, order = Turns(), list[str]()
    await turns.acquire("backfill")

    async def wait(lane: str) -> None:
        async with turns.held(lane):
            order.append(lane)

    tasks = [asyncio.ensure_future(wait(lane)) for lane in MIXED]
    await asyncio.sleep(0)
    turns.release()
    await asyncio.gather(*tasks)
    assert order == IN_ORDER
    await asyncio.wait_for(turns.acquire("live"), 1)


@pytest.mark.parametrize("first", ["cancel", "release"])
async def test_a_turn_is_not_lost_with_who_gave_up_waiting(first: str) -> None:
    turns = Turns()
    await turns.acquire("live")
    leaves, stays = (asyncio.ensure_future(turns.acquire("live")) for _ in range(2))
    await asyncio.sleep(0)
    if first == "cancel":
        leaves.cancel()
        turns.release()
    else:
        turns.release()
        leaves.cancel()
    await asyncio.wait_for(stays, 1)
    assert leaves.cancelled()
    turns.release()
    await asyncio.wait_for(turns.acquire("live"), 1)


async def test_no_more_than_so_many_have_a_turn() -> None:
    turns, inside, most = Turns(3), 0, 0

    async def one() -> None:
        nonlocal inside, most
        async with turns.held("live"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert (most, inside) == (3, 0)


async def test_live_pages_of_a_site_are_fetched_before_its_past(tmp_path: Path) -> None:
    clock = FakeClock()
    async with (
        serving({f"/{number}": ARTICLE for number in range(6)}) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=1.0))
        await manners.reuse(web.url)
        fetcher = PageFetcher(reader, manners, clock, tmp_path, hands=16)
        async with manners.turn(web.url):
            tasks = [
                asyncio.ensure_future(fetcher.handle(a_request(f"{web.url}/{number}", lane=lane)))
                for number, lane in enumerate(MIXED)
            ]
            await asyncio.sleep(0.05)
        await asyncio.gather(*tasks)
    assert [MIXED[int(asked.path[1:])] for asked in web.log[2:]] == IN_ORDER


async def test_the_past_of_a_site_does_not_put_off_its_news() -> None:
    """A hundred archived pages have their turns booked; a live one that must wait too comes before them."""
    clock = FakeClock()
    async with HttpReader(HttpSettings(), clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=2.0))
        manners.defer("https://a.example/", 60.0)
        past = [manners.book("https://a.example/", "backfill") for _ in range(100)]
        assert (past[0], past[-1]) == (60.0, 258.0)
        assert [manners.book("https://a.example/", "live") for _ in range(2)] == [60.0, 62.0]
        assert manners.book("https://a.example/", "backfill") == 260.0
