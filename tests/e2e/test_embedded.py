"""The tiny news web and the seeds through the embedded pipeline: what becomes of every page."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from deploy.demo.server import HERE, NEWSROOMS, NewsWeb
from schemas.codec import decode
from schemas.records import ClassifiedArticle
from schemas.topics import ARTICLES_CLASSIFIED, ARTICLES_ENRICHED, STORIES
from services.embedded.pipeline import running
from services.embedded.resume import resume
from services.runtime.config import Settings
from services.runtime.metrics import METRICS
from services.runtime.place import Place, Server
from services.runtime.sources import load_sources
from services.stage import Emit
from services.store.outcomes import Outcome, outcomes
from services.store.reading import reading
from services.store.rows import stored_form
from services.store.search import search
from services.store.status import status
from tests.collector import attributes, collecting

EXPECTED: dict[str, Any] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
SOURCES = HERE.parent / "sources"
PAGES: dict[str, dict[str, Any]] = EXPECTED["pages"]

Stored = tuple[dict[str, Outcome], NewsWeb]


def settings_for(home: Path, web: NewsWeb, **changes: Any) -> Settings:
    sources = web.write_sources(home / "sources").parent
    fields: dict[str, Any] = {"fetch_delay": 0.0, "retry_attempts": 2, "allow_private_hosts": True}
    return Settings(home=home, sources=sources, **(fields | changes))


async def run_embedded(home: Path, web: NewsWeb, **changes: Any) -> Settings:
    settings = settings_for(home, web, **changes)
    async with running(settings, load_sources(settings.sources)) as pipeline:
        await pipeline.discover()
        await pipeline.drained()
    return settings


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    import asyncio

    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        settings = asyncio.run(run_embedded(tmp_path_factory.mktemp("home"), web))
        found = {each.url: each for each in outcomes(settings.database) if each.url}
        return {key: found[web.url(key)] for key in PAGES if web.url(key) in found}, web


@pytest.mark.parametrize("key", PAGES)
def test_every_page_meets_the_fate_it_should(stored: Stored, key: str) -> None:
    found, _ = stored
    assert (found[key].fate, found[key].stage) == (PAGES[key]["fate"], PAGES[key]["stage"])


@pytest.mark.parametrize("key", [key for key, page in PAGES.items() if page["fate"] == "stored"])
def test_every_stored_page_is_about_what_it_should_be(stored: Stored, key: str) -> None:
    found, _ = stored
    page, wanted = found[key], PAGES[key]
    assert page.title == wanted["title"]
    assert page.language == wanted["language"]
    assert page.countries == wanted["relevance"]
    assert page.copy_verdict == wanted["copy"]
    if "of" in wanted:
        assert page.copy_of == found[wanted["of"]].page_id


def test_one_story_told_by_three_newsrooms_has_three_independent_sources(stored: Stored) -> None:
    found, _ = stored
    for name, story in EXPECTED["stories"].items():
        members = [key for key, page in PAGES.items() if page.get("story") == name]
        ids = {found[key].story_id for key in members}
        assert len(ids) == 1, f"{name} is split: { {key: found[key].story_id for key in members} }"
        assert found[members[0]].independent_sources == story["independent_sources"]
        others = {found[key].story_id for key, page in PAGES.items() if page["fate"] == "stored"} - ids
        outside = [page for page in PAGES.values() if page["fate"] == "stored" and page.get("story") != name]
        assert len(others) == len({page["story"] for page in outside})


def test_what_robots_txt_forbids_was_never_asked_for(stored: Stored) -> None:
    _, web = stored
    forbidden = [key for key, page in PAGES.items() if page.get("reason") == "robots-disallowed"]
    assert not [asked for asked in web.asked if f"{asked[0]}{asked[1]}" in forbidden]


async def test_a_second_run_finds_nothing_new_and_changes_nothing(tmp_path: Path) -> None:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        settings = await run_embedded(tmp_path, web)
        before = stored_records(settings.database)
        await run_embedded(tmp_path, web)
        assert stored_records(settings.database) == before


def stored_records(place: Place) -> dict[str, bytes]:
    with reading(place) as store:
        return {row["page_id"]: row["record"] for row in store.rows("SELECT page_id, record FROM articles")}


@pytest.mark.postgres
def test_postgresql_and_sqlite_keep_the_same_bytes(tmp_path: Path, postgres: Server) -> None:
    """Files, for they come in one order, and that decides what a record says of its story."""
    from services.embedded.ingest import ingest_files

    secret = tmp_path / "secret"
    secret.write_text(postgres.password or "none")
    places: dict[str, dict[str, Any]] = {
        "file": {},
        "server": {"store": str(postgres), "store_password_file": secret},
    }
    pages = sorted((HERE / "sites").rglob("*.html"))
    fates, kept = [], []
    for name, changes in places.items():
        settings = Settings(home=tmp_path / name, sources=SOURCES, partitions=1, **changes)
        found: list[Outcome] = []
        ingest_files(settings, pages, found.append)
        fates.append([(each.url, each.fate, each.reason) for each in found])
        records = stored_records(settings.place)
        kept.append({ident: stored_form(record) for ident, record in records.items()})
    assert len(kept[0]) > 10
    assert kept[1] == kept[0]
    assert fates[1] == fates[0]


async def test_the_store_knows_every_source_and_its_owner(tmp_path: Path) -> None:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        settings = await run_embedded(tmp_path, web)
        families = {each.source_id: each.family for each in status(settings.database).sources}
        assert families == {each.id: each.family for each in load_sources(settings.sources).values()}


async def test_a_run_that_crashed_is_made_up_for_by_the_next(tmp_path: Path) -> None:
    """The in-memory bus forgets; the requests that came to no end are made again."""
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        settings = settings_for(tmp_path, web)
        sources = load_sources(settings.sources)
        async with running(settings, sources) as pipeline:
            await pipeline.discover()  # and stop without waiting for anything
            for worker in pipeline.workers.values():
                worker.stop()
        early = len(stored_records(settings.database))
        async with running(settings, sources) as pipeline:
            again = await resume(pipeline, settings)
            await pipeline.drained()
        assert (again > 0, early < 14) == (True, True)
        assert len(stored_records(settings.database)) == 14


def seeds() -> list[Path]:
    shared = Path(os.environ.get("SIRWAN_SHARED", Path(__file__).parents[3] / "shared"))
    return sorted((shared / "seeds").glob("*.txt"))


def newest(settings: Settings, table: str, key: str) -> bytes:
    """The record that the store holds under a key."""
    column = "page_id" if table == "articles" else "story_id"
    with reading(settings.database) as store:
        (row,) = store.rows(f"SELECT record FROM {table} WHERE {column} = $1", key)  # noqa: S608 - own names
        record: bytes = row["record"]
        return record


async def test_a_page_that_is_taken_down_leaves_store_search_and_story(tmp_path: Path) -> None:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        settings = await run_embedded(tmp_path, web)
        found = {each.url: each for each in outcomes(settings.database) if each.url}
        (name, *_) = EXPECTED["stories"]
        key = next(key for key, page in PAGES.items() if page.get("story") == name)
        page = found[web.url(key)]
        before = decode(ARTICLES_ENRICHED, newest(settings, "articles", page.page_id))
        message = structs.replace(
            msgspec.json.decode(newest(settings, "articles", page.page_id), type=ClassifiedArticle),
            status="canceled", because="A court asked for it.",
        )  # fmt: skip
        async with running(settings, load_sources(settings.sources)) as pipeline:
            for _ in range(2):
                await pipeline.put([Emit(ARTICLES_CLASSIFIED, page.page_id, message, page.url or "")], "test")
            await pipeline.drained()
    after = decode(ARTICLES_ENRICHED, newest(settings, "articles", page.page_id))
    assert (after.status, after.text, after.version) == ("canceled", "", before.version + 1)
    assert after.title is None
    story = decode(STORIES, newest(settings, "stories", before.story.id))
    assert page.page_id not in story.members
    assert len(story.members) == sum(each.get("story") == name for each in PAGES.values()) - 1
    hits = search(settings.database, " ".join((before.title or "").split()[:2]))
    assert page.page_id not in {hit.page_id for hit in hits}


@pytest.mark.skipif(not seeds(), reason="the seed documents are not here (SIRWAN_SHARED)")
def test_all_five_seeds_are_stored_enriched_and_about_iraq(tmp_path: Path) -> None:
    from services.embedded.ingest import ingest_files

    found: list[Outcome] = []
    ingest_files(Settings(home=tmp_path), seeds(), found.append)
    assert [each.fate for each in found] == ["stored"] * 5
    assert [each.countries["IQ"] for each in found] == [2] * 5
    untitled = {(each.url or "").split("/")[-1][:3] for each in found if each.title is None}
    assert untitled == {"002", "004"}
    assert len({each.story_id for each in found}) == 4


async def test_every_metric_tells_of_an_embedded_run(tmp_path: Path) -> None:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        settings = settings_for(tmp_path, web, fetch_delay=0.02)
        async with running(settings, load_sources(settings.sources)) as pipeline:
            await pipeline.discover()
            await pipeline.drained()
            said = pipeline.metrics.exposition().decode()
            value = pipeline.metrics.value
            series = {line.split("{")[0].split(" ")[0] for line in said.splitlines() if line[0] != "#"}
            told = {name for name, each in METRICS.items() if {name, f"{name}_count"} & series}
            # Nothing stood in the way, nobody edits the source files or asks for
            # webhooks, no owner has a habit within minutes.
            assert set(METRICS) - told <= {
                "sirwan_pauses_total",
                "sirwan_unreachable_hosts",
                "sirwan_source_files_wrong",
                "sirwan_owner_silence_limit_seconds",
                "sirwan_webhook_records_total",
                "sirwan_web_requests_total",
                "sirwan_web_seconds",
            }
            assert value("sirwan_store_rows_total", table="articles") >= 14
            assert value("sirwan_article_age_seconds_count") == 14
            assert value("sirwan_article_age_seconds_sum") < 14 * 60
            fresh = value(
                "sirwan_newest_article_timestamp_seconds", family="Tigris Media House", source="tigris-post"
            )
            assert pipeline.clock.now().timestamp() - fresh < 60
            assert value("sirwan_feeds", source="hawler-now", state="ok", reason="ok") == 2
            assert value("sirwan_fetches_total", outcome="2xx") > 20
            for kind in ("too-soon", "at-once"):
                assert value("sirwan_politeness_violations_total", kind=kind) == 0
            behind = [line for line in said.splitlines() if line.startswith("sirwan_lag_messages{")]
            assert len(behind) >= 5
            assert {line.rsplit(" ", 1)[1] for line in behind} == {"0.0"}


async def test_a_page_is_one_trace_from_its_request_to_the_store(tmp_path: Path) -> None:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web, collecting() as collector:
        settings = await run_embedded(tmp_path, web, traces=collector.url)
        traces: dict[bytes, dict[bytes, Span]] = {}
        for span in collector.spans():
            traces.setdefault(span.trace_id, {})[span.span_id] = span
        ways = [way for spans in traces.values() for way in ways_to_the_store(spans)]
        stages = ["fetcher", "extractor", "classifier", "linker", "store"]
        assert [way for way in ways if way[-len(stages) :] != stages] == []
        stored = {
            attributes(span)["sirwan.page_id"]
            for span in collector.spans()
            if span.name == "store articles.enriched.v1"
        }
        assert stored == set(stored_records(settings.database))


def ways_to_the_store(spans: Mapping[bytes, Span]) -> Iterator[list[str]]:
    """The stages that an article came through, for each article that a trace has brought into the store."""
    for span in spans.values():
        if span.name == "store articles.enriched.v1":
            way: list[str] = []
            at: Span | None = span
            while at is not None:
                way.insert(0, str(attributes(at)["sirwan.stage"]))
                at = spans.get(at.parent_span_id)
            yield way
