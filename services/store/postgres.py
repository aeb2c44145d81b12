"""The sink for many readers and writers: a PostgreSQL database. A batch is one statement a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from asyncpg import PostgresError, Record

from services.runtime.place import Server
from services.store.dialect import POSTGRES
from services.store.endings import LATELY, Lately, read_lately
from services.store.freshness import BROUGHT, Brought
from services.store.postgres_server import (
    FAILURES,
    Connection,
    bring_up_to_date,
    connect,
    disconnect,
    transaction,
    translate,
)
from services.store.tables import ARTICLES, TABLES, TAKEDOWNS, Row, Table, Value, Values
from services.store.takedown import ERASE, RETELL, TITLE, TOLD_WITH, members_of, retold, told_without

PATIENCE = 5.0  # seconds to wait for another session's lock before the batch is given back

VACUUMING = 3600.0  # seconds the server may take to free what was deleted
TAKING_DOWN = (
    0x534952474F4E45  # "SIRGONE": an advisory lock; a takedown alone holds it, or any number of batches
)

GONE = "SELECT page_id FROM takedowns WHERE page_id = ANY($1)"
TYPES = (
    "SELECT attname, format_type(atttypid, NULL) AS kind FROM pg_attribute"
    " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"
)


class PostgresSink:
    """Keeps the promise of sink.py in one database; any number of processes may write it at once.

    Every batch locks its rows in the same order, by table and key, so that two of them never wait for each
    other in a circle.
    """

    def __init__(self, server: Server, patience: float = PATIENCE) -> None:
        self._server = server
        self._patience = patience
        self._connection: Connection | None = None
        self._statements: Mapping[str, Statements] = {}

    async def open(self) -> None:
        """Connect and bring the layout up to date. Raises Transient, MigrationRefused."""
        connection = await self._connected()
        try:
            await bring_up_to_date(connection)
            self._statements = {
                table.name: _statements(table, await connection.fetch(TYPES, table.name))
                for table in TABLES.values()
            }
        except FAILURES as exc:
            raise translate(self._server, exc) from exc

    async def write(self, rows: Sequence[Row]) -> None:
        """All rows or none. Raises Transient, Poison("row-refused")."""
        takedowns = {row.takedown.key: row.takedown for row in rows if row.takedown is not None}
        batch = _newest([row for row in rows if row.takedown or not _of_page(row, takedowns)])
        connection = await self._connected()
        try:
            async with transaction(connection):
                await self._take_down(connection, takedowns)
                await self._put(connection, batch)
        # The second comes from binding: a lone surrogate.
        except (*FAILURES, UnicodeEncodeError) as exc:
            if not isinstance(exc, (PostgresError, UnicodeEncodeError)):
                connection.terminate()  # no answer of the server: who knows what comes next on it
            raise translate(self._server, exc) from exc

    async def shred(self) -> None:
        """Free what was deleted; the server overwrites it by and by. Raises Transient."""
        connection = await self._connected()
        try:
            await connection.execute(f"VACUUM {', '.join(TABLES)}", timeout=VACUUMING)
        except FAILURES as exc:
            raise translate(self._server, exc) from exc

    async def brought(self) -> Mapping[str, Brought]:
        """What has come of each source. Raises Transient."""
        found = await self._fetch(BROUGHT)
        return {each["source_id"]: msgspec.convert(dict(each), Brought) for each in found}

    async def lately(self, since: datetime) -> Mapping[str, Lately]:
        """How the last pages of each source ended. Raises Transient."""
        return read_lately(map(dict, await self._fetch(LATELY, since)))

    async def _fetch(self, query: str, *values: object) -> list[Record]:
        connection = await self._connected()
        try:
            return await connection.fetch(query.format_map(POSTGRES), *values)
        except FAILURES as exc:
            raise translate(self._server, exc) from exc

    async def close(self) -> None:
        """Disconnect."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await disconnect(connection)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._server, self._patience)
        return self._connection

    async def _take_down(self, connection: Connection, takedowns: Mapping[Values, Row]) -> None:
        """Enter them, and take out what is there of the pages.

        Batches of any other process that wrote before this are seen, and those that write after it see this.
        """
        lock = "SELECT pg_advisory_xact_lock($1)" if takedowns else "SELECT pg_advisory_xact_lock_shared($1)"
        await connection.execute(lock, TAKING_DOWN)
        for key in sorted(takedowns, key=str):
            values = takedowns[key].values
            known = dict(zip(TAKEDOWNS.columns, values, strict=True))
            page_id = str(known["page_id"])
            await connection.execute(self._statements[TAKEDOWNS.name].upsert, *_columns([values]))
            title = await connection.fetchval(TITLE, page_id)
            for told in await connection.fetch(TOLD_WITH, page_id):
                await connection.execute(RETELL, told["story_id"], *retold(told["record"], page_id, title))
            for statement, names in ERASE.items():
                await connection.execute(statement, *(known[name] for name in names))

    async def _told(self, connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows of stories without the pages that are taken down."""
        named = [page_id for row in rows for page_id in members_of(row)]
        gone = {each["page_id"] for each in await connection.fetch(GONE, named)} if named else set()
        return [told_without(row, gone) if gone.intersection(members_of(row)) else row for row in rows]

    async def _put(self, connection: Connection, batch: Mapping[str, Sequence[Row]]) -> None:
        kept: list[Row] = []
        for table, given in batch.items():
            rows = await self._told(connection, given)
            upsert = self._statements[table].upsert
            won = await connection.fetch(upsert, *_columns(each.values for each in rows))
            keys = {tuple(record) for record in won}
            kept += [each for each in rows if each.key in keys]
        for table, (owners, values) in _parts(kept).items():
            statements = self._statements[table]
            if not TABLES[table].single:
                await connection.execute(statements.clear, owners)
            if values:
                await connection.execute(statements.upsert, *_columns(values))


@dataclass(frozen=True, slots=True)
class Statements:
    """What is said of one table: columns come as arrays, one a column."""

    upsert: str  # gives back the keys of the rows that won
    clear: str  # everything of these owners; for a table whose rows belong to others


def _of_page(row: Row, takedowns: Mapping[Values, Row]) -> bool:
    """Whether it is an article that a takedown of the same batch forbids."""
    return row.table is ARTICLES and row.key in takedowns


def _newest(rows: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    """By table, each key once: the first row with its highest version, as if they had come one by one."""
    newest: dict[str, dict[Values, Row]] = {name: {} for name in TABLES}
    for row in rows:
        met = newest[row.table.name]
        if row.key not in met or _version(row) > _version(met[row.key]):
            met[row.key] = row
    return {name: sorted(met.values(), key=lambda row: row.key) for name, met in newest.items() if met}


def _version(row: Row) -> Any:
    return row.values[row.table.columns.index(row.table.version or "")]


def _parts(rows: Iterable[Row]) -> Mapping[str, tuple[list[Value], list[Values]]]:
    """By table, whose parts are replaced there and what they are now."""
    found: dict[str, tuple[list[Value], list[Values]]] = {}
    for row in rows:
        for part in row.parts:
            owners, values = found.setdefault(part.table.name, ([], []))
            owners.append(row.key[0])
            values.extend(part.rows)
    return found


def _columns(rows: Iterable[Values]) -> list[tuple[Value, ...]]:
    return list(zip(*rows, strict=True))


def _statements(table: Table, columns: Iterable[Record]) -> Statements:
    """The layout says of which type a column is; this file knows none by name."""
    kinds = {column["attname"]: column["kind"] for column in columns}
    arrays = ", ".join(f"${number}::{kinds[name]}[]" for number, name in enumerate(table.columns, 1))
    key = _quoted(table.key)
    change = ", ".join(f"{name} = excluded.{name}" for name in _quoted(table.columns).split(", "))
    return Statements(
        upsert=f"INSERT INTO {table.name} AS stored ({_quoted(table.columns)})"
        f" {_given(table, arrays)}"
        f" ON CONFLICT ({key}) DO UPDATE SET {change} WHERE {_newer(table)} RETURNING {key}",
        clear=f'DELETE FROM {table.name} WHERE "{table.key[0]}" = ANY($1)',  # noqa: S608 - names from tables.py
    )


def _given(table: Table, arrays: str) -> str:
    """The rows that are given, without those whose page is taken down."""
    if table.guard is None:
        return f"SELECT * FROM unnest({arrays})"  # noqa: S608 - names from tables.py
    values = ", ".join(map(table.guard.value, table.columns))
    new = f"unnest({arrays}) new({_quoted(table.columns)})"
    return f"SELECT {values} FROM {new} WHERE {table.guard.allowed}"  # noqa: S608 - names from tables.py


def _newer(table: Table) -> str:
    if table.version is not None:
        return f"excluded.{table.version} > stored.{table.version}"
    stored, excluded = (_quoted(table.columns, of) for of in ("stored.", "excluded."))
    return f"({stored}) IS DISTINCT FROM ({excluded})"


def _quoted(columns: Iterable[str], of: str = "") -> str:
    return ", ".join(f'{of}"{column}"' for column in columns)
