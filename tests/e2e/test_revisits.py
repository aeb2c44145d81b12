"""A page that is read again, through every stage: what changed is a revision, what did not is nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from schemas.records import EnrichedArticle, Feed, Source
from services.embedded.pipeline import Pipeline, running
from services.runtime.config import Settings
from services.store.outcomes import outcomes
from services.store.reading import reading
from services.store.trace import trace
from tests.clock import FakeClock
from tests.generated_web import page as generated
from tests.unit.fetcher.worlds import Asked, Page, Web, response, serving

HOUR = 3600.0
SPACINGS = "1h,6h,7d"


class StillClock(FakeClock):
    """It moves only when it is told to, so that a loop that waits does not carry the time away."""

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0.001)


def article(number: int) -> bytes:
    body = generated(number)
    assert body
    return body


class Newsroom:
    """Three articles and their feed; a page answers 304 to its own validator."""

    def __init__(self) -> None:
        self.bodies = {f"/{number}": article(number) for number in (0, 1, 2)}
        self.insists = False  # on 304, whatever became of the page
        self.pages: dict[str, Page] = dict.fromkeys(self.bodies, self._answer)

    def open(self, web: Web) -> Source:
        items = "".join(f"<item><link>{web.url}{path}</link></item>" for path in self.bodies)
        feed = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"
        web.pages["/feed"] = response(feed.encode(), content_type="application/rss+xml")
        feeds = (Feed(url=f"{web.url}/feed", kind="feed"),)
        return Source(id="tigris", name="Tigris", homepage=web.url, family="tigris", feeds=feeds)

    async def _answer(self, writer: asyncio.StreamWriter, asked: Asked) -> None:
        body = self.bodies.get(asked.path)
        if body is None:
            writer.write(response(b"", "410 Gone"))
            return
        etag = '"lie"' if self.insists else f'"{hash(body)}"'
        if asked.headers.get("if-none-match") and (
            self.insists or asked.headers.get("if-none-match") == etag
        ):
            writer.write(response(b"", "304 Not Modified"))
        else:
            writer.write(response(body, content_type="text/html", etag=etag))


class Run:
    """The pipeline over the newsroom."""

    def __init__(self, pipeline: Pipeline, clock: StillClock, room: Newsroom, web: Web, home: Path) -> None:
        self.pipeline, self.clock, self.room, self.web = pipeline, clock, room, web
        self.place = Settings(home=home).place

    async def pass_to(self, hours: float) -> None:
        """Let what is due by then be asked for, and go through every stage."""
        self.clock.passed = hours * HOUR
        revisiting = asyncio.ensure_future(self.pipeline.fitted["fetcher"].background[-1]())
        for _ in range(20):
            await asyncio.sleep(0.005)
            await self.pipeline.drained()
        revisiting.cancel()
        await asyncio.gather(revisiting, return_exceptions=True)

    def records(self) -> dict[str, EnrichedArticle]:
        with reading(self.place) as store:
            rows = store.rows("SELECT record FROM articles")
            found = [msgspec.json.decode(row["record"], type=EnrichedArticle) for row in rows]
        return {each.url.removeprefix(self.web.url): each for each in found}

    def fates(self, path: str) -> list[tuple[str, str, str]]:
        """Those of the fetcher: lane, fate, reason."""
        found = trace(self.place, self.records()[path].page_id).fates
        return [(each.lane or "", each.fate, each.reason) for each in found if each.stage == "fetcher"]


@asynccontextmanager
async def a_run(home: Path, **changes: Any) -> AsyncIterator[Run]:
    room, clock = Newsroom(), StillClock()
    fields = {"fetch_delay": 0.0, "allow_private_hosts": True, "revisit_after": SPACINGS} | changes
    async with serving(room.pages) as web:
        source = room.open(web)
        settings = Settings(home=home, **fields)  # type: ignore[arg-type]  # settings of a test
        async with running(settings, {source.id: source}, clock) as pipeline:
            await pipeline.discover()
            await pipeline.drained()
            yield Run(pipeline, clock, room, web, home)


async def test_a_changed_headline_is_a_revision_and_an_unchanged_page_is_nothing(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        before = run.records()
        old = before["/0"].title or ""
        run.room.bodies["/0"] = run.room.bodies["/0"].replace(old.encode(), b"Another Headline from Iraq")
        await run.pass_to(1.5)
        after = run.records()
        changed = after["/0"]
        assert (changed.revision.number, changed.revision.kind, changed.version) == (2, "headline", 2)
        (change,) = changed.revision.changes
        assert (change.what, change.before, change.after) == ("title", old, "Another Headline from Iraq")
        assert (changed.lane, changed.first_fetched_at) == ("revisit", before["/0"].fetched_at)
        assert after["/1"] == before["/1"]
        assert run.fates("/0")[1:] == [("revisit", "done", "ok")]
        assert run.fates("/1")[1:] == [("revisit", "skipped", "unchanged")]
        assert {each.fate for each in outcomes(run.place)} == {"stored"}
        metrics = run.pipeline.metrics
        assert metrics.value("sirwan_revisits_total", outcome="changed") == 1
        assert metrics.value("sirwan_revisits_total", outcome="unchanged") == 2


async def test_furniture_that_changes_makes_no_revision(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        before = run.records()["/0"]
        run.room.bodies["/0"] = run.room.bodies["/0"].replace(b"Menu 3", b"Menu 33")
        await run.pass_to(1.5)
        assert run.records()["/0"] == before
        assert run.fates("/0")[1:] == [("revisit", "done", "ok")]


async def test_what_a_server_that_says_304_to_everything_hides_is_found_by_the_last_visit(
    tmp_path: Path,
) -> None:
    async with a_run(tmp_path) as run:
        old = run.records()["/0"].title or ""
        run.room.insists = True
        run.room.bodies["/0"] = run.room.bodies["/0"].replace(old.encode(), b"Another Headline from Iraq")
        await run.pass_to(1.5)
        await run.pass_to(8)
        assert run.records()["/0"].revision.number == 1
        await run.pass_to(24 * 9)
        assert run.records()["/0"].title == "Another Headline from Iraq"
        asked = run.web.asked("/0")
        await run.pass_to(24 * 10)
        assert run.web.asked("/0") == asked == 4


async def test_a_page_that_is_gone_is_said_once_and_stays_as_it_was(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        before = run.records()["/0"]
        del run.room.bodies["/0"]
        for hours in (1.5, 8, 24 * 9):
            await run.pass_to(hours)
        assert run.records()["/0"] == before
        assert run.fates("/0")[1:] == [("revisit", "skipped", "gone")]
        assert run.fates("/1")[1:] == [("revisit", "skipped", "unchanged")] * 3


async def test_how_fresh_a_source_is_does_not_depend_on_pages_read_again(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        metrics, old = run.pipeline.metrics, run.records()["/0"].title or ""
        count = b"sirwan_article_age_seconds_count 3.0"
        assert count in metrics.exposition()
        newest = metrics.value("sirwan_newest_article_timestamp_seconds", family="tigris", source="tigris")
        run.room.bodies["/0"] = run.room.bodies["/0"].replace(old.encode(), b"Another Headline from Iraq")
        assert newest > 0
        await run.pass_to(24 * 8.75)
        assert run.records()["/0"].version == 2
        assert count in metrics.exposition()
        assert (
            metrics.value("sirwan_newest_article_timestamp_seconds", family="tigris", source="tigris")
            == newest
        )


async def test_a_run_that_reads_every_feed_once_reads_no_page_again(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        run.clock.passed = 24 * 9 * HOUR
        await run.pipeline.discover()
        await run.pipeline.drained()
        assert (run.web.asked("/feed"), run.web.asked("/0")) == (2, 1)


async def test_nothing_is_read_again_where_it_is_set_to_never(tmp_path: Path) -> None:
    async with a_run(tmp_path, revisit_after="never") as run:
        assert len(run.pipeline.fitted["fetcher"].background) == 1
        assert run.web.asked("/0") == 1
