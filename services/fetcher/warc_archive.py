"""Keeps fetched pages as WARC beside the fetching, and never in its way: what cannot be kept is counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from schemas.records import RawPage
from services.fetcher.warc_files import WarcFiles
from services.fetcher.warc_records import Seen, response_record, revisit_record
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics

log = structlog.get_logger()

PATIENCE = 2.5  # seconds a page waits for the pages before it, and again for its own record
PAUSE = 60.0  # seconds until a folder that could not be written is tried again


class Archive:
    """One writer; pages come to it one after the other, and are written in a thread."""

    def __init__(self, files: WarcFiles, clock: Clock, metrics: Metrics) -> None:
        self._files = files
        self._clock = clock
        self._metrics = metrics
        self._seen = Seen()
        self._turn = asyncio.Lock()
        self._trouble: str | None = None
        self._again_at = 0.0  # on the steady clock

    async def keep(self, page: RawPage) -> None:
        """Write the page down, or count why not; never raises for it, and never takes long."""
        if self._trouble is not None and self._clock.steady() < self._again_at:
            self._count("failed")
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turn.acquire()
        except TimeoutError:
            self._count("late")
            return
        writing = asyncio.create_task(asyncio.to_thread(self._write, page, self._clock.now()))
        writing.add_done_callback(self._written)
        await asyncio.wait({writing}, timeout=PATIENCE)  # a disk that hangs holds the turn, not the page

    async def close(self) -> None:
        """Finish the file, unless the disk hangs."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turn.acquire()
            await asyncio.wait({asyncio.create_task(asyncio.to_thread(self._finish))}, timeout=PATIENCE)
        except TimeoutError:
            log.warning("warc-unfinished", why="the disk does not answer")

    def _write(self, page: RawPage, now: datetime) -> str | Exception:
        """In the thread: what kind of record it became, or why none."""
        body = page.body or b""
        before = self._seen.same(page)
        try:
            if before is None:
                self._files.append(response_record(page, body), now)
                self._seen.note(page)
                return "response"
            self._files.append(revisit_record(page, before, len(body)), now)
        except (OSError, ValueError) as exc:  # a disk; an address or a header that cannot be written down
            return exc
        return "revisit"

    def _finish(self) -> None:
        try:
            self._files.finish()
        except OSError as exc:
            log.warning("warc-unfinished", why=str(exc))

    def _written(self, writing: "asyncio.Task[str | Exception]") -> None:
        self._turn.release()
        if writing.cancelled():
            return
        outcome = writing.result()
        if isinstance(outcome, str):
            self._trouble = None
            self._count(outcome)
            return
        if isinstance(outcome, OSError):
            self._again_at = self._clock.steady() + PAUSE
        if self._trouble is None:
            log.warning("warc-not-kept", why=str(outcome), then="pages are fetched, but not kept as WARC")
        self._trouble = str(outcome)
        self._count("failed")

    def _count(self, outcome: str) -> None:
        self._metrics.count("sirwan_warc_records_total", outcome=outcome)


@asynccontextmanager
async def archiving(files: WarcFiles, clock: Clock, metrics: Metrics) -> AsyncIterator[Archive]:
    """An archive whose file is finished at the end."""
    archive = Archive(files, clock, metrics)
    try:
        yield archive
    finally:
        await archive.close()
