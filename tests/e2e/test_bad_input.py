"""Bad input: one clear line, a reason that is counted, and nothing lost."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.codec import encode
from schemas.topics import FETCH_REQUESTS, PAGES_FETCHED
from services.runtime.memory import MemoryBus
from services.store.status import status
from tests.broker import free_port
from tests.records import a_page, page_id

ROOT = Path(__file__).parents[2]

PLACES = ("Basra", "Amara", "Nasiriyah", "Samawah", "Kut", "Hillah")
ARTICLE = "<html><body><article><h1>Iraq and the river</h1>{}</article></body></html>".format(
    "".join(
        f"<p>The ministry in Baghdad said Iraq would clean the canal from {place} to the sea in {year}.</p>"
        for year, place in enumerate(PLACES, 2027)
    )
)


def sirwan(home: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    return subprocess.run(
        [sys.executable, "-c", "from services.cli import main; main()", *words],
        env={**kept, "SIRWAN_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
    )


@pytest.mark.parametrize(
    ("name", "body", "fate", "reason"),
    [
        ("noise.txt", bytes(range(256)) * 20, "dead", "not-text"),
        ("empty.html", b"", "dead", "empty-body"),
        ("blank.txt", b" \n\t\n", "dead", "empty-body"),
        ("huge.html", b"<p>a</p>" * (50 * 2**20 // 8), "dead", "body-too-large"),
        ("furniture.html", b"<html><body><nav>Home</nav></body></html>", "skipped", "too-short"),
    ],
)
def test_a_bad_file_has_a_reason_and_the_good_one_beside_it_is_stored(
    tmp_path: Path, name: str, body: bytes, fate: str, reason: str
) -> None:
    good, bad = tmp_path / "good.html", tmp_path / name
    good.write_text(ARTICLE)
    bad.write_bytes(body)
    done = sirwan(tmp_path / "home", "ingest", "--json", str(bad), str(good))
    found = {Path(each["url"].split("?")[0]).name: each for each in json.loads(done.stdout)}
    assert found["good.html"]["fate"] == "stored"
    assert (found[name]["fate"], found[name]["reason"]) == (fate, reason)
    assert done.returncode == (1 if fate == "dead" else 0)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = sirwan(tmp_path, "ingest", "--json", str(tmp_path / "missing.html"))
    (found,) = json.loads(done.stdout)
    assert (found["reason"], done.returncode) == ("file-unreadable", 1)
    assert "missing.html: No such file" in found["detail"]


@pytest.mark.parametrize("store", ["a-file/sirwan.db", "a-folder"])
def test_a_store_that_cannot_be_written_is_one_line_that_names_it(tmp_path: Path, store: str) -> None:
    (tmp_path / "a-file").write_text("in the way")
    (tmp_path / "a-folder").mkdir()
    page = tmp_path / "page.html"
    page.write_text(ARTICLE)
    done = sirwan(tmp_path / "home", "ingest", str(page), SIRWAN_STORE=str(tmp_path / store))
    assert done.returncode == 3
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("sirwan:")]
    assert str(tmp_path / store) in line
    assert "folder" in line


def test_wrong_settings_are_all_named_at_once(tmp_path: Path) -> None:
    done = sirwan(tmp_path, "status", SIRWAN_PARTITIONS="many", SIRWAN_HOEM="x")
    assert done.returncode == 2
    assert "SIRWAN_PARTITIONS" in done.stderr
    assert "SIRWAN_HOEM: no such setting; did you mean SIRWAN_HOME?" in done.stderr


def test_a_trace_of_a_page_nobody_met_says_so(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ARTICLE)
    sirwan(tmp_path, "ingest", str(tmp_path / "page.html"))
    done = sirwan(tmp_path, "trace", "http://tigris.example/never")
    assert (done.returncode, done.stdout) == (1, "")
    assert "never met" in done.stderr


async def test_undecodable_and_newer_records_on_a_running_pipeline(tmp_path: Path) -> None:
    """One record is noise, one has fields that only a newer producer knows; the stages go on."""
    from services.embedded.pipeline import running
    from services.runtime.config import Settings

    settings = Settings(home=tmp_path, sources=tmp_path)
    async with running(settings, {}) as pipeline:
        bus: MemoryBus = pipeline.bus
        await bus.publish(PAGES_FETCHED.name, "noise", b"\xc1noise", {})
        await bus.publish(FETCH_REQUESTS.name, "noise", b'{"url": 7}', {})
        page = a_page("http://tigris.example/new", ARTICLE.encode())
        newer = encode(PAGES_FETCHED, page)
        newer = b"\xde\x00" + bytes([newer[2] + 1]) + newer[3:] + b"\xa6colour\xa4blue"  # one pair more
        await bus.publish(PAGES_FETCHED.name, page.page_id, newer, {"ce_subject": page.url})
        await pipeline.drained()
    stages = {each.stage: each for each in status(settings.database).stages}
    assert stages["extractor"].reasons == {"undecodable": 1}
    assert stages["extractor"].done == 1
    assert stages["fetcher"].reasons == {"undecodable": 1}
    assert {each.topic for each in status(settings.database).dead_letters} == {
        PAGES_FETCHED.name,
        FETCH_REQUESTS.name,
    }
    assert page.page_id == page_id("http://tigris.example/new")


@pytest.mark.parametrize("stage", ["extractor", "fetcher", "store"])
def test_a_service_without_a_broker_waits_says_so_once_and_stops_when_told(
    tmp_path: Path, stage: str
) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "none.toml").touch()
    address = f"127.0.0.1:{free_port()}"
    settings = {"KAFKA": address, "HOME": str(tmp_path), "SOURCES": str(tmp_path / "sources")}
    settings = {f"SIRWAN_{name}": value for name, value in settings.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"services.{stage}"],
            env={**kept, **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )  # fmt: skip
    try:
        end = time.monotonic() + 20
        while address not in (tmp_path / "log").read_text() and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(1.0)
        assert process.poll() is None
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert len([line for line in lines if address in json.dumps(line)]) == 1
