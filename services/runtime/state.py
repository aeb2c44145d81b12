"""What a stage must remember across restarts: one interface, on SQLite (here) and on Kafka (kafka_state)."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from services.stage import Memory, Remember, Transient


class State(Memory, Protocol):
    """A memory that can be written: the read view of services/stage.py, and changes that last."""

    async def open(self) -> None:
        """Restore everything remembered so far."""

    async def remember(self, changes: Sequence[Remember]) -> None:
        """Make the changes durable, in order; on return they survive kill -9. Raises Transient."""

    async def refresh(self) -> None:
        """Learn what other processes have remembered meanwhile. Raises Transient."""

    async def close(self) -> None:
        """Let go of files and connections."""


class SqliteState:
    """One table in one file; `:memory:` for tests."""

    def __init__(self, path: Path | str, stage: str) -> None:
        self._path = str(path)
        self._stage = stage
        self._db: sqlite3.Connection | None = None

    @property
    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            raise RuntimeError(f"the memory of {self._stage} is used before open()")
        return self._db

    async def open(self) -> None:
        """Open the file, creating it and the table where missing. Raises Transient."""
        try:
            self._db = sqlite3.connect(self._path, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS memory (stage TEXT, key TEXT, value BLOB NOT NULL,"
                " PRIMARY KEY (stage, key)) WITHOUT ROWID"
            )
        except sqlite3.DatabaseError as exc:
            raise Transient("state-unavailable", f"{self._path}: {exc}") from exc

    def get(self, key: str) -> bytes | None:
        """The value under `key`, or None."""
        found = self._open.execute(
            "SELECT value FROM memory WHERE stage = ? AND key = ?", (self._stage, key)
        ).fetchone()
        return found[0] if found else None

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """All pairs whose key begins with `prefix`, by key."""
        yield from self._open.execute(  # a range, which the index finds, among a million keys as well
            "SELECT key, value FROM memory WHERE stage = ? AND key >= ? AND key < ? ORDER BY key",
            (self._stage, prefix, prefix + "\U0010ffff"),
        )

    async def remember(self, changes: Sequence[Remember]) -> None:
        """All changes or none. Raises Transient while the file cannot be written."""
        try:
            with self._open as db:
                for change in changes:
                    if change.value is None:
                        db.execute(
                            "DELETE FROM memory WHERE stage = ? AND key = ?", (self._stage, change.key)
                        )
                    else:
                        db.execute(
                            "INSERT OR REPLACE INTO memory VALUES (?, ?, ?)",
                            (self._stage, change.key, change.value),
                        )
        except sqlite3.DatabaseError as exc:
            raise Transient("state-unavailable", f"{self._path}: {exc}") from exc

    async def refresh(self) -> None:
        """Nothing to do: every look is at the file."""

    async def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None
