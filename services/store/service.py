"""The store as a service: many messages, one transaction, and patience while the database is away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat

import structlog

from schemas.records import Record
from schemas.topics import ARTICLES_ENRICHED, DEAD_LETTERS, JOURNAL, SOURCES, STORIES, Topic
from services.runtime.bus import Message
from services.runtime.clock import Clock
from services.runtime.health import Health
from services.runtime.service import Service
from services.stage import Outgoing, Poison, Transient
from services.store.delivered import Delivered
from services.store.endings import WINDOW
from services.store.migrate import MigrationRefused
from services.store.rows import Delivery, row_of
from services.store.sink import Sink
from services.store.tables import Row

log = structlog.get_logger()

KEPT: tuple[Topic[Record], ...] = (ARTICLES_ENRICHED, STORIES, JOURNAL, SOURCES, *DEAD_LETTERS.values())

BATCH = 200  # rows of one transaction: it bounds what a crash repeats, and pays for one fsync
OLDEST = 0.02  # seconds a row waits for company
CONCURRENCY = 500  # messages in hand: two batches and a half, so the next is full when one is committed
LOOK = 600.0  # seconds between two looks at what the database holds of each source, while rows come
LOOK_AGAIN = 30.0  # the same after one that failed
BACKOFF = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between two tries; the last one stays
CAUSE = "store"  # what the health of the process calls a database that is away
AWAY = (Transient, MigrationRefused)  # the second may pass too: an operator puts the right release in place
YEAR = 365 * 24 * 3600.0  # no time limit: a message waits for the database, and is never dead for its absence


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: Row
    written: asyncio.Future[None]


class StoreService:
    """Puts rows together into transactions; each handler returns when its own row has been committed."""

    def __init__(self, sink: Sink, clock: Clock, health: Health, delivered: Delivered) -> None:
        self._sink = sink
        self._clock = clock
        self._health = health
        self._delivered = delivered
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._opened = False
        self._look_at = 0.0  # steady seconds

    def service(self) -> Service:
        """What the runtime runs. Only articles and stories have a fate: the rest is the journal itself."""
        own = {ARTICLES_ENRICHED.name, STORIES.name}
        return Service(
            "store",
            KEPT,
            self.handle,
            concurrency=CONCURRENCY,
            seconds=YEAR,
            bookkeeping=frozenset(topic.name for topic in KEPT) - own,
        )

    @property
    def waiting(self) -> int:
        """Rows that wait for a transaction."""
        return self._queue.qsize()

    async def start(self) -> None:
        """Open the database, or go on trying in the background. Raises MigrationRefused."""
        with suppress(Transient):
            await self._attempt(self._open)
            await self._inform()
        self._writer = asyncio.create_task(self._write_batches(), name="store-writer")

    async def stop(self) -> None:
        """Close. Handlers still waiting are cancelled: their messages were not written and come again."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        while not self._queue.empty():
            self._queue.get_nowait().written.cancel()
        await self._sink.close()

    async def handle(self, record: Record, message: Message) -> Sequence[Outgoing]:
        """Keep one record; returns once it is committed. Raises Poison("row-refused" | "bad-time")."""
        headers = message.headers
        delivery = Delivery(message.value or b"", headers.get("ce_subject", ""), headers.get("ce_time", ""))
        waiting = _Waiting(row_of(record, delivery), asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)  # before any await: rows keep the order of their messages
        await waiting.written
        return ()

    async def _write_batches(self) -> None:
        await self._persist(self._open)
        while True:
            await self._inform()
            batch = await self._gather()
            try:
                await self._commit(batch)
            finally:  # cancelled in between: what was not answered will not be
                for waiting in batch:
                    waiting.written.cancel()

    async def _gather(self) -> list[_Waiting]:
        """The rows of one transaction: full, or as old as a row may get."""
        batch = [await self._queue.get()]
        with suppress(TimeoutError):
            async with asyncio.timeout(OLDEST):
                while len(batch) < BATCH:
                    batch.append(await self._queue.get())
        return batch

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        """Write a batch; halve one that holds a row no database accepts, until that row is alone."""
        rows = [waiting.row for waiting in batch]
        (error,) = await asyncio.gather(self._persist(lambda: self._sink.write(rows)), return_exceptions=True)
        if isinstance(error, Poison) and len(batch) > 1:
            middle = len(batch) // 2
            await self._commit(batch[:middle])
            await self._commit(batch[middle:])
            return
        if isinstance(error, Poison):
            error = Poison(error.reason, f"{rows[0].table.name} {rows[0].key}: {error.detail}")
        if error is None:
            self._delivered.committed(rows)
        for waiting in batch:
            _answer(waiting.written, error)

    async def _persist(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it, however long the database is away. Raises what waiting does not mend."""
        for wait in chain(BACKOFF, repeat(BACKOFF[-1])):
            try:
                await self._attempt(work)
            except AWAY:
                await self._clock.sleep(wait)
            else:
                return

    async def _attempt(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except AWAY as exc:
            if self._health.blocked(CAUSE, str(exc)):
                log.warning("store-unavailable", why=str(exc))
            raise
        if self._health.cleared(CAUSE):
            log.info("store-resumed")

    async def _open(self) -> None:
        if not self._opened:
            await self._sink.open()
            self._opened = True

    async def _inform(self) -> None:
        """Look at what the database holds, at the start and every LOOK seconds.

        It reads all there is of the sources: where that fails, or takes too long, rows must be written still.
        """
        if self._clock.steady() < self._look_at:
            return
        try:
            brought = await self._sink.brought()
            lately = await self._sink.lately(self._clock.now() - WINDOW)
            self._delivered.found(brought, lately)
            again = LOOK
        except Transient as exc:
            log.warning("sources-not-looked-at", why=str(exc))
            again = LOOK_AGAIN
        self._look_at = self._clock.steady() + again


def _answer(written: asyncio.Future[None], error: BaseException | None) -> None:
    if written.done():  # its handler was cancelled meanwhile
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)
