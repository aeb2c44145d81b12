import asyncio
import socket
from functools import partial
from itertools import pairwise
from typing import cast

import httpx
import pytest

from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.origin_files import KEEP, KEEP_FAILED, KEEP_UNREACHABLE
from services.fetcher.site import PACES
from services.fetcher.turns import Turns
from services.fetcher.unreachable import HostUnreachable
from services.runtime.metrics import Metrics
from services.stage import Transient
from tests.clock import FakeClock
from tests.unit.fetcher.worlds import Asked, Page, response, serving

LOCAL = HttpSettings(allow_private_hosts=True)


async def test_one_request_at_a_time_and_spaced_per_site() -> None:
    clock = FakeClock()
    at: list[float] = []
    inside = 0
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=2.0))

        async def one(path: str) -> None:
            nonlocal inside
            async with manners.turn(f"https://www.example.com/{path}"):
                inside += 1
                assert inside == 1
                at.append(clock.steady())
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one(str(n)) for n in range(5)))
    assert [later - before for before, later in pairwise(at)] == [2.0] * 4


async def test_two_sites_do_not_wait_for_each_other() -> None:
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=5.0))
        for host in ("one.example", "two.example", "three.example"):
            async with manners.turn(f"https://{host}/"):
                pass
    assert clock.passed == 0.0


async def test_a_long_wait_is_given_back() -> None:
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(patience=20.0))
        manners.defer("https://a.example/x", 60.0)
        with pytest.raises(Transient) as caught:
            async with manners.turn("https://a.example/y"):
                pass
    assert (caught.value.reason, caught.value.retry_after) == ("site-busy", 60.0)


async def test_a_slow_site_has_a_short_line() -> None:
    """A page that takes two seconds makes everybody behind it wait for six times that."""
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0, patience=40.0))
        waited: list[float] = []

        async def one() -> None:
            came = clock.steady()
            async with manners.turn("https://a.example/"):
                waited.append(clock.steady() - came)
                await clock.sleep(2.0)

        for _ in range(4):
            await one()
        done = await asyncio.gather(*(one() for _ in range(16)), return_exceptions=True)
    refused = [each for each in done if isinstance(each, Transient)]
    assert len(refused) == 12
    assert {each.reason for each in refused} == {"site-busy"}
    assert max(waited) <= 40.0


async def test_a_line_that_stops_moving_is_left() -> None:
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0, patience=0.05))
        async with manners.turn("https://a.example/"):
            with pytest.raises(Transient, match="site-busy"):
                async with manners.turn("https://a.example/"):
                    pass
        async with manners.turn("https://a.example/"):
            pass


async def test_who_stands_in_line_leaves_when_the_site_asks_to_be_left_alone() -> None:
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0))

        async def behind() -> None:
            async with manners.turn("https://a.example/"):
                pass

        async with manners.turn("https://a.example/"):
            task = asyncio.ensure_future(behind())
            await asyncio.sleep(0)
            manners.defer("https://a.example/", 600.0)
        with pytest.raises(Transient, match="site-busy"):
            await task


async def test_turns_are_promised_one_after_the_other() -> None:
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=2.0))
        manners.defer("https://a.example/", 60.0)
        assert [manners.book("https://a.example/") for _ in range(3)] == [60.0, 62.0, 64.0]
        clock.passed += 100.0
        assert manners.book("https://a.example/") == 0.0
        assert manners.book("https://b.example/") == 0.0


async def test_a_redirect_of_robots_txt_is_followed_however_long_the_delay_of_the_site() -> None:
    clock = FakeClock()
    pages: dict[str, Page] = {
        "/robots.txt": response(b"", "302 Found", location="/elsewhere"),
        "/elsewhere": response(b"User-agent: *\nCrawl-delay: 600\nDisallow: /no\n"),
    }
    async with serving(pages) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0))
        for _ in range(2):
            assert (await manners.robots(web.url + "/a")).crawl_delay == 600.0
            clock.passed += KEEP
    assert web.asked("/elsewhere") == 2


