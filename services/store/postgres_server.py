"""A PostgreSQL database: connected to and brought up to date, its errors in our words."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from services.runtime.place import Server
from services.stage import Poison, Transient
from services.store.migrate import Migration, MigrationRefused, known_migrations, pending_migrations

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

OLDEST = 15  # major version; this release is tested on 18, and asks for nothing newer than 15 has
CONNECTING = 5.0  # seconds to connect
ANSWERING = 30.0  # seconds one statement may take before the connection is given up
MIGRATING = 3600.0  # seconds one migration may take
LOCK = 0x53495257414E  # "SIRWAN": the advisory lock of whoever brings the layout up to date

FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

ROWS = frozenset({"22", "23", "54"})
"""Classes of SQLSTATE that are about a value: it does not fit, breaks a constraint, is over a limit."""

AGAIN = "it is tried again"
LAYOUT = "its layout is not this release's; `sirwan migrate` brings it up to date"
ADVICE: Mapping[str, str] = {
    "": "see that PostgreSQL runs there and that the address in SIRWAN_STORE is right",  # it did not answer
    "08": AGAIN,
    "28": "see the user in SIRWAN_STORE and the password in the file that SIRWAN_STORE_PASSWORD_FILE names;"
    " the server must take connections without TLS",
    "3D000": "create that database, or name another one in SIRWAN_STORE",
    "25006": "make the database writable: it is a standby, or set to read-only",
    "40": f"another store was at the same rows; {AGAIN}",
    "42501": "give this user the right to it, or run `sirwan migrate` as one who has it",
    "42P01": LAYOUT,
    "42703": LAYOUT,
    "53100": "make room on the volume the server writes to",
    "53300": "let the server have more connections (max_connections)",
    "55P03": f"another session holds it; {AGAIN}",
    "57": f"the server starts, stops or ends sessions; {AGAIN}",
}
"""What is wrong with the database rather than with a row, and the first move, by SQLSTATE or its class."""


def translate(server: Server, exc: Exception) -> Transient | Poison:
    """An error of the database as a refusal: of the server, which may pass, or of a row, for good."""
    if isinstance(exc, TimeoutError):
        why = "no answer in time; see that PostgreSQL runs there, and how busy it is"
        return Transient("store-unavailable", f"{server}: {why}")
    state = str(getattr(exc, "sqlstate", None) or "")
    said = next(iter(str(exc).splitlines()), "") or type(exc).__name__
    if state[:2] in ROWS:
        return Poison("row-refused", said)
    advice = ADVICE.get(state) or ADVICE.get(state[:2]) or "the server's own log says more"
    return Transient("store-unavailable", f"{server}: {said}; {advice}")


async def connect(server: Server, patience: float) -> Connection:
    """A session that waits `patience` seconds for a lock. Raises Transient."""
    try:
        return await asyncpg.connect(
            host=server.host,
            port=server.port,
            user=server.user,
            # Left out, asyncpg would look for these two in PG… variables and in the home folder.
            password=server.password or "",
            ssl=False,
            database=server.database,
            timeout=CONNECTING,
            command_timeout=ANSWERING,
            server_settings={
                "application_name": "sirwan",
                "lock_timeout": str(int(patience * 1000)),
                "synchronous_commit": "on",  # a commit that is acknowledged must outlive a power cut
            },
        )
    except (*FAILURES, ValueError) as exc:  # the last: a host that no resolver takes
        raise translate(server, exc) from exc


async def disconnect(connection: Connection) -> None:
    """Say goodbye, or just leave where nobody answers."""
    try:
        await connection.close(timeout=CONNECTING)
    except FAILURES:
        connection.terminate()


@asynccontextmanager
async def transaction(connection: Connection) -> AsyncIterator[None]:
    """All or nothing. asyncpg's own hides a broken connection behind its failure to roll back."""
    whole = connection.transaction()
    await whole.start()
    try:
        yield
    except BaseException:
        try:
            if not connection.is_closed():
                await whole.rollback()
        except FAILURES:
            connection.terminate()  # what came first says more
        raise
    await whole.commit()


async def bring_up_to_date(connection: Connection) -> Sequence[Migration]:
    """Apply what is pending, one process at a time; what that was.

    Raises MigrationRefused, and what asyncpg raises.
    """
    _refuse_misfit(connection)
    async with transaction(connection):
        # How long to wait is lock_timeout's to say.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK, timeout=MIGRATING)
        # Asked first: CREATE … IF NOT EXISTS needs the right to create even where there is nothing to do.
        if await connection.fetchval("SELECT to_regclass('migrations') IS NULL"):
            await connection.execute(
                "CREATE TABLE migrations (number integer PRIMARY KEY, name text NOT NULL,"
                " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
            )
        applied = {
            row["number"]: row["sha256"]
            for row in await connection.fetch("SELECT number, sha256 FROM migrations")
        }
        pending = pending_migrations(known_migrations("postgres"), applied)
        for migration in pending:
            await connection.execute(migration.sql, timeout=MIGRATING)
            await connection.execute(
                "INSERT INTO migrations (number, name, sha256) VALUES ($1, $2, $3)",
                migration.number,
                migration.name,
                migration.sha256,
            )
    return pending


def _refuse_misfit(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise MigrationRefused(
            f"the server is PostgreSQL {version.major}.{version.minor} and this release needs {OLDEST}"
            " or newer: upgrade the server"
        )
    encoding = connection.get_settings().server_encoding
    if encoding.upper() not in {"UTF8", "UTF-8"}:
        raise MigrationRefused(
            f"the database has the encoding {encoding} and this release needs UTF8:"
            " create it with `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`"
        )
