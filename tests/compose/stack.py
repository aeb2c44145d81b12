"""The deployment under test: docker compose with a project name, ports and secrets of its own."""

import json
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime.clock import SystemClock
from services.runtime.kafka_connect import KafkaSettings
from tests.broker import free_port
from tests.compose.engine import ROOT
from tests.prometheus import Prometheus

PROJECT, IMAGE = "sirwan-test", "sirwan:test"
FILES = ("--file", "docker-compose.yml", "--file", "tests/compose/override.yml")
COMPOSE = ("compose", "--project-name", PROJECT, *FILES)

# Every row of a table but for some columns, in an order that does not depend on where it lies.
ROWS = """
SELECT '{table}', count(*), md5(string_agg(said, '|' ORDER BY said))
  FROM (SELECT (to_jsonb(t) - string_to_array('{without}', ','))::text AS said FROM {table} AS t)
"""
# To all of a container's processes: the first is an init. A moment between two signals is long enough to wake
# up, and to begin with what lies there.
SEND = """
import os, sys, time
pid, *numbers = sys.argv[1:]
for number in map(int, numbers):
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        for each in [*children.read().split(), pid]:
            os.kill(int(each), number)
    time.sleep(0.1)
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


class Failed(Exception):
    """A promise of the deployment was not kept; the message says which."""


@dataclass(slots=True)
class Stack:
    """One running deployment."""

    environment: Mapping[str, str]
    clock: SystemClock

    @property
    def kafka(self) -> KafkaSettings:
        """The broker as consumers outside reach it."""
        return KafkaSettings(f"127.0.0.1:{self.environment['KAFKA_PORT']}")

    def docker(self, *arguments: str) -> str:
        """What `docker …` prints. Raises Failed with its last words."""
        run = self._run(*arguments)
        if run.returncode:
            raise Failed(f"docker {' '.join(arguments)}: {run.stderr.strip()[-800:]}")
        return run.stdout

    def _run(self, *arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        command, environment = ["docker", *arguments], {**self.environment, **changes}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def refused(self, *arguments: str, **changes: str) -> str:
        """The last words of a `docker compose …` that fails, other settings given. Raises Failed if not."""
        run = self._run(*COMPOSE, *arguments, **changes)
        if not run.returncode:
            raise Failed(f"docker compose {' '.join(arguments)} should have failed: {changes}")
        return run.stdout + run.stderr

    def status(self, *how: str) -> Any:
        """What `sirwan status` says in the store's container, or in another that `compose` starts: `how`."""
        run = self._run(*COMPOSE, *(how or ("exec", "-T")), "store", "sirwan", "status", "--json")
        if run.returncode not in (0, 1):
            raise Failed(f"sirwan status: {run.returncode} {run.stdout[-300:]}{run.stderr[-300:]}")
        return json.loads(run.stdout)

    @property
    def prometheus(self) -> Prometheus:
        """Its Prometheus as it is reached outside."""
        return Prometheus(f"http://127.0.0.1:{self.environment['PROMETHEUS_PORT']}")

    def complaints(self) -> str:
        """What compose has to say against docker-compose.yml, alone and made secure, without a file .env."""
        files = ("--file", "docker-compose.yml", "--file", "docker-compose.secure.yml")
        config = ("--profile", "*", "config", "--quiet")
        return "".join(self._run("compose", *each, *config).stderr for each in ((), files)).strip()

    def compose(self, *arguments: str) -> str:
        """What `docker compose …` prints."""
        return self.docker(*COMPOSE, *arguments)

    def containers(self, service: str) -> list[str]:
        """Ids of a service's containers, running or not."""
        return self.compose("ps", "--all", "--quiet", service).split()

    def inspect(self, container: str, what: str) -> str:
        """One field of a container."""
        return self.docker("inspect", "--format", "{{." + what + "}}", container).strip()

    def signal(self, container: str, *numbers: signal.Signals) -> None:
        """One after the other from outside: after `docker kill` nothing is restarted, it counts as a wish."""
        seen = ["--pid", "host", "--user", "0:0", "--network", "none"]
        to = [self.inspect(container, "State.Pid"), *(str(number.value) for number in numbers)]
        self.docker("run", "--rm", *seen, IMAGE, "python", "-c", SEND, *to)

    async def recovered(self, container: str, restarts: int, seconds: float = 90.0) -> None:
        """Return once it was restarted more often than that, and is healthy."""

        def back() -> bool:
            again = int(self.inspect(container, "RestartCount")) > restarts
            return again and self.inspect(container, "State.Health.Status") == "healthy"

        await self.until(f"{self.inspect(container, 'Name')} healthy again", back, seconds)

    async def until(self, what: str, holds: Callable[[], bool], seconds: float) -> None:
        """Return once it holds. Raises Failed after so many seconds."""
        end = self.clock.steady() + seconds
        while not holds():
            if self.clock.steady() > end:
                raise Failed(f"not within {seconds:g} s: {what}")
            await self.clock.sleep(0.3)

    def sql(self, query: str) -> list[str]:
        """Lines that a query gives in the store."""
        said = self.compose(
            "exec", "-T", "postgres", "psql", "-qAt", "-U", "sirwan", "-d", "sirwan", "-c", query
        )
        return said.split()

    def content(self, without: str = "") -> list[str]:
        """Name, number of rows and digest of every table of the store, without the columns `a,b`."""
        tables = self.sql(TABLES)
        return [line for table in tables for line in self.sql(ROWS.format(table=table, without=without))]

    def add_sources(self, name: str, text: str) -> None:
        """Put one more file into the folder of sources, as an operator does."""
        Path(self.environment["SOURCES_FOLDER"], name).write_text(text, "utf-8")

    def ready(self, service: str) -> bool:
        """What its health check asks, asked now: a container is called unhealthy only after a minute."""
        asked = ["exec", "-T", service, "python", "-m", "services.runtime.ready", "9100"]
        return self._run(*COMPOSE, *asked).returncode == 0

    def health(self, service: str) -> set[str]:
        """What its containers' health checks say: healthy, unhealthy, starting."""
        return {self.inspect(each, "State.Health.Status") for each in self.containers(service)}

    def show_trouble(self) -> str:
        """What there is to see when something failed."""
        return self.compose("ps", "--all") + self.compose("logs", "--no-color", "--tail", "60")

    def remove(self) -> None:
        """Containers, networks and volumes, everything."""
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "10")


def new_stack(environment: Mapping[str, str], folder: Path) -> Stack:
    """A deployment that shares nothing with another on this machine and ignores .env; not started."""
    kept = {name: value for name, value in environment.items() if not name.startswith("SIRWAN_")}
    ours = {
        **{name: str(free_port()) for name in ("KAFKA_PORT", "POSTGRES_PORT", "PROMETHEUS_PORT", "WEB_PORT")},
        "SERVICE_IMAGE": IMAGE,
        "SOURCES_FOLDER": str(folder / "sources"),
        "SECRETS_FOLDER": str(folder / "secrets"),
        "SIRWAN_PARTITIONS": "6",  # so that three replicas have two each
        "COMPOSE_DISABLE_ENV_FILE": "1",
    }
    return Stack(kept | ours, SystemClock())