async def test_robots_is_asked_once_a_day_and_its_crawl_delay_is_kept() -> None:
    clock = FakeClock()
    pages: dict[str, Page] = {"/robots.txt": response(b"User-agent: sirwan\nDisallow: /no\nCrawl-delay: 9\n")}
    async with serving(pages) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0))
        said = await asyncio.gather(*(manners.robots(web.url + path) for path in ("/no", "/yes")))
        assert [(one.verdict, one.rule) for one in said] == [
            ("disallowed", "Disallow: /no"),
            ("allowed", None),
        ]
        before = clock.steady()
        for _ in range(2):
            async with manners.turn(web.url + "/yes"):
                pass
        assert clock.steady() - before >= 9.0
        assert web.asked("/robots.txt") == 1
        clock.passed += KEEP
        await manners.robots(web.url + "/yes")
        assert web.asked("/robots.txt") == 2


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (response(b"", "500 Oops"), "robots-unreachable"),
        (response(b"", "429 Too Many Requests"), "robots-unreachable"),
        (response(b"", "302 Found", location="/robots.txt"), "robots-unreachable"),
        (b"", "robots-unreachable"),
        (response(b"", "404 Not Found"), None),
        (response(b"", "403 Forbidden"), None),
    ],
)
async def test_a_missing_robots_allows_and_a_broken_one_postpones(page: bytes, reason: str | None) -> None:
    clock = FakeClock()
    async with serving({"/robots.txt": page}) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        if reason is None:
            assert (await manners.robots(web.url + "/a")).verdict == "allowed"
            return
        for _ in range(2):
            with pytest.raises(Transient, match=reason):
                await manners.robots(web.url + "/a")
        asked = web.asked("/robots.txt")
        web.pages["/robots.txt"] = response(b"", "404 Not Found")
        clock.passed += KEEP_UNREACHABLE
        assert (await manners.robots(web.url + "/a")).verdict == "allowed"
        assert web.asked("/robots.txt") == asked + 1


class NoLock:
    """A turn that everybody holds."""

    async def acquire(self, _lane: str) -> None:
        return None

    def release(self) -> None:
        return None


def violations(metrics: Metrics) -> dict[str, float]:
    name = "sirwan_politeness_violations_total"
    return {kind: metrics.value(name, kind=kind) for kind in ("too-soon", "at-once")}


async def test_polite_requests_are_no_violation() -> None:
    clock, metrics = FakeClock(), Metrics()
    pages: dict[str, Page] = {"/robots.txt": response(b"User-agent: *\nCrawl-delay: 5\n")}
    async with serving(pages) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=2.0, patience=60.0), metrics)

        async def one(number: int) -> None:
            await manners.robots(f"{web.url}/{number}")
            async with manners.turn(f"{web.url}/{number}") as exchange:
                exchange.status = (200, 503, 200)[number]
                await clock.sleep((0.5, 4.0, 0.1)[number])  # slower, then faster: the gap shrinks again

        await asyncio.gather(*(one(number) for number in range(3)))
    assert violations(metrics) == {"too-soon": 0, "at-once": 0}
    assert b"sirwan_politeness_violations_total{" in metrics.exposition()


