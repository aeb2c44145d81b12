"""A real Kafka broker for tests: somebody else's, or one started here from jars fetched by Maven.

By hand: `python -m tests.broker start|stop|kill|status`; it keeps its data in `.cache/kafka/data`.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "deploy" / "broker"
CACHE = ROOT / ".cache" / "kafka"
PATIENCE = 60.0  # seconds to come up or go down; 4-8 s measured on two loaded cores
CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"  # any 16 bytes in base64; the same, so that data can be started again
HEAP = ("-Xms256m", "-Xmx512m")


class Unavailable(Exception):
    """There is no broker to be had here; the message says what is missing."""


def fetch_jars() -> Path:
    """The folder with the broker's jars, filled by Maven the first time. Raises Unavailable."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise Unavailable(f"no `{tool}` on this machine: install it, or set SIRWAN_TEST_KAFKA=host:port")
    recipe = (RECIPE / "pom.xml").read_bytes()
    jars = CACHE / f"jars-{hashlib.sha256(recipe).hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once fetch once
        if not jars.exists():
            _copy_jars(jars)
    return jars


def _copy_jars(jars: Path) -> None:
    partial = jars.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    run = subprocess.run(
        ["mvn", "-B", "-q", "dependency:copy-dependencies", f"-DoutputDirectory={partial}",
         "-DincludeScope=runtime"],
        cwd=RECIPE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode != 0:
        raise Unavailable(f"Maven could not fetch the broker's jars: {(run.stdout + run.stderr)[-300:]}")
    partial.rename(jars)


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Broker:
    """One broker: its address, its folder, and its process if it runs.

    The folder and the port outlive the process, so it can be killed and started again.
    """

    home: Path
    port: int
    controller: int
    process: "subprocess.Popen[bytes] | None" = None  # where we started it ourselves

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Process id while the broker runs."""
        try:
            pid = int((self.home / "pid").read_text())
            os.kill(pid, 0)
            if str(self.home) not in Path(f"/proc/{pid}/cmdline").read_text():
                return None  # the number belongs to somebody else by now
        except (OSError, ValueError):
            return None
        return pid

    def start(self) -> None:
        """Start and wait until clients are served; does nothing while it runs. Raises Unavailable."""
        if self.pid is not None:
            return
        java = self.prepare()
        config = self.home / "server.properties"
        with (self.home / "broker.log").open("wb") as log:
            process = self.process = subprocess.Popen(
                [*java, *HEAP, "-XX:+ExitOnOutOfMemoryError", "kafka.Kafka", str(config)],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        (self.home / "pid").write_text(str(process.pid))
        self._await_ready(process)

    def prepare(self) -> list[str]:
        """Fetch the jars and format the storage where missing. Returns the start of a Java command line."""
        java = ["java", f"-Dlog4j2.configurationFile={RECIPE / 'log4j2.properties'}"]
        java += ["-Djava.awt.headless=true", "-cp", f"{fetch_jars()}/*"]
        self._format(java)
        return java

    def _format(self, java: list[str]) -> None:
        data = self.home / "data"
        self.home.mkdir(parents=True, exist_ok=True)
        config = self.home / "server.properties"
        config.write_text(self.properties(data))
        if not (data / "meta.properties").exists():
            run = subprocess.run(
                [*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(config), *self.first],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if run.returncode != 0:
                raise Unavailable(f"the broker's storage cannot be formatted: {run.stdout[-500:]}")

    @property
    def first(self) -> list[str]:
        """What a new storage is formatted with beside."""
        return []

    def properties(self, data: Path) -> str:
        """The file server.properties."""
        text = (RECIPE / "server.properties").read_text()
        for name, value in (("PORT", self.port), ("CONTROLLER", self.controller), ("DATA", data)):
            text = text.replace(f"@{name}@", str(value))
        return text

    def _await_ready(self, process: "subprocess.Popen[bytes]") -> None:
        log = self.home / "broker.log"
        end = time.monotonic() + PATIENCE
        while "Kafka Server started" not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > end:
                raise Unavailable(f"the broker did not come up: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process and wait until it is gone."""
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, how)
        if self.process is not None and self.process.pid == pid:
            self.process.wait(PATIENCE)
            return
        end = time.monotonic() + PATIENCE
        while self.pid == pid and time.monotonic() < end:
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9: as a power cut would."""
        self.stop(signal.SIGKILL)


def new_broker(home: Path) -> Broker:
    """A broker in `home` on free ports, not started."""
    return Broker(home, free_port(), free_port())


def main(arguments: list[str]) -> int:
    """Start, stop, kill or show the developer's broker on port 19092."""
    broker = Broker(CACHE / "dev", 19092, 19093)
    verbs: dict[str, Callable[[], None]] = {
        "start": broker.start, "stop": broker.stop, "kill": broker.kill, "status": lambda: None,
    }  # fmt: skip
    if len(arguments) != 1 or arguments[0] not in verbs:
        sys.stderr.write(f"usage: python -m tests.broker {'|'.join(verbs)}\n")
        return 2
    try:
        verbs[arguments[0]]()
    except Unavailable as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    sys.stdout.write(f"{broker.address} {'runs' if broker.pid else 'does not run'}, {broker.home}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
