"""A page is taken down: none of its words is anywhere, it does not come back, and the proof says so."""

import asyncio
import gzip
import json
import sqlite3
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from schemas.records import EnrichedArticle, Feed, RawPage, Source
from schemas.topics import ARTICLES_ENRICHED, PAGES_FETCHED, STORIES
from services.cli import app
from services.embedded.ingest import ingest_files
from services.embedded.pipeline import running
from services.embedded.runs import fetch_page
from services.embedded.takedown import Takedown, aim_at, take_down
from services.fetcher.warc_reader import read_warc
from services.runtime.clock import SystemClock
from services.runtime.config import Settings
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from services.runtime.publish import publish
from services.runtime.source_blocks import write_blocks
from services.stage import Emit
from services.store.outcomes import Outcome
from services.store.reading import reading
from services.store.trace import trace
from tests.deployment import deployed, drained
from tests.e2e.test_bad_input import ARTICLE, sirwan
from tests.records import a_page
from tests.unit.fetcher.worlds import Page, Web, response, serving

SIGNS = ("uillaba", "rimstok", "ermillot", "asperin")
"""Inner parts of words that we made up, in title, text, summary and padding: an index cuts off beginnings."""

NOWHERE: dict[str, set[str]] = {sign: set() for sign in SIGNS}

PARAGRAPHS = "".join(
    f"<p>The ministry in Baghdad said Iraq would clean the brimstoke canal from {place} to the sea.</p>"
    for place in ("Basra", "Amara", "Nasiriyah", "Samawah", "Kut", "Hillah")
)
TAKEN = f"<html><body><article><h1>Iraq and the river at Quillabad</h1>{PARAGRAPHS}</article></body></html>"
PADDING = "<!-- kasperino -->" * 130_000  # over 2 MiB: the body is put aside
STAYS = ARTICLE.replace("canal", "bridge").replace("clean", "mend")
ITEM = "<item><link>{}</link><title>{}</title><description>{}</description></item>"
WHY = "Its subject asked for it."


@asynccontextmanager
async def newsroom(home: Path) -> AsyncIterator[tuple[Web, Settings]]:
    """A site with two articles and its feed, and settings that read it."""
    pages: dict[str, Page] = {
        "/taken": response((TAKEN + PADDING).encode(), content_type="text/html"),
        "/stays": response(STAYS.encode(), content_type="text/html"),
    }
    async with serving(pages) as web:
        items = ITEM.format(f"{web.url}/taken", "At Quillabad", "A vermilloth of a summary")
        items += ITEM.format(f"{web.url}/stays", "A bridge", "Mended")
        rss = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"
        pages["/feed"] = response(rss.encode(), content_type="application/rss+xml")
        source = Source(
            id="tigris", name="Tigris", homepage=web.url, feeds=(Feed(url=f"{web.url}/feed", kind="feed"),)
        )
        (home / "sources").mkdir(parents=True)
        (home / "sources" / "tigris.toml").write_text(write_blocks([source]))
        yield (
            web,
            Settings(
                home=home / "kept",
                sources=home / "sources",
                warc=home / "kept" / "warc",
                allow_private_hosts=True,
                fetch_delay=0.0,
            ),
        )


async def read_feeds(settings: Settings, web: Web) -> None:
    source = Source(
        id="tigris", name="Tigris", homepage=web.url, feeds=(Feed(url=f"{web.url}/feed", kind="feed"),)
    )
    async with running(settings, {source.id: source}) as pipeline:
        await pipeline.discover()
        await pipeline.drained()


