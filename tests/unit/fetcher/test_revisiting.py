"""What is due is asked for: published, then remembered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.codec import encode
from schemas.records import Discovered, Feed, FetchRequest, RawPage, Rights, Robots, Source
from schemas.topics import FETCH_REQUESTS, PAGES_FETCHED
from services.fetcher.canonical import canonical_url, page_id, site_key
from services.fetcher.feed_state import asked_key
from services.fetcher.revisiting import ELSEWHERE, MOST, SHARE, WALK, Revisits
from services.fetcher.revisits import planned_bytes, read_planned, revisit_key
from services.runtime.bus import BrokerDown
from services.runtime.state import SqliteState
from services.stage import Emit, Poison, Remember, Transient
from tests.clock import FakeClock

HOUR = 3600.0
SPACINGS = tuple(timedelta(hours=hours) for hours in (1, 6, 24))


def a_request(url: str, **changes: Any) -> FetchRequest:
    canonical = canonical_url(url)
    fields: dict[str, Any] = {
        "url": url, "canonical_url": canonical, "page_id": page_id(canonical), "lane": "live",
        "discovered": Discovered(source_id="s", via="rss", title="T"), "requested_at": FakeClock().now(),
    }  # fmt: skip
    return FetchRequest(**(fields | changes))


class Desk:
    """The planner of one fetcher over a memory that others may share."""

    def __init__(self, state: SqliteState, clock: FakeClock, **changes: Any) -> None:
        self.state, self.clock = state, clock
        self.asked: list[FetchRequest] = []
        self.down = False
        self.too_large: set[str] = set()
        self.sites: dict[str, float] | None = None  # ours, and since when; None for all
        self.gaps: dict[str, float] = {}  # seconds, by site; none where nothing is said
        self.revisits = Revisits(state, clock, self.since, self.request, SPACINGS, self.gap, **changes)

    def since(self, url: str) -> float | None:
        return 0.0 if self.sites is None else self.sites.get(site_key(url))

    def gap(self, url: str) -> float:
        return self.gaps.get(site_key(url), 0.0)

    async def request(self, wanted: FetchRequest) -> None:
        if self.down:
            raise BrokerDown("away")
        if wanted.url in self.too_large:
            raise Poison("record-too-large")
        self.asked.append(wanted)

    async def was_read(self, request: FetchRequest, body: str = "0" * 64, etag: str | None = '"1"') -> None:
        """As the service does it: a list led to the page, it was read, and what follows is remembered."""
        page = RawPage(
            page_id=request.page_id, url=request.url, requested_url=request.url,
            canonical_url=request.canonical_url, status=200, headers={"etag": etag} if etag else {},
            body=b"", body_sha256=body, fetched_at=self.clock.now(), robots=Robots(verdict="allowed"),
            rights=Rights(), discovered=request.discovered, lane=request.lane,
        )  # fmt: skip
        if not request.visit:
            led = encode(FETCH_REQUESTS, request)
            await self.state.remember([Remember(asked_key(request.page_id), led)])
        emit = Emit(PAGES_FETCHED, page.page_id, page, page.canonical_url)
        await self.state.remember(self.revisits.plan(request, [emit]))

    async def round(self, hours: float) -> list[FetchRequest]:
        """What one round asks for at that time."""
        self.clock.passed = hours * HOUR
        before = len(self.asked)
        await self.revisits.ask_due()
        return self.asked[before:]

    def visit_of(self, request: FetchRequest) -> int | None:
        planned = read_planned(self.state.get(revisit_key(request.page_id)))
        return planned.visit if planned else None


@asynccontextmanager
async def a_desk(**changes: Any) -> AsyncIterator[Desk]:
    state = SqliteState(":memory:", "fetcher")
    await state.open()
    yield Desk(state, FakeClock(), **changes)
    await state.close()


PAGE = a_request("https://tigris.example/a")


async def test_a_page_is_asked_for_at_each_visit_until_its_last_and_then_forgotten() -> None:
    async with a_desk() as desk:
        await desk.was_read(PAGE)
        assert await desk.round(0.99) == []
        (first,) = await desk.round(1.3)
        assert (first.visit, first.lane, first.etag, first.discovered.title) == (1, "revisit", '"1"', "T")
        assert await desk.round(1.31) == []
        (second,) = await desk.round(8)
        (last,) = await desk.round(31)
        assert (second.visit, last.visit, last.etag) == (2, 3, None)
        assert await desk.round(1000) == []
        assert (desk.visit_of(PAGE), len(desk.revisits)) == (None, 0)


async def test_a_visit_asks_with_what_the_page_stated_last() -> None:
    async with a_desk() as desk:
        await desk.was_read(PAGE)
        (first,) = await desk.round(1.3)
        await desk.was_read(first, body="1" * 64, etag='"2"')
        (second,) = await desk.round(8)
        assert (second.etag, second.body_sha256, second.visit) == ('"2"', "1" * 64, 2)


async def test_a_request_that_comes_again_starts_no_second_series() -> None:
    async with a_desk() as desk:
        await desk.was_read(PAGE)
        await desk.round(1.3)
        await desk.was_read(PAGE)
        assert (desk.visit_of(PAGE), len(desk.revisits)) == (2, 1)
        assert await desk.round(2.7) == []


async def test_what_was_planned_before_a_restart_is_asked_for_after_it() -> None:
    async with a_desk() as desk:
        await desk.was_read(PAGE)
        later = Desk(desk.state, desk.clock)
        running = asyncio.ensure_future(later.revisits.run())
        desk.clock.passed = 1.3 * HOUR
        for _ in range(20):
            await asyncio.sleep(0)
        running.cancel()
        assert [each.visit for each in later.asked] == [1]


@pytest.mark.parametrize("what", ["broker", "memory"])
async def test_a_round_that_fails_is_made_once_more(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published and not remembered, as before a crash: it is asked for again."""
    async with a_desk() as desk:
        await desk.was_read(PAGE)
        remember = desk.state.remember

        async def refuse(_changes: object) -> None:
            raise Transient("state-unavailable")

        desk.down = what == "broker"
        monkeypatch.setattr(desk.state, "remember", remember if desk.down else refuse)
        with pytest.raises((Transient, BrokerDown)):
            await desk.round(1.3)
        monkeypatch.setattr(desk.state, "remember", remember)
        desk.down = False
        (again,) = await desk.round(1.301)
        assert again.visit == 1
        assert len(desk.asked) == (1 if what == "broker" else 2)
        assert desk.visit_of(PAGE) == 2


