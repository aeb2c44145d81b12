import asyncio
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from schemas.records import Discovered, FetchRequest, RawPage
from schemas.topics import FETCH_REQUESTS, PAGES_FETCHED
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import PageFetcher
from services.runtime.blobs import keep_body
from services.runtime.metrics import Metrics
from services.stage import Emit, Poison, Refusal, Skip, Transient
from tests.clock import START, FakeClock
from tests.unit.fetcher.worlds import Asked, Page, Web, response, serving

HTML = b'<html><head><meta name="robots" content="noarchive"><title>x</title></head><body>y</body></html>'
ARTICLE = response(HTML, content_type="text/html; charset=windows-1256", server="x", etag='"1"')


def a_request(url: str, **changes: object) -> FetchRequest:
    canonical = canonical_url(url)
    fields: dict[str, object] = {
        "url": url,
        "canonical_url": canonical,
        "page_id": page_id(canonical),
        "lane": "live",
        "discovered": Discovered(source_id="demo", via="rss", title="T"),
        "requested_at": START,
    }
    return FetchRequest(**(fields | changes))  # type: ignore[arg-type]  # the fields of a fixture


async def handled(web: Web, tmp_path: Path, path: str = "/a", **changes: object) -> Sequence[Emit]:
    clock = FakeClock()
    async with HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path)
        return await fetcher.handle(a_request(web.url + path, **changes))


async def test_a_page_is_published_whole_with_all_we_know_of_it(tmp_path: Path) -> None:
    pages: dict[str, Page] = {
        "/robots.txt": response(b"User-agent: *\nAllow: /a\nCrawl-delay: 2\n"),
        "/start?utm_source=rss": response(b"", "301 Moved", location="/a"),
        "/a": ARTICLE,
    }
    async with serving(pages) as web:
        (emit,) = await handled(web, tmp_path, "/start?utm_source=rss")
        page = emit.record
        assert isinstance(page, RawPage)
        assert (emit.topic, emit.key, emit.subject) == (PAGES_FETCHED, page.page_id, web.url + "/start")
        assert (page.url, page.requested_url) == (web.url + "/a", web.url + "/start?utm_source=rss")
        assert page.redirects == (web.url + "/start?utm_source=rss",)
    assert (page.content_type, page.charset, page.body) == ("text/html", "windows-1256", HTML)
    assert page.body_sha256 == sha256(HTML).hexdigest()
    assert page.headers == {"content-type": "text/html; charset=windows-1256", "etag": '"1"'}
    assert (page.robots.verdict, page.robots.rule, page.robots.crawl_delay) == ("allowed", "Allow: /a", 2.0)
    assert page.rights.verdict == "no-archive"
    assert page.fetched_at >= START
    assert (page.discovered.title, page.lane, page.truncated) == ("T", "live", False)


@pytest.mark.parametrize(
    ("pages", "kind", "reason"),
    [
        ({"/robots.txt": response(b"User-agent: *\nDisallow: /")}, Skip, "robots-disallowed"),
        ({"/a": response(b"%PDF", content_type="application/pdf")}, Skip, "not-html"),
        ({"/a": response(b"{}", content_type="application/json")}, Skip, "not-html"),
        ({"/a": response(b"", "404 Not Found")}, Skip, "http-client-error"),
        ({"/a": response(b"", "500 Oops")}, Transient, "server-error"),
        ({"/a": response(b"", "429 Slow", retry_after="5")}, Transient, "too-many-requests"),
    ],
)
async def test_a_page_that_cannot_be_had_is_refused_with_its_reason(
    pages: dict[str, Page], kind: type[Refusal], reason: str, tmp_path: Path
) -> None:
    async with serving(pages) as web:
        with pytest.raises(kind, match=reason):
            await handled(web, tmp_path)


async def test_a_redirect_into_a_forbidden_place_is_not_followed(tmp_path: Path) -> None:
    pages: dict[str, Page] = {
        "/robots.txt": response(b"User-agent: *\nDisallow: /private"),
        "/a": response(b"", "302 Found", location="/private/b"),
        "/private/b": ARTICLE,
    }
    async with serving(pages) as web:
        with pytest.raises(Skip, match="robots-disallowed"):
            await handled(web, tmp_path)
        assert web.asked("/private/b") == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/xhtml+xml", "TEXT/HTML;charset=UTF-8", None])
