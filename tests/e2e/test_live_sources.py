"""Source files are edited under a running pipeline: what is added is read, a mistake stops nothing."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.demo.server import NEWSROOMS, NewsWeb
from services.store.status import status
from tests.e2e.test_bad_input import ROOT
from tests.unit.store.records import fill

PATIENCE = 40.0  # seconds for what takes about ten


class Running:
    """`sirwan run` over a folder of source files."""

    def __init__(self, home: Path, web: NewsWeb) -> None:
        self.home, self.sources = home, home / "edited"
        self.sources.mkdir()
        whole = web.write_sources(home / "whole").read_text()
        self.blocks = {
            block.split('id = "')[1].split('"')[0]: f"[[source]]{block}"
            for block in whole.split("[[source]]")[1:]
        }
        self.log = home / "log"

    def start(self) -> None:
        ours = {
            "SIRWAN_HOME": str(self.home), "SIRWAN_SOURCES": str(self.sources), "SIRWAN_FETCH_DELAY": "0",
            "SIRWAN_ALLOW_PRIVATE_HOSTS": "true",
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from services.cli import main; main()", "run"],
                env={**kept, **ours}, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT,
            )  # fmt: skip

    def write(self, name: str, *sources: str, more: str = "") -> None:
        text = "".join(self.blocks[each] for each in sources) + more
        (self.sources / name).write_text(text)

    def brought(self, source: str) -> int:
        """Articles of a source in the store."""
        known = status(self.home / "sirwan.db").sources
        return sum(each.articles for each in known if each.source_id == source)

    def feeds(self) -> dict[str, int]:
        return {each.source_id: each.feeds for each in status(self.home / "sirwan.db").sources}

    def said(self, event: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def until(self, holds: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, f"{what} did not happen\n{self.log.read_text()[-3000:]}"
            time.sleep(0.1)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        ours = Running(tmp_path, web)
        fill(tmp_path / "sirwan.db")  # so that it can be asked from the start
        ours.write("one.toml", "tigris-post")
        ours.start()
        try:
            yield ours
        finally:
            ours.process.kill()
            ours.process.wait()


def test_an_added_source_is_read_a_mistake_stops_nothing_and_a_removed_one_is_left_alone(
    running: Running,
) -> None:
    running.until(lambda: running.brought("tigris-post"), "an article of the first source")

    running.write("two.toml", "zagros-wire")
    running.until(lambda: running.brought("zagros-wire"), "an article of the added source")

    running.write("two.toml", "zagros-wire", "hawler-now", more='famly = "x"\n')
    end = len((running.sources / "two.toml").read_text().splitlines())
    running.until(lambda: running.said("source-files-wrong"), "a line about the mistake")
    (line,) = running.said("source-files-wrong")
    assert f"two.toml:{end}: source 'hawler-now': feeds[1].famly: unknown field" in str(line["why"])
    assert running.brought("hawler-now") == 0

    running.write("two.toml", "hawler-now")
    running.until(lambda: running.brought("hawler-now"), "an article of the mended file")
    running.until(lambda: running.feeds().get("zagros-wire") == 0, "the end of the removed source")
    assert running.feeds() == {"tigris-post": 1, "zagros-wire": 0, "hawler-now": 2}
    assert len(running.said("source-files-wrong")) == 1
    running.process.terminate()
    assert running.process.wait(20) == 0
