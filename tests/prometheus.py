"""The real Prometheus and its promtool, where the machine has them."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.broker import free_port
from tests.promql import Recorded
from tests.rules.reading import ROOT

RULES = ROOT / "deploy" / "monitoring" / "prometheus"
PATIENCE = 30.0  # seconds for it to start, or to have scraped


def program(name: str) -> str:
    """Path of `prometheus` or `promtool`; skips, or fails where everything must be tested."""
    found = shutil.which(name)
    if found is None:
        why = f"no {name}: on Debian, apt-get install -y --no-install-recommends prometheus"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return found


def rule_groups(name: str) -> list[dict[str, Any]]:
    """The groups of a rule file."""
    groups: list[dict[str, Any]] = yaml.safe_load((RULES / name).read_text("utf-8"))["groups"]
    return groups


def recorded() -> dict[str, Recorded]:
    """What is recorded, by name."""
    found: dict[str, Recorded] = {}
    for group in rule_groups("recording.yml"):
        for rule in group["rules"]:
            before = found.get(rule["record"], Recorded(""))
            expression = f"{before.expression} {rule['expr']}".strip()
            found[rule["record"]] = Recorded(expression, before.added | set(rule.get("labels", ())))
    return found


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server, asked about now, or about a moment that has passed."""

    url: str
    at: float | None = None  # seconds since 1970

    def get(self, path: str, **query: str) -> Any:
        """`data` of an answer of its API. Raises AssertionError with what it says is wrong."""
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as exc:
            said = json.load(exc)
        assert said["status"] == "success", said
        return said["data"]

    def result(self, expression: str) -> list[dict[str, Any]]:
        """The series an expression gives."""
        moment = {} if self.at is None else {"time": f"{self.at:.3f}"}
        series: list[dict[str, Any]] = self.get("query", query=expression, **moment)["result"]
        return series

    def until(self, expression: str) -> None:
        """Return once the expression gives something."""
        _until(lambda: bool(self.result(expression)), f"nothing for {expression}")


@contextmanager
def prometheus(folder: Path, target: str) -> Iterator[Prometheus]:
    """Prometheus on loopback with our rules, every second, over one `target`; it ends with the context."""
    binary, port = program("prometheus"), free_port()
    _write_config(folder, target)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [binary, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        server = Prometheus(f"http://127.0.0.1:{port}")
        _until(lambda: _ready(server, process), "Prometheus does not start")
        yield server
    except AssertionError as exc:
        exc.add_note((folder / "log").read_text()[-2000:])
        raise
    finally:
        process.terminate()
        process.wait(20)


def _write_config(folder: Path, target: str) -> None:
    """Our configuration, as it is but for what depends on the place and the time."""
    config = yaml.safe_load((RULES / "prometheus.yml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    job = config["scrape_configs"][0]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [target], "labels": {"__meta_dns_name": "store"}}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    for name in config["rule_files"]:
        groups = [{**group, "interval": "1s"} for group in rule_groups(name)]
        (folder / name).write_text(yaml.safe_dump({"groups": groups}), "utf-8")


def _ready(server: Prometheus, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "Prometheus has ended"
    try:
        with urllib.request.urlopen(f"{server.url}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(done: Callable[[], bool], why: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, f"{why}, after {PATIENCE:g} s"
        time.sleep(0.1)
