"""`sirwan ingest` of WARC files: the same stages, the same page ids, and a summary where there is much."""

import asyncio
import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from warcio.checker import Checker  # type: ignore[import-untyped]  # it ships no stubs

from deploy.demo.server import NEWSROOMS, NewsWeb
from schemas.topics import PAGES_FETCHED
from services.embedded import ingest
from services.embedded.ingest import ingest_files
from services.runtime.config import Settings
from services.runtime.memory import MemoryBus
from services.store.outcomes import Outcome
from services.store.reading import reading
from tests.e2e.test_bad_input import ARTICLE, ROOT, sirwan
from tests.e2e.test_embedded import run_embedded
from tests.unit.fetcher.warcs import chunked, http, record, zipped

PAGE = http(chunked(ARTICLE.encode()), transfer_encoding="chunked")
MIXED = [
    record(b"software: x\r\n", url=None, kind="warcinfo"),
    record(b"GET /a HTTP/1.1\r\n\r\n", kind="request"),
    record(PAGE),
    record(http(status="404 Not Found"), "http://tigris.example/gone"),
    record(http(content_type="image/png"), "http://tigris.example/a.png"),
    record(b"", "http://tigris.example/a", kind="revisit"),
]


def archive(folder: Path, *records: bytes, name: str = "rivers.warc.gz") -> str:
    (folder / name).write_bytes(zipped(records) if name.endswith(".gz") else b"".join(records))
    return str(folder / name)


def settings_for(home: Path) -> Settings:
    return Settings(home=home, sources=ROOT / "deploy" / "sources")


def by_reason(found: list[dict[str, Any]]) -> dict[str, str]:
    return {each["reason"]: each["fate"] for each in found}


@pytest.mark.parametrize("name", ["rivers.warc", "rivers.warc.gz", "RIVERS.WARC.GZ"])
def test_pages_of_an_archive_are_stored_under_their_own_address(tmp_path: Path, name: str) -> None:
    done = sirwan(tmp_path, "ingest", "--json", archive(tmp_path, *MIXED, name=name))
    assert (done.returncode, done.stderr) == (0, "")
    assert by_reason(json.loads(done.stdout)) == {
        "ok": "stored",
        "status-not-ok": "skipped",
        "not-html": "skipped",
        "no-payload": "skipped",
    }
    traced = json.loads(sirwan(tmp_path, "trace", "--json", "http://tigris.example/a").stdout)
    assert {fate["lane"] for fate in traced["fates"]} == {"backfill"}
    assert traced["article"]["fetched_at"].startswith("2026-11-01T08:30:00")


def test_an_archive_ingested_twice_changes_nothing(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    kept = []
    for _ in range(2):
        found: list[Outcome] = []
        ingest_files(settings, [Path(archive(tmp_path, *MIXED))], found.append)
        assert [each.fate for each in found].count("stored") == 1
        with reading(settings.place) as store:
            kept.append([row["record"] for row in store.rows("SELECT record FROM articles")])
    assert len(kept[0]) == 1
    assert kept[1] == kept[0]


def test_a_damaged_archive_gives_what_is_before_the_damage_and_says_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ARTICLE.replace("river", "lake"))
    cut = archive(tmp_path, record(PAGE), record(PAGE, "http://tigris.example/b")[:-40], name="cut.warc")
    done = sirwan(tmp_path, "ingest", cut, str(tmp_path / "page.html"))
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert len([line for line in lines if line.startswith("stored")]) == 2
    assert [line for line in lines if line.startswith("cut.warc: ")] == [
        f"cut.warc: warc-damaged: cut.warc: record 2, at byte {len(record(PAGE))}: it ends 36 bytes early"
    ]
    assert "Traceback" not in done.stderr


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    done = sirwan(tmp_path, "ingest", "--json", str(tmp_path / "no.warc.gz"))
    assert (by_reason(json.loads(done.stdout)), done.returncode) == ({"file-unreadable": "dead"}, 1)


