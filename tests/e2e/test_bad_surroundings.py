"""What surrounds a service is wrong: one clear line of the one service concerned, and the others stay up."""

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import encode
from schemas.topics import JOURNAL
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from services.store.status import status
from tests.broker import free_port
from tests.deployment import Deployment, deployed
from tests.e2e.test_bad_input import ROOT, sirwan
from tests.unit.store.records import a_fate, fill, row

PATIENCE = 40.0  # seconds for what takes a few


def service(stage: str, home: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A service that ends by itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    return subprocess.run(
        [sys.executable, "-m", f"services.{stage}"],
        env={**kept, "SIRWAN_HOME": str(home), **settings},
        capture_output=True, text=True, check=False, timeout=60, cwd=ROOT,
    )  # fmt: skip


def ready(port: int) -> tuple[int, dict[str, str]]:
    """Status of /ready, and the causes it names; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return answer.status, found["causes"]
    except urllib.error.HTTPError as exc:
        return exc.code, json.load(exc)["causes"]
    except OSError:
        return 0, {}


async def until(holds: Callable[[], object], deployment: Deployment) -> None:
    end = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < end, deployment.tail()
        await asyncio.sleep(0.1)


def test_a_health_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = service("extractor", tmp_path, SIRWAN_HEALTH_PORT=port)
    assert done.returncode == 2
    assert done.stderr == (
        f"sirwan extractor: cannot listen on 127.0.0.1:{port}: Address already in use; stop what holds it,"
        " or set SIRWAN_HEALTH_PORT (0: none) and SIRWAN_HEALTH_HOST\n"
    )


def test_a_status_without_its_broker_is_quiet_and_says_so(tmp_path: Path) -> None:
    fill(tmp_path / "sirwan.db", row(a_fate()))
    address = f"127.0.0.1:{free_port()}"
    done = sirwan(tmp_path, "status", SIRWAN_KAFKA=address)
    first, *rest = done.stdout.splitlines()
    assert first == f"not working: lag unknown: no answer from the broker {address} (SIRWAN_KAFKA)"
    assert any(line.split()[:2] == ["extractor", "1"] for line in rest)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_status_without_its_store_still_says_what_the_broker_knows(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    asyncio.run(apply(kafka, Layout()))
    gone = f"postgresql://sirwan@127.0.0.1:{free_port()}/news"
    around = {"SIRWAN_KAFKA": kafka.bootstrap, "SIRWAN_TOPIC_PREFIX": kafka.prefix, "SIRWAN_STORE": gone}
    done = sirwan(tmp_path, "status", **around)
    first, *rest = done.stdout.splitlines()
    assert first.startswith(f"not working: {gone}: ")
    assert "see that PostgreSQL runs there" in first
    assert "fetcher does not run" in first
    assert any(line.split() == ["extractor", *"????", "0", "?"] for line in rest)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(("there", "why"), [(False, "no such folder"), (True, "Not a directory")])
def test_a_source_folder_that_is_none_is_one_line(tmp_path: Path, there: bool, why: str) -> None:
    folder = tmp_path / "sources"
    if there:
        folder.write_text("a file")
    done = service("fetcher", tmp_path, SIRWAN_SOURCES=str(folder))
    assert done.returncode == 2
    assert done.stderr == (
        f"sirwan fetcher: the source files in {folder} are wrong (1): {folder}: {why};"
        " set SIRWAN_SOURCES to a folder of *.toml that can be read\n"
    )


@pytest.mark.kafka
async def test_a_wrong_address_holds_up_one_service_and_its_readiness_says_so(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout(partitions=1))
    lost = replace(kafka, bootstrap=f"127.0.0.1:{free_port()}")
    ports = free_port(), free_port()
    (tmp_path / "lost").mkdir()
    with (
        deployed(lost, tmp_path / "lost", SIRWAN_HEALTH_PORT=str(ports[0])) as wrong,
        deployed(kafka, tmp_path, SIRWAN_HEALTH_PORT=str(ports[1])) as right,
    ):
        wrong.start(["classifier"])
        right.start(["extractor"])
        await until(lambda: ready(ports[1])[0] == 200, right)
        waits = f"waiting for the broker {lost.bootstrap} (SIRWAN_KAFKA)"
        await until(lambda: ready(ports[0]) == (503, {"starting": waits}), wrong)
        assert set(wrong.stop().values()) == {0}
        assert set(right.stop().values()) == {0}
    (line,) = [json.loads(line) for line in (tmp_path / "lost" / "classifier.log").read_text().splitlines()]
    assert (line["event"], line["broker"], line["setting"]) == (
        "waiting for the broker",
        lost.bootstrap,
        "SIRWAN_KAFKA",
    )


Grow = Callable[[int], None]


@contextmanager
def tiny_volume(folder: Path) -> Iterator[Grow | None]:
    """A volume of 1 MiB, and how to make it larger (bytes); None where none can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield None
        return

    def grow(size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)

    try:
        yield grow
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def limit_files(process: int, size: int) -> None:
    """No file of the process may grow past this: what a full volume is where none can be mounted."""
    _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, most))


@pytest.mark.kafka
async def test_a_full_volume_holds_up_the_store_alone_until_there_is_room(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout(partitions=1))
    volume, ports, fates = tmp_path / "volume", (free_port(), free_port()), 2000
    with tiny_volume(volume) as grow:
        database = volume / "sirwan.db"
        with (
            deployed(kafka, tmp_path, SIRWAN_HEALTH_PORT=str(ports[0]), SIRWAN_STORE=str(database)) as full,
            deployed(kafka, tmp_path, SIRWAN_HEALTH_PORT=str(ports[1])) as beside,
        ):
            full.start(["store"])
            beside.start(["extractor"])
            await until(lambda: ready(ports[0])[0] == ready(ports[1])[0] == 200, full)
            if grow is None:
                limit_files(full.running["store"].pid, 1 << 20)
            await publish_fates(kafka, fates)
            await until(lambda: "store" in ready(ports[0])[1], full)
            code, causes = ready(ports[0])
            assert code == 503
            assert str(database) in causes["store"]
            assert "volume" in causes["store"]
            assert ready(ports[1])[0] == 200
            if grow is None:
                limit_files(full.running["store"].pid, 1 << 30)
            else:
                grow(64 << 20)
            await until(lambda: status(database).counts["fates"] == fates, full)
            await until(lambda: ready(ports[0])[0] == 200, full)
            assert set(full.stop().values()) == {0}
            assert set(beside.stop().values()) == {0}
    lines = [json.loads(line) for line in (tmp_path / "store.log").read_text().splitlines()]
    assert [line["event"] for line in lines if "store-" in line["event"]] == [
        "store-unavailable",
        "store-resumed",
    ]


async def publish_fates(kafka: KafkaSettings, count: int) -> None:
    """More than a MiB of journal."""
    bus = KafkaBus(kafka)
    await bus.start()
    fates = [a_fate(f"page {number}", detail="x" * 500) for number in range(count)]
    sent = [await bus.publish(JOURNAL.name, fate.page_id, encode(JOURNAL, fate), {}) for fate in fates]
    await asyncio.gather(*sent)
    await bus.stop()
