"""The default sink: one SQLite file with full-text search. Blocking work runs in a thread of its own."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from services.runtime.shredding import shred
from services.stage import Transient
from services.store.dialect import SQLITE
from services.store.endings import LATELY, Lately, read_lately
from services.store.freshness import BROUGHT, Brought
from services.store.sqlite_file import bound, open_for_writing, transaction, translate
from services.store.tables import TABLES, TAKEDOWNS, Part, Row, Table
from services.store.takedown import ERASE, RETELL, TITLE, TOLD_WITH, members_of, retold, told_without

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

    async def shred(self) -> None:
        """Write the file anew without the pages that were freed. Raises Transient."""
        await self._in_thread(self._shred)

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
                    if row.takedown is not None:
                        _take_down(self._db, row.takedown)
                    _put(self._db, row)
        # The last two come from binding: a number over 64 bits, a lone surrogate.
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as exc:
            raise translate(self._path, exc) from exc

    def _shred(self) -> None:
        """A word that is deleted stays in a segment of the index until that is merged."""
        if self._db is None:
            raise RuntimeError("the store is used before open()")
        try:
            self._db.execute("INSERT INTO search (search) VALUES ('optimize')")
            emptied = shred(self._db)
        except sqlite3.Error as exc:
            raise translate(self._path, exc) from exc
        if not emptied:
            raise Transient("store-unavailable", f"{self._path}: somebody reads it, and keeps its log")

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


def _take_down(db: sqlite3.Connection, takedown: Row) -> None:
    """Enter it, and take out what is there of the page."""
    known = dict(zip(TAKEDOWNS.columns, bound(takedown.values), strict=True))
    page_id = str(known["page_id"])
    db.execute(UPSERT[TAKEDOWNS.name], bound(takedown.values))
    title = db.execute(TITLE, {"1": page_id}).fetchone()
    for story_id, record in db.execute(TOLD_WITH, {"1": page_id}).fetchall():
        told = retold(record, page_id, title and title[0])
        db.execute(RETELL, {"1": story_id, "2": told[0], "3": told[1]})
    for statement, names in ERASE.items():
        db.execute(statement, {str(number): known[name] for number, name in enumerate(names, 1)})


def _put(db: sqlite3.Connection, row: Row) -> None:
    if (members := members_of(row)) and (gone := db.execute(GONE, (json.dumps(members),)).fetchall()):
        row = told_without(row, [page_id for (page_id,) in gone])
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
        f"INSERT INTO {table.name} ({', '.join(names)}) {_given(table)}"
        f" ON CONFLICT ({', '.join(_quoted(table.key))}) {change}"
    )


def _given(table: Table) -> str:
    """The row that is given, or none where its page is taken down."""
    if table.guard is None:
        return f"VALUES ({', '.join('?' * len(table.columns))})"
    values = ", ".join(map(table.guard.value, table.columns))
    new = _each("? AS {0}", table.columns, ", ")
    return f"SELECT {values} FROM (SELECT {new}) new WHERE {table.guard.allowed}"  # noqa: S608 - names from tables.py


def _newer(table: Table) -> str:
    if table.version is not None:
        return f"excluded.{table.version} > {table.name}.{table.version}"
    return _each(f"{table.name}.{{0}} IS NOT excluded.{{0}}", table.columns, " OR ")


def _each(form: str, columns: Iterable[str], between: str) -> str:
    return between.join(form.format(name) for name in _quoted(columns))


def _quoted(columns: Iterable[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


GONE = "SELECT page_id FROM takedowns WHERE page_id IN (SELECT value FROM json_each(?))"
UPSERT = {name: _upsert(table) for name, table in TABLES.items()}
CLEAR = {
    name: f'DELETE FROM {name} WHERE "{table.key[0]}" = ?'  # noqa: S608 - names from tables.py
    for name, table in TABLES.items()
    if table.version is None
}
