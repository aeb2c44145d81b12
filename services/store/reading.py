"""Reading what is stored, wherever it is: one snapshot that cannot write, rows by column name."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from services.runtime.place import Place, Server
from services.store.postgres_reader import read_server
from services.store.query import Query
from services.store.sqlite_file import read_file


class Reader(Protocol):
    """A store while it is read. Rows are the same on every engine: times are RFC 3339 text in UTC."""

    @property
    def engine(self) -> str:
        """sqlite | postgres: whose migrations it has."""

    def rows(self, query: str, *values: object) -> Iterable[dict[str, Any]]:
        """The rows of a query with words of services/store/dialect.py in braces; the values are $1, $2 …"""

    def matching(self, query: Query) -> str:
        """What was searched for, as this engine's index reads it."""

    def prefer_indexes(self) -> None:
        """Let what follows go through indexes, where the engine would misjudge what reading words costs."""

    def with_words(self, asked: str, most: int) -> int:
        """How many articles have what `matching` gave: counted up to `most`, or estimated in no time."""


@contextmanager
def reading(place: Place) -> Iterator[Reader]:
    """The store at a place. Raises Transient("store-unavailable")."""
    with read_server(place) if isinstance(place, Server) else read_file(place) as reader:
        yield reader


def storable(value: str) -> str:
    """A value to compare with, as every engine can take it: broken bytes and NUL match nothing."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