async def test_a_request_that_no_broker_takes_costs_its_own_visit_alone() -> None:
    """Its list printed a summary nearly as large as a message may be."""
    async with a_desk() as desk:
        other = a_request("https://zagros.example/")
        for each in (PAGE, other):
            await desk.was_read(each)
        desk.too_large.add(PAGE.url)
        await desk.round(1.3)
        assert [each.url for each in desk.asked] == [other.url]
        assert desk.visit_of(PAGE) == desk.visit_of(other) == 2


async def test_a_round_asks_for_so_many_and_no_more() -> None:
    async with a_desk() as desk:
        for number in range(MOST + 10):
            await desk.was_read(a_request(f"https://s{number}.example/"))
        assert [len(await desk.round(1.3)), len(await desk.round(1.3)), len(await desk.round(1.3))] == [
            MOST, 10, 0,
        ]  # fmt: skip


async def test_of_a_site_only_some_turns_are_for_pages_read_again() -> None:
    """What is due beyond that waits here; and the newest visit is enough."""
    async with a_desk() as desk:
        desk.gaps = {"slow.example:443": 600.0, "quick.example:443": 1.0}
        slow = [a_request(f"https://slow.example/{number}") for number in range(10)]
        quick = a_request("https://quick.example/")
        for each in [*slow, quick]:
            await desk.was_read(each)
        first = await desk.round(1.3)
        assert {site_key(each.url) for each in first} == {"slow.example:443", "quick.example:443"}
        assert len(first) == 2
        assert len(await desk.round(1.3 + SHARE * 600 / HOUR)) == 1
        assert await desk.round(1.3 + SHARE * 600 / HOUR) == []
        found = [each for hour in range(3, 100) for each in await desk.round(hour)]
        ends = {each.page_id for each in found if each.visit == 3}
        assert ends == {each.page_id for each in [*slow, quick]}
        assert len(desk.revisits) == 0


