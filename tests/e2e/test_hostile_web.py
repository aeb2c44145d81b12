"""A web that means harm: what is recorded of each trick, what it costs at most, and that nobody waits."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from deploy.demo.server import HERE
from tests.e2e.test_bad_input import ROOT
from tests.hostile_web.alone import Alone
from tests.hostile_web.costs import ALONE, BYTES, LATE, SECONDS, TOGETHER, AloneRow, Row
from tests.hostile_web.running import Job, Seen
from tests.hostile_web.tricks import PLACES, TRICKS, standing
from tests.hostile_web.web import Cost, HostileWeb

PATIENCE = 60.0  # seconds for what takes about twenty
IN_TIME = 30.0  # seconds for the newsrooms' pages: all of the demo alone takes about three
STALL = 1.0  # seconds; the loop may serve nobody else for so long

BLOCK = """
[[source]]
id = "{name}"
name = "{name}"
homepage = "{origin}/"
kind = "newspaper"
[[source.feeds]]
url = "{origin}/feed"
kind = "{kind}"
"""


def module(name: str, *words: str, stdin: str = "") -> str:
    """The last line that `python -m` prints; log lines stand before it."""
    done = subprocess.run(
        [sys.executable, "-m", name, *words], input=stdin, capture_output=True, text=True, check=False,
        timeout=110, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1]


@dataclass(frozen=True)
class Together:
    """All hosts of the table and all newsrooms of the demo, read by one pipeline at once."""

    seen: Seen
    costs: Mapping[str, Cost]
    paths: Mapping[str, list[str]]  # asked of each host, in order
    addresses: Mapping[str, str]

    def page(self, row: Row, path: str) -> str:
        stage, fate, reason = self.seen.pages.get(self.addresses[row.name] + path, ("nobody", "none", "none"))
        return f"{stage}: {fate}, {reason}"


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Together:
    home = tmp_path_factory.mktemp("home")
    tricks = {
        row.name: standing(TRICKS[row.trick], row.at, number) for number, row in enumerate(TOGETHER, 100)
    }
    pages: dict[str, Any] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))["pages"]
    with HostileWeb(tricks) as web:
        web.write_sources(home / "sources")
        blocks = (
            BLOCK.format(name=row.name, origin=web.addresses[row.name], kind=row.kind) for row in TOGETHER
        )
        (home / "sources" / "hostile.toml").write_text("".join(blocks), "utf-8")
        healthy = frozenset(web.url(key) for key, page in pages.items() if page["fate"] == "stored")
        ending = [row for row in TOGETHER if row.at != "list" and not row.recorded.startswith("put off")]
        wanted = healthy | {web.addresses[row.name] + path for row in ending for path in ("/page", "/honest")}
        job = Job(str(home), SECONDS, BYTES, healthy, wanted, PATIENCE)
        told = module("tests.hostile_web.running", stdin=msgspec.json.encode(job).decode())
        names = [row.name for row in TOGETHER]
        return Together(
            msgspec.json.decode(told, type=Seen),
            {name: web.cost(name) for name in names},
            {name: [visit.path for visit in web.visits(name)] for name in names},
            dict(web.addresses),
        )


def test_the_newsrooms_beside_it_are_read_whole_and_in_time(together: Together) -> None:
    seen = together.seen
    assert seen.healthy is not None, "pages of honest newsrooms are missing"
    assert seen.healthy < IN_TIME
    assert seen.stalled < STALL
    print(
        f"\n{len(TOGETHER)} hosts: {seen.took:.1f} s, {seen.cpu:.1f} s of CPU, stalled {seen.stalled:.2f} s"
    )


@pytest.mark.parametrize("row", TOGETHER, ids=lambda row: row.name)
def test_each_trick_is_recorded_and_costs_no_more_than_it_may(together: Together, row: Row) -> None:
    state, reason = together.seen.words[row.name]
    if row.at == "list":
        assert f"{state}: {reason}" == row.recorded
    elif row.recorded.startswith("put off"):
        assert f"{state}: {reason}" == "ok: ok"
        assert together.paths[row.name].count("/page") == (row.at == "page")
        assert together.page(row, "/page") == "nobody: none, none"
    else:
        assert together.page(row, "/page") == row.recorded
        assert together.page(row, "/honest") == "store: stored, ok"
    cost = together.costs[row.name]
    assert cost.requests <= row.requests, together.paths[row.name]
    assert cost.sent <= row.sent
    assert cost.longest <= SECONDS + LATE


def test_pages_whose_robots_txt_cannot_be_read_wait(together: Together) -> None:
    """And none is lost by waiting: SIRWAN_FETCH_SECONDS is a tenth of what it is by default."""
    waiting = [row for row in TOGETHER if row.recorded == "put off: robots-unreachable"]
    assert together.seen.put_off["robots-unreachable"] == 2 * len(waiting)
    lost = [page for page in together.seen.pages.values() if page[2] == "time-limit"]
    assert lost == []


@pytest.fixture(scope="module")
def alone() -> Iterator[Mapping[AloneRow, tuple[Alone, Cost]]]:
    """Each row in a process of its own, two at a time."""
    names = {row: f"{row.trick}-{row.at}".replace(",", "") for row in ALONE}
    tricks = {
        name: standing(TRICKS[row.trick], row.at, n) for n, (row, name) in enumerate(names.items(), 300)
    }
    with HostileWeb(tricks, newsrooms=()) as web, ThreadPoolExecutor(2) as two:

        def read(row: AloneRow) -> tuple[Alone, Cost]:
            url = web.addresses[names[row]] + PLACES[row.at]
            found = Alone(**json.loads(module("tests.hostile_web.alone", row.at, url, row.kind)))
            return found, web.cost(names[row])

        yield dict(zip(names, two.map(read, names), strict=True))


@pytest.mark.parametrize("row", ALONE, ids=lambda row: f"{row.trick}-{row.at}")
def test_what_is_made_to_cost_costs_little_time_and_memory(
    alone: Mapping[AloneRow, tuple[Alone, Cost]], row: AloneRow
) -> None:
    found, cost = alone[row]
    print(f"\n{row.trick} at {row.at}: {found}")
    assert found.reason == row.reason
    assert found.asked <= row.asked
    assert found.received <= row.received
    assert cost.requests <= row.requests + 1  # the list it warmed up with
    assert found.cpu <= row.cpu
    assert found.memory <= row.memory


@pytest.mark.parametrize("row", ALONE, ids=lambda row: f"{row.trick}-{row.at}")
def test_nothing_that_one_host_sends_keeps_all_others_waiting(
    alone: Mapping[AloneRow, tuple[Alone, Cost]], row: AloneRow
) -> None:
    assert alone[row][0].stalled < STALL
