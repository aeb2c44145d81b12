"""The default sink: one SQLite file with full-text search. Blocking work runs in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from services.store.dialect import SQLITE
from services.store.endings import LATELY, Lately, read_lately
from services.store.freshness import BROUGHT, Brought
from services.store.sqlite_file import bound, open_for_writing, transaction, translate
from services.store.tables import TABLES, Part, Row, Table

T = TypeVar("T")

PATIENCE = 5.0  # seconds to wait for another writer before the batch is given back


class SqliteSink:
    """Keeps the promise of sink.py in one file."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self._path = path
        self._patience = patience
        self._db: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def open(self) -> None:
        """Open the file, creating it where missing. Raises Transient, MigrationRefused."""
        await self._in_thread(self._open)

    async def write(self, rows: Sequence[Row]) -> None:
        """All rows or none. Raises Transient, Poison("row-refused")."""
        await self._in_thread(lambda: self._write(rows))

    async def brought(self) -> Mapping[str, Brought]:
        """What has come of each source. Raises Transient."""
        return {
            source_id: msgspec.convert(rest, Brought)
            for source_id, rest in await self._in_thread(lambda: self._by_source(BROUGHT))
        }

    async def lately(self, since: datetime) -> Mapping[str, Lately]:
        """How the last pages of each source ended. Raises Transient."""
        found = await self._in_thread(lambda: self._by_source(LATELY, since))
        return read_lately(row for _, row in found)

    async def close(self) -> None:
        """Close the file and end the thread; a closed sink is not opened again."""
        await self._in_thread(self._close)
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        # SQLite's connection belongs to the thread that opened it.
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # Work in the thread goes on when the caller is cancelled, so it is the thread that keeps the connection.
    def _open(self) -> None:
        self._db = open_for_writing(self._path, self._patience)

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _write(self, rows: Sequence[Row]) -> None:
        if self._db is None:
            raise RuntimeError("the store is used before open()")
        try:
            with transaction(self._db):
                for row in rows:
                    _put(self._db, row)
        # The last two come from binding: a number over 64 bits, a lone surrogate.
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as exc:
            raise translate(self._path, exc) from exc

    def _by_source(self, query: str, *values: object) -> list[tuple[str, dict[str, Any]]]:
        """The rows of a query whose first column is the id of a source."""
        if self._db is None:
            raise RuntimeError("the store is used before open()")
        given = {str(number): value for number, value in enumerate(bound(values), 1)}
        try:
            found = self._db.execute(query.format_map(SQLITE), given)
            names = [column[0] for column in found.description]
            return [(row[0], dict(zip(names, row, strict=True))) for row in found]
        except sqlite3.Error as exc:
            raise translate(self._path, exc) from exc


def _put(db: sqlite3.Connection, row: Row) -> None:
    won = db.execute(UPSERT[row.table.name], bound(row.values)).rowcount
    if won:
        for part in row.parts:
            _replace(db, row.key[0], part)


def _replace(db: sqlite3.Connection, owner: object, part: Part) -> None:
    table = part.table
    if not table.single:
        db.execute(CLEAR[table.name], (owner,))
    db.executemany(UPSERT[table.name], map(bound, part.rows))


def _upsert(table: Table) -> str:
    """Insert; where the key is there already, the newer row replaces it and any other is a no-op."""
    names = _quoted(table.columns)
    change = f"DO UPDATE SET {_each('{0} = excluded.{0}', table.columns, ', ')} WHERE {_newer(table)}"
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names from tables.py
        f" ON CONFLICT ({', '.join(_quoted(table.key))}) {change}"
    )


def _newer(table: Table) -> str:
    if table.version is not None:
        return f"excluded.{table.version} > {table.name}.{table.version}"
    return _each(f"{table.name}.{{0}} IS NOT excluded.{{0}}", table.columns, " OR ")


def _each(form: str, columns: Iterable[str], between: str) -> str:
    return between.join(form.format(name) for name in _quoted(columns))


def _quoted(columns: Iterable[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


UPSERT = {name: _upsert(table) for name, table in TABLES.items()}
CLEAR = {
    name: f'DELETE FROM {name} WHERE "{table.key[0]}" = ?'  # noqa: S608 - names from tables.py
    for name, table in TABLES.items()
    if table.version is None
}
