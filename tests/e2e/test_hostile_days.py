"""Lists that misbehave for days: how often they are asked, and that they come back once they behave.

Real requests on loopback; the clock alone is ours, and goes from one poll to the next.
"""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from schemas.records import Feed, FetchRequest, Source
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.polling import Poller
from services.runtime.state import SqliteState
from services.stage import Refusal
from tests.clock import FakeClock
from tests.hostile_web.costs import DAYS, DayRow
from tests.hostile_web.tricks import TRICKS, feed, says
from tests.hostile_web.web import HostileWeb, Talk, Trick

HOUR, DAY = 3600.0, 24 * 3600.0


@dataclass
class Reading:
    """One list, polled whenever it is due."""

    web: HostileWeb
    clock: FakeClock
    poller: Poller
    source: Source
    asked: list[str]  # pages it led to

    @property
    def feed(self) -> Feed:
        return self.source.feeds[0]

    async def go_on(self, seconds: float, until: Callable[[], bool] = lambda: False) -> int:
        """Poll for so long; how many requests that took."""
        before, end = len(self.web.log), self.clock.passed + seconds
        while not until():
            self.clock.passed += max(self.poller.seconds_until_due(self.feed), 1.0)
            if self.clock.passed > end:
                self.clock.passed = end
                break
            try:
                await self.poller.poll(self.source, self.feed)
            except Refusal as exc:
                await self.poller.remember_failure(self.source, self.feed.url, exc)
        return len(self.web.log) - before

    def word(self) -> str:
        return ": ".join(self.poller.word(self.feed))


@asynccontextmanager
async def reading(trick: Trick) -> AsyncIterator[Reading]:
    clock, state, asked = FakeClock(), SqliteState(":memory:", "fetcher"), list[str]()

    async def request(wanted: FetchRequest) -> None:
        asked.append(wanted.url)

    await state.open()
    settings = HttpSettings(allow_private_hosts=True)
    with HostileWeb({"host": trick}, newsrooms=()) as web:
        async with HttpReader(settings, clock) as reader:
            poller = Poller(reader, Manners(reader, clock, MannersSettings(delay=0.0)), state, clock, request)
            url = web.addresses["host"]
            source = Source(
                id="host", name="Host", homepage=url, feeds=(Feed(url=f"{url}/feed", kind="feed"),)
            )
            yield Reading(web, clock, poller, source, asked)
    await state.close()


def only_lists(trick: Trick) -> Trick:
    """The trick, and no robots.txt."""

    def host(talk: Talk) -> None:
        (says(b"none", "404 Not Found") if talk.path == "/robots.txt" else trick)(talk)

    return host


@pytest.mark.parametrize("row", DAYS, ids=lambda row: row.trick)
async def test_a_list_that_misbehaves_is_left_alone_and_comes_back(row: DayRow) -> None:
    async with reading(only_lists(says(feed("/before")))) as ours:
        await ours.go_on(HOUR)
        ours.web.switch("host", only_lists(TRICKS[row.trick]))
        first_day = await ours.go_on(DAY)
        assert first_day <= row.first_day
        assert ours.word() == row.recorded
        assert await ours.go_on(6 * DAY) <= row.week - first_day
        ours.web.switch("host", only_lists(says(feed("/before", "/after"))))
        before = ours.clock.passed
        await ours.go_on(30 * DAY, until=lambda: len(ours.asked) > 1)
        assert ours.clock.passed - before <= row.back * HOUR
        assert [url.rpartition("/")[2] for url in ours.asked] == ["before", "after"]
        assert ours.word() == "ok: ok"


def growing(answer: Callable[[Talk, bytes], None]) -> Trick:
    """A list with one page more at each request for it, and what its host makes of that."""
    numbers = itertools.count(1)

    def trick(talk: Talk) -> None:
        answer(talk, feed(*(f"/{n}" for n in range(next(numbers)))))

    return only_lists(trick)


def always_304(talk: Talk, body: bytes) -> None:
    if "if-none-match" in talk.visit.headers:
        talk.answer(b"", "304 Not Modified")
    else:
        talk.answer(body, etag='"v1"')


def one_etag(talk: Talk, body: bytes) -> None:
    talk.answer(body, etag='"v1"')


@pytest.mark.parametrize("asked", ["3600000000", "99" * 200, "999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_a_site_that_asks_for_a_century_is_tried_again_after_a_day(asked: str) -> None:
    """By this process as well: it must not keep in mind that the site is not to be asked."""
    async with reading(only_lists(says(b"", "503 Busy", retry_after=asked))) as ours:
        await ours.go_on(HOUR)
        ours.web.switch("host", only_lists(says(feed("/after"))))
        await ours.go_on(DAY)
        assert ours.word() == "ok: ok"


@pytest.mark.parametrize(("lie", "days"), [(always_304, 5), (one_etag, 1)])
async def test_a_list_that_lies_is_found_out_and_loses_no_page(
    lie: Callable[[Talk, bytes], None], days: int
) -> None:
    async with reading(growing(lie)) as ours:
        requests = await ours.go_on(days * DAY, until=lambda: ours.word() == "lying: lying-validator")
        assert ours.word() == "lying: lying-validator"
        assert requests <= 35
        assert await ours.go_on(2 * HOUR) <= 2 * 12 + 1
        assert len(ours.asked) >= len(ours.web.visits("host", robots=False)) - 1  # each made up one page