def contents(home: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, and what is packed inside of some: records of archives, events of the linker."""
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, content
            if ".warc.gz" in path.name:
                yield f"unzipped {path.name}", gzip.decompress(content)
    if (home / "memory.db").exists():
        with closing(sqlite3.connect(home / "memory.db")) as db:
            for stage, value in db.execute("SELECT stage, value FROM memory"):
                with suppress(zlib.error):
                    yield f"memory of the {stage}", zlib.decompress(value)


def found_in(home: Path, sign: str) -> set[str]:
    return {name for name, content in contents(home) if sign.encode() in content.lower()}


def done_to(settings: Settings, page: str, reason: str | None = WHY, *, dry_run: bool = False) -> Takedown:
    aim, before = aim_at(settings, page, reason, SystemClock())
    return take_down(settings, aim, SystemClock(), before=before, dry_run=dry_run)


async def apart(settings: Settings, page: str, *, dry_run: bool = False) -> Takedown:
    return await asyncio.to_thread(done_to, settings, page, dry_run=dry_run)


async def test_none_of_its_words_is_left_in_any_byte_and_it_does_not_come_back(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (web, settings):
        url = f"{web.url}/taken"
        await read_feeds(settings, web)
        home = settings.home
        archive = next(path.name for path in (home / "warc").iterdir())
        everywhere = {sign: found_in(home, sign) for sign in SIGNS}
        assert {"sirwan.db", f"unzipped {archive}", "memory of the linker"} <= everywhere["uillaba"]
        assert "sirwan.db" in everywhere["rimstok"]
        assert "memory.db" in everywhere["ermillot"]  # what the list had for it
        assert [name for name in everywhere["asperin"] if len(name) == 64]  # the body that was put aside

        looked = await apart(settings, url, dry_run=True)
        assert {sign: found_in(home, sign) for sign in SIGNS} == everywhere
        assert len([place for place in looked.places if place.found]) == 4
        done = await apart(settings, url)
        assert done.complete
        assert {sign: found_in(home, sign) for sign in SIGNS} == NOWHERE
        assert [place.found for place in done.places][:4] == [place.found for place in looked.places][:4]
        assert {place.state for place in done.places[:4]} == {"gone"}
        assert done.places[-1].state == "cannot be reached"

        again = await apart(settings, url)
        assert (again.before, again.complete, again.at) == (True, True, done.at)
        assert not any(place.found or place.left for place in again.places)

        asked = web.asked("/taken")
        await read_feeds(settings, web)
        (refused,) = await asyncio.to_thread(fetch_page, settings, url)
        assert (refused.stage, refused.reason) == ("fetcher", "taken-down")
        await put_again(settings, url)
        with (home / "warc" / archive).open("rb") as opened:
            kept = [page.url for page in read_warc(opened, archive, done.at) if isinstance(page, RawPage)]
        assert kept == [f"{web.url}/stays"]
        assert web.asked("/taken") == asked
        assert {sign: found_in(home, sign) for sign in SIGNS} == NOWHERE
        traced = await asyncio.to_thread(trace, settings.place, done.page_id)
        assert traced.takedown is not None
        assert (traced.takedown.reason, traced.takedown.at) == (WHY, done.at)
        with reading(settings.place) as store:
            rows = list(store.rows("SELECT url, status FROM articles ORDER BY url"))
        assert [(row["url"], row["status"]) for row in rows] == [
            (f"{web.url}/stays", "usable"),
            (url, "canceled"),
        ]


async def put_again(settings: Settings, url: str) -> None:
    """The page once more with a later text, past the fetcher: as a replay would bring it."""
    page = a_page(url, TAKEN.replace("clean", "dredge").encode())
    async with running(settings, {}) as pipeline:
        await pipeline.put([Emit(PAGES_FETCHED, page.page_id, page, url)], "test")
        await pipeline.drained()


def test_a_file_that_is_taken_down_is_not_ingested_again(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(TAKEN + PADDING)
    settings = Settings(home=tmp_path / "kept")
    outcomes: list[Outcome] = []
    ingest_files(settings, [file], outcomes.append)
    assert done_to(settings, str(outcomes[0].url)).complete
    ingest_files(settings, [file], outcomes.append)
    assert [each.reason for each in outcomes][-1] == "taken-down"
    assert {sign: found_in(settings.home, sign) for sign in SIGNS} == NOWHERE


def command(home: Path, *words: str) -> Result:
    """In this process: a dozen of its own would take a minute."""
    return CliRunner().invoke(app, ["takedown", *words], env={"SIRWAN_HOME": str(home)})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("https://a.example/", "--reason", " "), "--reason TEXT says why"),
        (("https://a.example/",), "--reason TEXT says why"),
        (("0" * 64, "--reason", WHY), "no page with this id is known here; give its address"),
        (("ftp://a.example/", "--reason", WHY), "bad-url"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_done(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    refused = command(tmp_path, *words)
    assert (refused.exit_code, said in refused.stderr) == (2, True), refused.output
    assert list(tmp_path.iterdir()) == []


def test_the_command_proves_what_is_done_and_may_be_run_again(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(TAKEN)
    (stored,) = json.loads(sirwan(tmp_path, "ingest", "--json", str(file)).stdout)
    shown = command(tmp_path, stored["page_id"], "--dry-run")
    assert (shown.exit_code, "not down yet" in shown.stdout) == (0, True)
    done = command(tmp_path, stored["page_id"], "--reason", WHY, "--json")
    assert (done.exit_code, json.loads(done.stdout)["url"]) == (0, stored["url"])
    again = command(tmp_path, stored["url"])
    assert (again.exit_code, "already down since" in again.stdout, WHY in again.stdout) == (0, True, True)
    assert "is this the address that was meant" not in again.stdout


def test_an_address_that_was_never_met_is_barred_unless_its_twin_was_met(tmp_path: Path) -> None:
    unknown = command(tmp_path, "https://never.example/met", "--reason", WHY)
    assert (unknown.exit_code, "is this the address that was meant" in unknown.stdout) == (0, True)
    wrong = command(tmp_path, "http://never.example/met", "--reason", WHY)
    assert (wrong.exit_code, "https://never.example/met was" in wrong.stderr) == (1, True)


# --- on Kafka -----------------------------------------------------------------------------------

PATIENCE = 300.0  # seconds for five processes to start and a page to go through; about 20 on two idle cores


async def heard(kafka: KafkaSettings, topic: str, key: str) -> list[bytes | None]:
    """The values under a key, in order."""
    values: list[bytes | None] = []
    subscription = KafkaBus(kafka).subscribe([topic], "witness")
    with suppress(TimeoutError):
        async with asyncio.timeout(6):
            async for message in subscription:
                if message.key == key:
                    values.append(message.value)
                await subscription.acknowledge(message)
    await subscription.close()
    return values


@pytest.mark.kafka
@pytest.mark.timeout(2 * PATIENCE)
async def test_on_kafka_the_canceled_record_and_the_tombstone_are_public_and_every_topic_has_its_date(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout())
    page = a_page("https://tigris.example/taken", TAKEN.encode())
    bus = KafkaBus(kafka)
    with deployed(kafka, tmp_path) as deployment:
        await (
            await publish(
                bus,
                Emit(PAGES_FETCHED, page.page_id, page, page.url),
                stage="test",
                at=datetime.now().astimezone(),
            )
        )
        await bus.stop()
        deployment.start()
        await drained(deployment, PATIENCE, at_least=0)
        settings = Settings(home=tmp_path, kafka=kafka.bootstrap, topic_prefix=kafka.prefix)
        done = await apart(settings, page.url)
        assert done.complete, f"{done}{deployment.tail()}"
        places = {each.place: each for each in done.places}
        canceled, tombstone = (await heard(kafka, ARTICLES_ENRICHED.name, page.page_id))[-2:]
        assert tombstone is None
        record = msgspec.json.decode(canceled or b"", type=EnrichedArticle)
        assert (record.status, record.because, record.text) == ("canceled", WHY, "")
        for name in ("pages.fetched.v1", "articles.extracted.v1", "articles.enriched.v1", "linker.memory.v1"):
            place = places[f"topic {kafka.prefix}.{name}"]
            assert (place.state, place.left[:2], place.until is not None) == ("expires", "1 ", True), place
            assert 6 < ((place.until or done.at) - done.at).days < 15
        assert places[f"topic {kafka.prefix}.{STORIES.name}"].state == "expires"
        assert places[f"store {tmp_path / 'sirwan.db'}"].state == "gone"
        assert places["consumers of the public topics"].state == "cannot be reached"
        assert status_of(tmp_path, page.page_id) == "canceled"
        assert found_in(tmp_path, "uillaba") == set()


def status_of(home: Path, page_id: str) -> str | None:
    with reading(home / "sirwan.db") as store:
        rows = list(store.rows("SELECT status FROM articles WHERE page_id = $1", page_id))
    return str(rows[0]["status"]) if rows else None