def test_much_is_summed_up_and_told_in_full_only_as_json(tmp_path: Path) -> None:
    missing = [
        record(http(status="404 Not Found"), f"http://tigris.example/{number}") for number in range(150)
    ]
    file = archive(tmp_path, record(PAGE), *missing, record(http(status="200 OK"), date="never"))
    done = sirwan(tmp_path, "ingest", file)
    assert done.returncode == 1
    assert [line.split() for line in done.stdout.splitlines()[:4]] == [
        ["fate", "pages", "why", "not", "for", "example"],
        ["stored", "1", "http://tigris.example/a"],
        ["skipped", "150", "ingest:", "status-not-ok", "http://tigris.example/0"],
        ["dead", "1", "ingest:", "broken-record", "http://tigris.example/a"],
    ]
    assert done.stdout.splitlines()[4:] == [
        "/a: broken-record: WARC-Date 'never' is no instant",
        "152 pages; `sirwan trace URL` tells of one, --json of all",
    ]
    assert len(json.loads(sirwan(tmp_path, "ingest", "--json", file).stdout)) == 152


def test_no_more_than_a_batch_is_on_its_way_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_PAGES", 5)
    most, publish = [0], MemoryBus.publish

    async def watched(bus: MemoryBus, topic: str, *message: Any) -> Any:
        if topic == PAGES_FETCHED.name:
            group = bus._groups["extractor"]
            waiting = bus.ends(topic) - sum(
                offset for (each, _), offset in group.committed.items() if each == topic
            )
            most[0] = max(most[0], waiting)
        return await publish(bus, topic, *message)

    monkeypatch.setattr(MemoryBus, "publish", watched)
    found: list[Outcome] = []
    pages = [record(http(b"<p>short"), f"http://tigris.example/{number}") for number in range(33)]
    ingest_files(settings_for(tmp_path), [Path(archive(tmp_path, *pages))], found.append)
    assert len(found) == 33
    assert 0 < most[0] < 5


@pytest.mark.parametrize(("name", "loaded"), [("page.html", False), ("rivers.warc", True)])
def test_who_ingests_no_archive_does_not_pay_for_it(tmp_path: Path, name: str, loaded: bool) -> None:
    (tmp_path / "page.html").write_text(ARTICLE)
    archive(tmp_path, record(PAGE), name="rivers.warc")
    code = f"""
import sys
from pathlib import Path
from services.embedded.ingest import ingest_files
from services.runtime.config import Settings
ingest_files(Settings(home=Path({str(tmp_path)!r})), [Path({str(tmp_path / name)!r})], lambda each: None)
print("warcio" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == str(loaded)


async def test_pages_kept_as_warc_are_the_same_pages_when_they_are_ingested(tmp_path: Path) -> None:
    """Fetched over HTTP into one store, kept, and read from what was kept into another."""
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        fetched = await run_embedded(tmp_path / "fetched", web, warc=tmp_path / "warc", warc_bytes=5000)
        read = Settings(home=tmp_path / "read", sources=fetched.sources)
    archives = sorted((tmp_path / "warc").iterdir())
    assert len(archives) > 1
    assert {path.suffix for path in archives} == {".gz"}
    assert Checker(Namespace(inputs=list(map(str, archives)), verbose=False)).process_all() == 0
    found: list[Outcome] = []
    await asyncio.to_thread(ingest_files, read, archives, found.append)
    assert {each.fate for each in found} <= {"stored", "skipped", "dead"}
    texts = [texts_of(settings) for settings in (fetched, read)]
    assert len(texts[0]) == 14
    assert texts[1] == texts[0]


def texts_of(settings: Settings) -> dict[str, tuple[Any, ...]]:
    """What was stored of each page that does not depend on the order of arrival."""
    columns = ("canonical_url", "url", "source_id", "title", "text", "language", "published", "fetched_at")
    with reading(settings.place) as store:
        rows = store.rows(f"SELECT page_id, {', '.join(columns)} FROM articles")  # noqa: S608 - our own names
        return {row["page_id"]: tuple(row[column] for column in columns) for row in rows}