async def test_a_page_of_another_fetchers_site_is_left_to_it() -> None:
    async with a_desk(shared=True) as desk:
        desk.sites = {}
        await desk.was_read(PAGE)
        assert await desk.round(1.3) == []
        desk.sites = {site_key(PAGE.url): 0.0}
        assert await desk.round(1.3) == []
        assert len(await desk.round(1.3 + ELSEWHERE / HOUR)) == 1


async def test_who_takes_a_site_over_looks_first_at_what_the_other_has_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_desk(shared=True) as desk:
        await desk.was_read(PAGE)
        desk.sites = {site_key(PAGE.url): desk.clock.steady() + 1.25 * HOUR}
        other = a_request("https://tigris.example/b")

        async def refresh() -> None:
            key = revisit_key(PAGE.page_id)
            planned = read_planned(desk.state.get(key))
            assert planned
            theirs = planned_bytes(replace(planned, visit=2))
            led = Remember(asked_key(other.page_id), encode(FETCH_REQUESTS, other))
            mine = Remember(revisit_key(other.page_id), planned_bytes(planned))
            await desk.state.remember([Remember(key, theirs), led, mine])

        monkeypatch.setattr(desk.state, "refresh", refresh)
        assert await desk.round(1.3) == []
        assert [each.page_id for each in await desk.round(1.3)] == [other.page_id]


async def test_what_other_fetchers_plan_is_learned_in_time() -> None:
    async with a_desk(shared=True) as desk:
        other = Desk(desk.state, desk.clock, shared=True)
        await desk.round(0)
        await other.was_read(PAGE)
        await desk.round(0.9 * WALK / HOUR)
        assert len(desk.revisits) == 0
        await desk.round(WALK / HOUR)
        assert len(desk.revisits) == 1
        assert len(await desk.round(1.3)) == 1


@pytest.mark.parametrize("feeds", [None, (), (Feed(url="https://tigris.example/rss", kind="feed"),)])
async def test_pages_of_a_source_that_is_not_read_any_more_are_left_alone(
    feeds: tuple[Feed, ...] | None,
) -> None:
    sources: dict[str, Source] = {}
    async with a_desk(sources=sources) as desk:
        await desk.was_read(PAGE)
        if feeds is not None:
            sources["s"] = Source(id="s", name="S", homepage="https://tigris.example/", feeds=feeds)
        assert len(await desk.round(1.3)) == (1 if feeds else 0)
        assert desk.visit_of(PAGE) == (2 if feeds else None)


@pytest.mark.parametrize("value", [b"{", b'{"first_at":"2026-11-20T12:00:00Z","body_sha256":"","visit":9}'])
async def test_what_cannot_be_read_again_is_forgotten(value: bytes) -> None:
    async with a_desk() as desk:
        await desk.state.remember([Remember(revisit_key("0" * 64), value)])
        await desk.was_read(PAGE)
        await desk.state.remember([Remember(asked_key(PAGE.page_id), None)])
        running = asyncio.ensure_future(desk.revisits.run())
        desk.clock.passed = 1.3 * HOUR
        for _ in range(20):
            await asyncio.sleep(0)
        running.cancel()
        assert dict(desk.state.items("")) == {}
        assert desk.asked == []
