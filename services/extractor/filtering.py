"""`sirwan extract`: lines in, lines out, in order, each page in a process of the pool (DESIGN §7).

However long the input, what is in memory is the pages under way: at most PAGES of them and, but for one that
is larger by itself, BYTES. Reading and writing wait in threads of their own, so that a slow reader of our
output costs no page its time.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import structlog

from services.extractor.forks import ForkServer
from services.extractor.sandbox import Bug, Pool
from services.extractor.service import limits_of
from services.runtime.config import Settings
from services.runtime.filters import ident_of, refusal_line
from services.runtime.retry import Retry
from services.runtime.steps import StepThread
from services.stage import Poison, Refusal

log = structlog.get_logger()

WORK = "services.extractor.jobs:lines"

PAGES, BYTES = 64, 48 * 1024 * 1024
"""Lines under way at once, at most. The first is waited for while others, answered, wait for it."""

MAX_LINE = 32 * 1024 * 1024  # bytes; the largest page that is read has 8 MiB, in base64 11


def start() -> ForkServer:
    """A fork server that begins its imports."""
    server = ForkServer(WORK)
    server.start()
    return server


def extract_lines(server: ForkServer, settings: Settings, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer every line of `source` on `sink`. Raises BrokenPipeError where nobody reads that any more."""
    asyncio.run(_extract_lines(server, settings, source, sink))


async def _extract_lines(server: ForkServer, settings: Settings, source: BinaryIO, sink: BinaryIO) -> None:
    pool = Pool(server, limits_of(settings), settings.extract_workers)
    async with pool:
        flow = _Flow(pool)
        reading = asyncio.create_task(flow.read(source))
        try:
            with _progress() as advance:
                await flow.write(sink, advance)
            await reading
        finally:
            await flow.abandon(reading)


@dataclass(slots=True)
class _Flow:
    """Lines under way, in order."""

    pool: Pool
    _answers: "asyncio.Queue[asyncio.Task[bytes] | None]" = field(default_factory=asyncio.Queue)
    _sizes: deque[int] = field(default_factory=deque)
    _room: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read(self, source: BinaryIO) -> None:
        """Take in line after line, as room allows."""
        thread = StepThread("standard input")
        try:
            while (line := await thread.run(lambda: read_line(source))) != b"":
                if line is None or line.strip():
                    await self._enter(len(line or b""))
                    self._answers.put_nowait(asyncio.create_task(self._answer(line)))
        finally:
            self._answers.put_nowait(None)

    async def write(self, sink: BinaryIO, advance: Callable[[], None]) -> None:
        """Put out the answers in the order of the lines, each as soon as may be. Raises BrokenPipeError."""
        thread = StepThread("standard output")
        while (answer := await self._answers.get()) is not None:
            line = await answer
            await thread.run(lambda told=line: _put(sink, told))  # type: ignore[misc]  # a lambda's default
            async with self._room:
                self._sizes.popleft()
                self._room.notify()
            advance()

    async def abandon(self, reading: "asyncio.Task[None]") -> None:
        """Nobody waits for the rest."""
        rest: list[asyncio.Task[Any]] = [reading]
        while not self._answers.empty():
            if (answer := self._answers.get_nowait()) is not None:
                rest.append(answer)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _enter(self, size: int) -> None:
        async with self._room:
            await self._room.wait_for(
                lambda: not self._sizes or (len(self._sizes) < PAGES and sum(self._sizes) + size <= BYTES)
            )
            self._sizes.append(size)

    async def _answer(self, line: bytes | None) -> bytes:
        if line is None:
            return refusal_line(None, Poison("page-too-large", f"a line of over {MAX_LINE} bytes"))
        try:
            return await Retry().run(lambda: self.pool.ask(line))
        except Refusal as exc:
            return refusal_line(ident_of(line), exc)
        except Bug as exc:  # it must not cost the lines after it (law 3)
            log.error("bug", id=ident_of(line), exc_info=True)
            return refusal_line(ident_of(line), Poison("bug", str(exc)))


def read_line(source: BinaryIO) -> bytes | None:
    """The next line; empty at the end; None for one over MAX_LINE bytes, which is read past."""
    line = source.readline(MAX_LINE + 1)
    if len(line) <= MAX_LINE:
        return line
    while line and not line.endswith(b"\n"):
        line = source.readline(2**20)
    return None


def _put(sink: BinaryIO, line: bytes) -> None:
    sink.write(line + b"\n")
    sink.flush()


@contextmanager
def _progress() -> Iterator[Callable[[], None]]:
    """Pages so far, where somebody is looking and our output goes elsewhere."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("extracting: {task.completed:,.0f} pages"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("extracting", total=None)
        yield lambda: progress.advance(task)
