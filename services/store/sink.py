"""What the service needs of a database. One file a database keeps this promise: sqlite, postgres."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.store.endings import Lately
from services.store.freshness import Brought
from services.store.tables import Row


class Sink(Protocol):
    """Rows that last. tests/contract/test_sinks.py holds every sink to it.

    A row is kept when its version is higher than the stored one's, with its parts; otherwise nothing
    happens. Of a page that is taken down nothing is kept that may hold its words, whatever its version. What
    was written when `write` returns survives kill -9.
    """

    async def open(self) -> None:
        """Connect and bring the layout up to date.

        Raises Transient("store-unavailable") for what may pass and MigrationRefused for what needs a person.
        """

    async def write(self, rows: Sequence[Row]) -> None:
        """All rows or none, in one transaction.

        Raises Transient("store-unavailable") while the database cannot be written, and
        Poison("row-refused") where it can never accept one of the rows.
        """

    async def brought(self) -> Mapping[str, Brought]:
        """What has come of each source, by source id; articles of none left out.

        Raises Transient("store-unavailable") while the database cannot be read.
        """

    async def lately(self, since: datetime) -> Mapping[str, Lately]:
        """How the last pages of each source ended since then, by id; every source that was told of.

        Raises Transient("store-unavailable") while the database cannot be read.
        """

    async def shred(self) -> None:
        """Have the database let go of what was erased, so far as it can. Takes minutes where it is large.

        Raises Transient("store-unavailable") where it cannot now.
        """

    async def close(self) -> None:
        """Let go of the database; a sink that is not open stays so."""
