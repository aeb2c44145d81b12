"""Pages read again, and challenges in place of pages, at the one who fetches them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from schemas.records import FetchRequest, RawPage
from services.fetcher.challenged import LEAVE_ALONE
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import PageFetcher
from services.runtime.metrics import Metrics
from services.stage import Emit, Poison, Skip
from tests.clock import START, FakeClock
from tests.unit.fetcher.test_challenged import ARTICLE, GUARD
from tests.unit.fetcher.test_pages import a_request
from tests.unit.fetcher.worlds import Asked, Page, Web, response, serving

OLD = sha256(ARTICLE).hexdigest()
NEW = ARTICLE.replace(b"<h1>Dam</h1>", b"<h1>Dam: a correction</h1>")


@dataclass
class Desk:
    web: Web
    clock: FakeClock
    fetcher: PageFetcher
    metrics: Metrics

    async def read(self, path: str = "/a", **changes: Any) -> Emit:
        (emit,) = await self.fetcher.handle(a_request(self.web.url + path, **changes))
        return emit

    async def visit(self, **changes: Any) -> Emit:
        fields: dict[str, Any] = {
            "lane": "revisit", "visit": 2, "etag": '"1"', "body_sha256": OLD, "first_fetched_at": START,
        }  # fmt: skip
        return await self.read(**(fields | changes))

    def outcomes(self) -> dict[str, float]:
        names = ("changed", "unchanged", "gone", "failed")
        found = {each: self.metrics.value("sirwan_revisits_total", outcome=each) for each in names}
        return {each: count for each, count in found.items() if count}


@asynccontextmanager
async def a_desk(tmp_path: Path, pages: dict[str, Page]) -> AsyncIterator[Desk]:
    clock, metrics = FakeClock(), Metrics()
    async with (
        serving(pages) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        yield Desk(web, clock, PageFetcher(reader, manners, clock, tmp_path, metrics=metrics), metrics)


def html(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    return response(body, status, length, content_type="text/html", **headers)


async def conditional(writer: asyncio.StreamWriter, asked: Asked) -> None:
    same = asked.headers.get("if-none-match") == '"1"'
    writer.write(response(b"", "304 Not Modified") if same else html(NEW))


async def test_a_page_that_changed_is_published_on_its_lane_with_when_it_was_first_read(
    tmp_path: Path,
) -> None:
    async with a_desk(tmp_path, {"/a": html(NEW, etag='"2"')}) as desk:
        page = (await desk.visit()).record
        assert isinstance(page, RawPage)
        assert (page.lane, page.first_fetched_at, page.body) == ("revisit", START, NEW)
        assert desk.outcomes() == {"changed": 1}


@pytest.mark.parametrize(
    ("page", "reason", "outcome"),
    [
        (conditional, "unchanged", "unchanged"),
        (html(ARTICLE), "unchanged", "unchanged"),
        (response(b"", "404 Not Found"), "gone", "gone"),
        (response(b"", "410 Gone"), "gone", "gone"),
        (response(b"", "302 Found", location="/"), "gone", "gone"),
        (response(b"", "403 Forbidden"), "http-client-error", "failed"),
        (response(b"", "500 Oops"), "server-error", "failed"),
        (response(b"", "302 Found", location="/a"), "bad-redirect", "failed"),
        (response(b"{}", content_type="application/json"), "not-html", "failed"),
    ],
)
async def test_a_visit_that_brings_nothing_is_skipped_and_never_dead(
    page: Page, reason: str, outcome: str, tmp_path: Path
) -> None:
    async with a_desk(tmp_path, {"/a": page, "/": html(NEW)}) as desk:
        with pytest.raises(Skip, match=reason) as caught:
            await desk.visit()
        assert bool(caught.value.remember) is (reason == "gone")
        assert desk.outcomes() == {outcome: 1}


async def test_the_last_visit_gets_the_whole_page_from_a_server_that_lies(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"/a": conditional}) as desk:
        assert isinstance((await desk.visit(etag=None)).record, RawPage)


async def test_half_a_page_is_no_change(tmp_path: Path) -> None:
    cut = html(NEW, length=len(NEW) + 500)
    async with a_desk(tmp_path, {"/a": cut}) as desk:
        assert isinstance((await desk.visit()).record, FetchRequest)
        with pytest.raises(Skip, match="cut-off"):
            await desk.visit(attempt=3)
        assert desk.outcomes() == {"failed": 1}


async def test_a_visit_that_is_put_off_is_not_over(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"/a": response(b"", "429 Slow", retry_after="600")}) as desk:
        later = (await desk.visit()).record
        assert isinstance(later, FetchRequest)
        assert (later.lane, later.visit, later.attempt) == ("revisit", 2, 2)
        assert desk.outcomes() == {}


@pytest.mark.parametrize(
    "page",
    [
        html(GUARD),
        html(GUARD, "403 Forbidden"),
        html(GUARD, "503 Service Unavailable"),
        html(GUARD, "429 Slow", retry_after="30"),
        html(ARTICLE, cf_mitigated="challenge"),
        response(b"", "202 Accepted", x_amzn_waf_action="challenge"),
    ],
)
async def test_a_challenge_is_never_an_article_and_the_page_waits_long(page: bytes, tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"/a": page}) as desk:
        later = (await desk.read()).record
        assert isinstance(later, FetchRequest)
        assert (later.attempt, later.not_before) == (2, START + timedelta(seconds=LEAVE_ALONE))
        assert desk.metrics.value("sirwan_requests_put_off_total", reason="challenge-page") == 1
        with pytest.raises(Poison, match=r"challenge-page: .* served one"):
            await desk.read(attempt=3)
        assert desk.web.asked("/a") == 1


async def test_other_pages_of_a_challenged_site_wait_unasked_until_one_gets_through(tmp_path: Path) -> None:
    async with a_desk(tmp_path, {"/a": html(GUARD), "/b": html(ARTICLE)}) as desk:
        await desk.read("/a")
        assert isinstance((await desk.read("/b")).record, FetchRequest)
        assert desk.web.asked("/b") == 0
        desk.clock.passed += LEAVE_ALONE
        assert isinstance((await desk.read("/b")).record, RawPage)


async def test_an_article_about_challenges_is_an_article(tmp_path: Path) -> None:
    body = ARTICLE.replace(b"Friday", b"Friday, of px-captcha and _cf_chl_opt")
    async with a_desk(tmp_path, {"/a": html(body)}) as desk:
        assert isinstance((await desk.read()).record, RawPage)