async def test_text_and_untyped_pages_are_taken(kind: str | None, tmp_path: Path) -> None:
    page = response(HTML, content_type=kind) if kind else response(HTML)
    async with serving({"/a": page}) as web:
        (emit,) = await handled(web, tmp_path)
    assert isinstance(emit.record, RawPage)


@pytest.mark.parametrize(
    ("answer", "attempt", "wait"),
    [
        (response(b"", "429 Slow", retry_after="600"), 1, 600),
        (response(b"", "503 Busy", retry_after="9999999"), 2, 6 * 3600),
    ],
)
async def test_a_page_asked_for_later_goes_back_to_the_queue(
    answer: bytes, attempt: int, wait: int, tmp_path: Path
) -> None:
    async with serving({"/a": answer}) as web:
        (emit,) = await handled(web, tmp_path, attempt=attempt)
    request = emit.record
    assert isinstance(request, FetchRequest)
    assert (emit.topic, emit.key) == (FETCH_REQUESTS, f"127.0.0.1:{web.port}")
    assert (request.attempt, request.not_before) == (attempt + 1, START + timedelta(seconds=wait))


async def test_a_page_is_not_put_off_for_ever(tmp_path: Path) -> None:
    async with serving({"/a": response(b"", "429 Slow", retry_after="600")}) as web:
        with pytest.raises(Poison, match="too-many-requests"):
            await handled(web, tmp_path, attempt=6)


async def test_a_broken_page_of_a_site_that_is_asked_rarely_is_given_up_in_the_end(tmp_path: Path) -> None:
    pages: dict[str, Page] = {
        "/robots.txt": response(b"User-agent: *\nCrawl-delay: 60\n"),
        "/a": response(b"", "500 Oops"),
    }
    clock = FakeClock()
    async with serving(pages) as web, HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader:
        fetcher = PageFetcher(reader, Manners(reader, clock, MannersSettings(delay=1.0)), clock, tmp_path)
        request = a_request(web.url + "/a")
        while request.attempt < 6:
            (emit,) = await fetcher.handle(request)
            assert isinstance(emit.record, FetchRequest)
            request, clock.passed = emit.record, clock.passed + 61.0
        with pytest.raises(Poison, match="server-error"):
            await fetcher.handle(request)
        assert web.asked("/a") == 6


async def test_pages_of_a_host_without_a_connection_go_back_to_the_queue_and_cost_one_try(
    tmp_path: Path,
) -> None:
    clock, metrics = FakeClock(), Metrics()
    async with serving({}) as web:
        nobody = web.url
    async with HttpReader(HttpSettings(allow_private_hosts=True), clock, metrics) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path, metrics=metrics)
        asked = [fetcher.handle(a_request(f"{nobody}/{number}")) for number in range(50)]
        later = [emit.record for (emit,) in await asyncio.gather(*asked)]
        assert {(one.attempt, one.not_before) for one in later if isinstance(one, FetchRequest)} == {
            (2, START + timedelta(seconds=60))
        }
        assert metrics.value("sirwan_fetches_total", outcome="connect-failed") == 1
        assert metrics.value("sirwan_requests_put_off_total", reason="connect-failed") == 50
        with pytest.raises(Poison, match="connect-failed"):
            await fetcher.handle(a_request(f"{nobody}/0", attempt=16))


async def test_a_request_that_is_early_waits_a_little_or_goes_back(tmp_path: Path) -> None:
    async with serving({"/a": ARTICLE}) as web:
        (soon,) = await handled(web, tmp_path, not_before=START + timedelta(seconds=5))
        (early,) = await handled(web, tmp_path, not_before=START + timedelta(seconds=50))
    assert soon.topic is PAGES_FETCHED
    assert early.topic is FETCH_REQUESTS


