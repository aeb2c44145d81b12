"""An SQLite file: opened for writing or reading, brought up to date, its errors in our words."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from services.stage import Poison, Transient
from services.store.dialect import SQLITE
from services.store.migrate import Migration, known_migrations, pending_migrations
from services.store.query import Query, fts5

WITH_WORDS = "SELECT count(*) AS found FROM (SELECT 1 FROM search WHERE search MATCH $1 LIMIT $2) c"

READING_PATIENCE = 5.0  # seconds a reader waits for a lock; in WAL mode it practically never has to

ADVICE: Mapping[int, str] = {
    sqlite3.SQLITE_ERROR: "its layout is not this release's; start the store once, that brings it up to date",
    sqlite3.SQLITE_PERM: "give this user the right to write the file and its folder",
    sqlite3.SQLITE_BUSY: "another process is writing; it is tried again",
    sqlite3.SQLITE_LOCKED: "another process is writing; it is tried again",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable for this user",
    sqlite3.SQLITE_IOERR: "check the volume it lies on",
    sqlite3.SQLITE_CORRUPT: "stop, and restore it from a backup",
    sqlite3.SQLITE_FULL: "make room on the volume it lies on",
    sqlite3.SQLITE_CANTOPEN: "see that its folder exists and is writable for this user",
    sqlite3.SQLITE_PROTOCOL: "another process is opening it; it is tried again",
    sqlite3.SQLITE_NOTADB: "it is some other file; name another path",
}
"""What is wrong with the file rather than with a row, and the first move, by primary result code."""


def translate(path: Path, exc: Exception) -> Transient | Poison:
    """An error of the database as a refusal: of the file, which may pass, or of a row, for good."""
    advice = ADVICE.get(getattr(exc, "sqlite_errorcode", -1) & 0xFF)
    if advice is None:
        return Poison("row-refused", str(exc))
    return Transient("store-unavailable", f"{path}: {exc}; {advice}")


def open_for_writing(path: Path, patience: float) -> sqlite3.Connection:
    """The file with the newest layout, in WAL mode; waits `patience` seconds for a lock.

    Raises Transient, and MigrationRefused for a layout that this release cannot use.
    """
    return open_and_migrate(path, patience)[0]


def open_and_migrate(path: Path, patience: float) -> tuple[sqlite3.Connection, Sequence[Migration]]:
    """The same, and what was applied."""
    db: sqlite3.Connection | None = None
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=patience)
        db.execute("PRAGMA journal_mode = WAL")
        # NORMAL would do for kill -9, but offsets live on another machine: after a power cut they must
        # not be ahead of the store. A commit of 200 rows hides the fsync.
        db.execute("PRAGMA synchronous = FULL")
        with transaction(db):
            applied = _migrate(db)
    except sqlite3.Error as exc:
        _let_go(db)
        raise translate(path, exc) from exc
    except Exception:
        _let_go(db)
        raise
    return db, applied


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; holds the file's write lock from the start."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class FileReader:
    """Keeps the promise of reading.py on a file."""

    engine: ClassVar[str] = "sqlite"
    db: sqlite3.Connection

    def rows(self, query: str, *values: object) -> Iterator[dict[str, Any]]:
        """One by one, as they are found."""
        given = {str(number): value for number, value in enumerate(bound(values), 1)}
        return map(dict, self.db.execute(query.format_map(SQLITE), given))

    def matching(self, query: Query) -> str:
        """An FTS5 expression."""
        return fts5(query)

    def prefer_indexes(self) -> None:
        """As it does anyway."""

    def with_words(self, asked: str, most: int) -> int:
        """Counted, in under a millisecond for some thousands."""
        (row,) = self.rows(WITH_WORDS, asked, most)
        return int(row["found"])


def bound(values: Iterable[object]) -> list[object]:
    """Values as the file keeps them: a time is text in UTC, which sorts as the times do."""
    return [
        value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for value in values
    ]


@contextmanager
def read_file(path: Path) -> Iterator[FileReader]:
    """A file that is only read, one snapshot. Raises Transient."""
    uri = f"file:{quote(str(path))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=READING_PATIENCE)) as db:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN")
            yield FileReader(db)
    except sqlite3.Error as exc:
        raise translate(path, exc) from exc


def _migrate(db: sqlite3.Connection) -> Sequence[Migration]:
    db.execute(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " sha256 TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT"
    )
    applied = dict(db.execute("SELECT number, sha256 FROM migrations").fetchall())
    pending = pending_migrations(known_migrations("sqlite"), applied)
    for migration in pending:
        for statement in _statements(migration.sql):
            db.execute(statement)
        db.execute(
            "INSERT INTO migrations (number, name, sha256) VALUES (?, ?, ?)",
            (migration.number, migration.name, migration.sha256),
        )
    return pending


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit before the first one."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _let_go(db: sqlite3.Connection | None) -> None:
    if db is not None:
        db.close()