async def test_a_request_that_leaves_too_soon_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a mistake in our own waiting would make it."""
    monkeypatch.setattr(Manners, "_delay_left", lambda *_: 0.0)
    clock, metrics = FakeClock(), Metrics()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=2.0), metrics)
        for _ in range(3):
            async with manners.turn("https://a.example/"):
                pass
    assert violations(metrics) == {"too-soon": 2, "at-once": 0}


async def test_two_requests_at_once_are_counted() -> None:
    """As a mistake in our own standing in line would make them."""
    clock, metrics = FakeClock(), Metrics()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0), metrics)
        manners._doors.of("https://a.example/").turn = cast("Turns", NoLock())
        async with manners.turn("https://a.example/"), manners.turn("https://a.example/"):
            pass
    assert violations(metrics) == {"too-soon": 0, "at-once": 1}


async def test_sites_are_forgotten_when_they_are_many_but_never_the_one_at_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.fetcher.doors.MOST_SITES", 3)
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        for number in range(9):
            assert manners._doors.of(f"https://{number}.example/") is manners._doors.of(
                f"https://{number}.example/"
            )
        assert len(manners._doors) <= 3


async def test_a_site_is_asked_less_often_while_it_is_slow_or_unwell() -> None:
    clock, metrics = FakeClock(), Metrics()
    begun: list[float] = []
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0, patience=60.0), metrics)
        for status, seconds in [(200, 0.0), (503, 0.0), (429, 0.0), (200, 4.0), (200, 0.0), (404, 0.0)]:
            async with manners.turn("https://a.example/") as exchange:
                begun.append(clock.passed)
                exchange.status = status
                await clock.sleep(seconds)
        manners.measure()
    # our own delay, twice it, four times it, half of five times four (and the four), a quarter of it
    assert [later - before for before, later in pairwise(begun)] == [1.0, 2.0, 4.0, 4.0 + 10.0, 5.0]
    assert {pace: metrics.value("sirwan_sites", pace=pace) for pace in PACES} == {
        "own": 0, "crawl-delay": 0, "slow": 1, "failing": 0
    }  # fmt: skip


class Silence:
    """An address at which nobody listens, until `listen`."""

    def __init__(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"


async def refused_by(manners: Manners, reader: HttpReader, url: str) -> HostUnreachable:
    with pytest.raises(HostUnreachable) as caught:
        await reader.get(url, gate=manners.turn)
    return caught.value


async def test_a_host_without_a_connection_is_left_alone_for_a_growing_while() -> None:
    clock, metrics, nobody = FakeClock(), Metrics(), Silence()
    tried = partial(metrics.value, "sirwan_fetches_total", outcome="connect-failed")
    async with HttpReader(LOCAL, clock, metrics) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0), metrics)
        for attempt, wait in enumerate((60.0, 120.0, 240.0), start=1):
            first = await refused_by(manners, reader, nobody.url)
            assert (first.reason, first.retry_after, tried()) == ("connect-failed", wait, attempt)
            clock.passed += 10.0
            later = await refused_by(manners, reader, nobody.url + "/other")
            assert (later.reason, later.retry_after, tried()) == ("connect-failed", wait - 10.0, attempt)
            manners.measure()
            assert metrics.value("sirwan_unreachable_hosts", reason="connect-failed") == 1
            clock.passed += wait - 10.0
        async with serving({"/": response(b"back")}, nobody.port):
            assert (await reader.get(nobody.url, gate=manners.turn)).body == b"back"
        manners.measure()
        assert b"sirwan_unreachable_hosts{" not in metrics.exposition()
        assert (await refused_by(manners, reader, nobody.url)).retry_after == 60.0


async def test_when_the_while_is_over_one_tries_and_the_others_wait_for_what_it_finds() -> None:
    clock, metrics, nobody = FakeClock(), Metrics(), Silence()
    async with HttpReader(LOCAL, clock, metrics) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0), metrics)
        together = await asyncio.gather(
            *(refused_by(manners, reader, f"{nobody.url}/{number}") for number in range(20))
        )
        assert {each.reason for each in together} == {"connect-failed"}
        assert metrics.value("sirwan_fetches_total", outcome="connect-failed") == 1
        clock.passed += 60.0
        await asyncio.gather(*(refused_by(manners, reader, f"{nobody.url}/{number}") for number in range(20)))
        assert metrics.value("sirwan_fetches_total", outcome="connect-failed") == 2


async def test_robots_txt_of_a_host_without_a_connection_says_why_and_one_elsewhere_does_not() -> None:
    clock, nobody = FakeClock(), Silence()
    moved = response(b"", "302 Found", location=f"{nobody.url}/robots.txt")
    async with serving({"/robots.txt": moved}) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        with pytest.raises(Transient, match="robots-unreachable: connect-failed"):
            await manners.robots(web.url + "/a")
        for gate in (manners.turn, manners.turn_for_list):
            with pytest.raises(HostUnreachable, match="connect-failed"):
                await reader.get(nobody.url + "/feed", gate=gate)
        with pytest.raises(HostUnreachable, match="connect-failed"):
            await manners.robots(nobody.url + "/a")


async def test_a_host_that_closes_or_is_slow_to_answer_is_not_unreachable() -> None:
    async def silent(writer: asyncio.StreamWriter, _asked: Asked) -> None:
        await asyncio.sleep(0.3)
        writer.close()

    clock = FakeClock()
    hasty = HttpSettings(allow_private_hosts=True, deadline=0.1)
    async with serving({"/closes": b"", "/slow": silent}) as web, HttpReader(hasty, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        for path, reason in (("/closes", "connect-failed"), ("/slow", "timeout")):
            with pytest.raises(Transient, match=reason) as caught:
                await reader.get(web.url + path, gate=manners.turn)
            assert not isinstance(caught.value, HostUnreachable)


async def test_a_certificate_that_is_not_valid_is_tried_again_later() -> None:
    """Alone it is refused for good; here it may be renewed before the page is given up."""
    clock = FakeClock()
    async with serving({}) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        refused = await refused_by(manners, reader, web.url.replace("http:", "https:"))
        assert (refused.reason, refused.retry_after) == ("tls-failed", 600.0)
        assert (await reader.get(web.url, gate=manners.turn)).status == 404, "http is another matter"


TDMREP_PATH = "/.well-known/tdmrep.json"
RESERVED = b'[{"location": "/reserved", "tdm-reservation": 1, "tdm-policy": "https://n.example/p"}]'
ROBOTS_USES = b"User-agent: *\nContent-Signal: ai-train=no\nDisallow: /no\n"


async def test_what_a_site_says_of_reuse_is_asked_once_a_day_in_turn() -> None:
    clock, metrics = FakeClock(), Metrics()
    pages: dict[str, Page] = {"/robots.txt": response(ROBOTS_USES), TDMREP_PATH: response(RESERVED)}
    async with serving(pages) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=2.0), metrics)
        for path, signals in (
            ("/a", [("content-signal", "robots.txt")]),
            ("/reserved/b", [("content-signal", "robots.txt"), ("tdm-reservation", "tdmrep.json"),
                             ("tdm-policy", "tdmrep.json")]),
        ):  # fmt: skip
            said = await asyncio.gather(*(manners.reuse(web.url + path) for _ in range(5)))
            assert [[(one.name, one.where) for one in each] for each in said] == [signals] * 5
        assert [one.path for one in web.log] == ["/robots.txt", TDMREP_PATH]
        assert clock.passed == 2.0
        clock.passed += KEEP
        await manners.reuse(web.url + "/a")
        assert web.asked(TDMREP_PATH) == 2
    assert violations(metrics) == {"too-soon": 0, "at-once": 0}


@pytest.mark.parametrize(
    ("page", "again_after"),
    [
        (response(b"", "404 Not Found"), KEEP),
        (response(b"{", "200 OK"), KEEP),
        (response(b"", "503 Busy"), KEEP_FAILED),
        (response(b"", "302 Found", location=TDMREP_PATH), KEEP_FAILED),
        (b"", KEEP_FAILED),
    ],
)
async def test_a_tdmrep_that_cannot_be_had_states_nothing_and_stops_nothing(
    page: bytes, again_after: float
) -> None:
    clock = FakeClock()
    async with serving({TDMREP_PATH: page}) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        for passed in (0.0, again_after - 1.0, 1.0):
            clock.passed += passed
            assert await manners.reuse(web.url + "/a") == ()
        assert web.asked(TDMREP_PATH) == 2


async def test_a_tdmrep_that_robots_txt_forbids_is_not_asked_for() -> None:
    clock = FakeClock()
    robots = response(b"User-agent: *\nContent-Usage: train-ai=n\nDisallow: /.well-known/\n")
    pages: dict[str, Page] = {"/robots.txt": robots, TDMREP_PATH: response(RESERVED)}
    async with serving(pages) as web, HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        assert [one.where for one in await manners.reuse(web.url + "/reserved")] == ["robots.txt"]
        async with manners.turn_for_list(web.url + "/feed"):
            pass
        assert web.asked(TDMREP_PATH) == 0


async def test_ten_seconds_of_connecting_do_not_slow_the_other_hosts_of_the_site() -> None:
    clock = FakeClock()
    async with HttpReader(LOCAL, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0))

        async def connects() -> None:
            async with manners.turn("https://old.example.com/"):
                await clock.sleep(10.0)
                raise Transient("timeout") from httpx.ConnectTimeout("no answer")

        with pytest.raises(HostUnreachable):
            await connects()
        assert manners.gap("https://www.example.com/") == 1.0
        async with manners.turn("https://www.example.com/"):
            await clock.sleep(10.0)
        assert manners.gap("https://www.example.com/") == 25.0