async def test_a_page_that_came_cut_off_is_asked_for_again_and_then_taken_as_it_came(tmp_path: Path) -> None:
    async with serving({"/a": response(HTML, length=5000, content_type="text/html")}) as web:
        (second,) = await handled(web, tmp_path)
        (third,) = await handled(web, tmp_path, attempt=2)
        (taken,) = await handled(web, tmp_path, attempt=3)
    assert [emit.topic for emit in (second, third, taken)] == [FETCH_REQUESTS, FETCH_REQUESTS, PAGES_FETCHED]
    assert isinstance(second.record, FetchRequest)
    assert (second.record.attempt, second.record.not_before) == (2, START + timedelta(seconds=1))
    assert isinstance(taken.record, RawPage)
    assert taken.record.truncated


async def test_politeness_never_costs_a_page(tmp_path: Path) -> None:
    """More pages than our patience: those that have no turn go back, each with a turn of its own."""
    pages: dict[str, Page] = {"/robots.txt": response(b"User-agent: *\nCrawl-delay: 5\n"), "/a": ARTICLE}
    clock = FakeClock()
    async with serving(pages) as web, HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=1.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path, hands=30)
        done = await asyncio.gather(*(fetcher.handle(a_request(web.url + "/a")) for _ in range(30)))
    emits = [emit for each in done for emit in each]
    later = [emit.record for emit in emits if isinstance(emit.record, FetchRequest)]
    assert 0 < len(later) < len(emits) == 30
    dues = [request.not_before for request in later if request.not_before]
    assert {request.attempt for request in later} == {1}
    assert min(dues) > START + timedelta(seconds=20)
    assert {(after - before).total_seconds() // 1 for before, after in pairwise(sorted(dues))} == {5.0}


async def test_a_page_gives_up_its_hand_before_the_services_time_limit(tmp_path: Path) -> None:
    """Whatever it waits for: here a robots.txt that takes its time, as those behind it do."""

    async def slow(writer: asyncio.StreamWriter, _asked: Asked) -> None:
        await asyncio.sleep(0.5)
        writer.write(response(b"", "404 Not Found"))

    clock = FakeClock()
    async with (
        serving({"/robots.txt": slow, "/a": ARTICLE}) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path, hands=1, turns=0.1)
        done = await asyncio.gather(*(fetcher.handle(a_request(web.url + "/a")) for _ in range(3)))
    assert [emit.topic for each in done for emit in each] == [FETCH_REQUESTS] * 3


async def test_a_redirect_that_must_wait_goes_on_from_where_it_was(tmp_path: Path) -> None:
    pages: dict[str, Page] = {
        "/robots.txt": response(b"User-agent: *\nCrawl-delay: 60\n"),
        "/a": response(b"", "301 Moved", location="/b"),
        "/b": ARTICLE,
    }
    clock = FakeClock()
    async with serving(pages) as web, HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        await manners.robots(web.url + "/a")
        clock.passed = 60.0
        await manners.reuse(web.url + "/a")
        clock.passed = 120.0
        fetcher = PageFetcher(reader, manners, clock, tmp_path)
        (emit,) = await fetcher.handle(a_request(web.url + "/a"))
        assert isinstance(emit.record, FetchRequest)
        assert emit.record.url == web.url + "/b"
        clock.passed = 180.5
        (emit,) = await fetcher.handle(emit.record)
        assert isinstance(emit.record, RawPage)
        assert (emit.record.canonical_url, web.asked("/a"), web.asked("/b")) == (web.url + "/a", 1, 1)


async def test_a_large_body_is_kept_as_a_blob(tmp_path: Path) -> None:
    body = b"<p>" + b"x" * (2 * 1024 * 1024)
    async with serving({"/a": response(body, content_type="text/html")}) as web:
        (emit,) = await handled(web, tmp_path)
    page = emit.record
    assert isinstance(page, RawPage)
    assert page.body is None
    assert page.blob is not None
    assert page.blob.bytes == len(body)
    assert (tmp_path / page.body_sha256[:2] / page.body_sha256).read_bytes() == body
    assert [path.name for path in (tmp_path / page.body_sha256[:2]).iterdir()] == [page.body_sha256]
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(Transient, match="blobs-unavailable"):
        keep_body(msgspec.structs.replace(page, body=body), blocked)


@pytest.mark.parametrize(
    ("answer", "robots", "reason"),
    [
        (response(b"", "429 Slow", retry_after="600"), b"", "too-many-requests"),
        (response(HTML, length=10_000, content_type="text/html"), b"", "truncated"),
        (ARTICLE, b"User-agent: *\nCrawl-delay: 60\n", "site-busy"),
        (ARTICLE, b"", None),
    ],
)
async def test_what_is_put_off_is_counted_by_its_reason(
    answer: bytes, robots: bytes, reason: str | None, tmp_path: Path
) -> None:
    clock, metrics = FakeClock(), Metrics()
    async with (
        serving({"/a": answer, "/robots.txt": response(robots)}) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path, metrics=metrics)
        await fetcher.handle(a_request(web.url + "/a"))
    reasons = ("too-many-requests", "truncated", "site-busy")
    counted = {each: metrics.value("sirwan_requests_put_off_total", reason=each) for each in reasons}
    assert counted == {each: float(each == reason) for each in reasons}


TDMREP = "/.well-known/tdmrep.json"
RESERVED_BY: dict[str, dict[str, Page]] = {
    "robots.txt": {"/robots.txt": response(b"User-agent: *\nContent-Signal: ai-train=no\n")},
    "tdmrep.json": {TDMREP: response(b'[{"location": "/", "tdm-reservation": 1}]')},
    "header": {"/a": response(HTML, content_type="text/html", tdm_reservation="1")},
    "meta": {"/a": response(HTML.replace(b"noarchive", b"noai"), content_type="text/html")},
}


@pytest.mark.parametrize(
    ("where", "asked"), [("robots.txt", 0), ("tdmrep.json", 0), ("header", 1), ("meta", 1)]
)
async def test_what_a_publisher_reserves_is_recorded_or_honoured(
    where: str, asked: int, tmp_path: Path
) -> None:
    clock = FakeClock()
    async with (
        serving({"/a": ARTICLE, **RESERVED_BY[where]}) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        (emit,) = await PageFetcher(reader, manners, clock, tmp_path).handle(a_request(web.url + "/a"))
        assert isinstance(emit.record, RawPage)
        assert emit.record.rights.verdict == "reserved"
        assert where in {one.where for one in emit.record.rights.signals}
        kept: list[RawPage] = []

        async def keep(page: RawPage) -> None:
            kept.append(page)

        honest = PageFetcher(reader, manners, clock, tmp_path, keep=keep, rights_policy="honour")
        before = web.asked("/a")
        with pytest.raises(Skip, match="rights-reserved") as caught:
            await honest.handle(a_request(web.url + "/a"))
        assert where in caught.value.detail
        assert (web.asked("/a") - before, kept) == (asked, [])


async def test_who_honours_reservations_takes_what_is_not_reserved(tmp_path: Path) -> None:
    clock = FakeClock()
    page = response(HTML, content_type="text/html", tdm_reservation="0")
    async with (
        serving({"/a": page}) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path, rights_policy="honour")
        (emit,) = await fetcher.handle(a_request(web.url + "/a"))
    assert emit.topic is PAGES_FETCHED


async def test_a_body_that_a_header_reserves_is_not_read(tmp_path: Path) -> None:
    """The server would never end it."""

    async def endless(writer: asyncio.StreamWriter, _asked: Asked) -> None:
        writer.write(response(b"x", length=10_000, content_type="text/html", content_usage="train-ai=n"))
        await writer.drain()
        await asyncio.sleep(0.5)

    clock = FakeClock()
    hasty = HttpSettings(allow_private_hosts=True, deadline=0.3)
    async with serving({"/a": endless}) as web, HttpReader(hasty, clock) as reader:
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path, rights_policy="honour")
        with pytest.raises(Skip, match="content-usage: train-ai=n"):
            await fetcher.handle(a_request(web.url + "/a"))
