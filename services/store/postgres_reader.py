"""A PostgreSQL database that is only read."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from asyncpg import Record

from services.runtime.place import Server
from services.store.dialect import POSTGRES
from services.store.postgres_server import FAILURES, connect, disconnect, translate
from services.store.query import Query, tsquery

T = TypeVar("T")

WITH_WORDS = "EXPLAIN (FORMAT JSON) SELECT 1 FROM search_text w WHERE {matches}"

PATIENCE = 5.0  # seconds to wait for a lock; only a migration takes one against readers


@dataclass(frozen=True, slots=True)
class ServerReader:
    """Keeps the promise of reading.py on a database."""

    engine: ClassVar[str] = "postgres"
    ask: Callable[..., list[Record]]

    def rows(self, query: str, *values: object) -> Iterator[dict[str, Any]]:
        """All at once; times as the text that SQLite keeps."""
        return map(_as_text, self.ask(query.format_map(POSTGRES), *values))

    def matching(self, query: Query) -> str:
        """Text for to_tsquery."""
        return tsquery(query)

    def prefer_indexes(self) -> None:
        """Its planner takes the words of 100,000 articles for as cheap to read as a column of numbers."""
        self.ask("SET LOCAL enable_seqscan = off")

    def with_words(self, asked: str, most: int) -> int:
        """What the planner expects. A phrase passes for as common as its words together."""
        (row,) = self.rows(WITH_WORDS, asked)
        (planned,) = json.loads(row["QUERY PLAN"])
        return min(int(planned["Plan"]["Plan Rows"]), most)


def _as_text(record: Record) -> dict[str, Any]:
    return {
        name: value.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(value, datetime)
        else value
        for name, value in record.items()
    }


@contextmanager
def read_server(server: Server) -> Iterator[ServerReader]:
    """A database that is only read, one snapshot. Raises Transient.

    asyncpg runs in a thread of its own, so that reading works the same with and without a running loop.
    """
    with closing(asyncio.new_event_loop()) as loop, ThreadPoolExecutor(1, "store-reader") as thread:

        def wait(work: Awaitable[T]) -> T:
            return thread.submit(loop.run_until_complete, work).result()

        try:
            connection = wait(connect(server, PATIENCE))
            try:
                snapshot = connection.transaction(isolation="repeatable_read", readonly=True)
                wait(snapshot.start())
                yield ServerReader(lambda query, *values: wait(connection.fetch(query, *values)))
            finally:
                wait(disconnect(connection))
        except FAILURES as exc:
            raise translate(server, exc) from exc
