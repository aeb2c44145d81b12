"""A pool of worker processes, so that a page cannot hurt: what it breaks is its worker.

Each page has a worker of its own while it lasts. One that takes too much processor time or memory ends by
a limit that the kernel keeps, and the page is to blame. One that stands still is killed from here, others
are killed by somebody, or crash: that may be the machine's doing, or a neighbour's. Such a page is tried
once more, alone, and only then given up.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from schemas.records import Stamp
from services.extractor.forks import UNKNOWN, Fork, ForkServer
from services.extractor.wire import End, Limits, Reply
from services.runtime.metrics import Metrics
from services.stage import Poison, Refusal, Skip, Transient

TURNS = 3
"""How often the time limit is waited for on the clock: this process, and a busy machine, take their part."""

BROKEN = frozenset({"extraction-timeout", "extraction-memory", "extraction-crash"})
"""Ends of pages that broke a limit of their worker."""

REFUSALS: Mapping[str, type[Refusal]] = {Skip.fate: Skip, Poison.fate: Poison}


class Bug(Exception):
    """A worker met an exception that nobody foresaw; its note is the traceback there."""


class Lost(Exception):
    """A worker ended under a page, or got no time, and nothing says that the page is to blame."""

    def __init__(self, poison: Poison) -> None:
        super().__init__(poison.detail)
        self.poison = poison  # what it is if it comes to the same end alone


@dataclass(slots=True)
class Pool:
    """At most `workers` pages at once; as many workers as that has ever needed."""

    server: ForkServer
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    metrics: Metrics | None = None
    stamps: tuple[Stamp, ...] = ()  # of what the workers run; known from the start on
    _idle: list[Fork] = field(default_factory=list)
    _alive: int = 0
    _seats: asyncio.Semaphore = field(init=False)
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._seats = asyncio.Semaphore(self.workers)
        if self.metrics:
            for reason in BROKEN:
                self.metrics.count("sirwan_extraction_broken_total", by=0, reason=reason)

    async def __aenter__(self) -> Self:
        """Wait for the imports. Raises Transient("extraction-unavailable")."""
        try:
            self.stamps = (await self.server.ready()).stamps
        except BaseException:
            await self.server.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every worker and wait for it."""
        while self._idle:
            self._idle.pop().close()
        await self.server.stop()

    async def ask(self, frame: bytes) -> bytes:
        """What a worker answers. Raises what it refuses with, Poison for a page that broke a limit,
        Transient("extraction-unavailable"), Bug."""
        try:
            async with self._seats:
                return await self._attempt(frame)
        except Lost:
            pass  # a busy machine, a hand from outside, or what another page did: only alone can one tell
        async with self._nobody_else():
            try:
                return await self._attempt(frame)
            except Lost as again:
                raise self._broken(again.poison.reason, f"twice, the second time alone: {again}") from again

    @asynccontextmanager
    async def _nobody_else(self) -> AsyncIterator[None]:
        """Every seat."""
        taken = 0
        async with self._alone:  # or two of us would wait for each other's seats
            try:
                while taken < self.workers:
                    await self._seats.acquire()
                    taken += 1
                yield
            finally:
                for _ in range(taken):
                    self._seats.release()

    async def _attempt(self, frame: bytes) -> bytes:
        """Raises what `ask` does, and Lost."""
        worker = await self._worker()
        asking = asyncio.create_task(worker.ask(frame))
        try:
            for _ in range(TURNS):
                done, _ = await asyncio.wait({asking}, timeout=self.limits.seconds)
                if done:
                    break
        except BaseException:  # nobody waits for the answer any more
            await self._kill(worker, asking)
            raise
        if not asking.done():
            await self._kill(worker, asking)
            why = f"over {self.limits.seconds * TURNS:g} s on the clock"
            raise Lost(Poison("extraction-timeout", why))
        if (reply := asking.result()) is None:
            raise self._blame(await self._retire(worker, kill=True))
        if reply.last:
            await self._retire(worker)
        else:
            self._idle.append(worker)
        return self._read(reply)

    async def _worker(self) -> Fork:
        while self._idle:
            worker = self._idle.pop()
            if not worker.ended.done():
                return worker
            await self._retire(worker)
        worker = await self.server.fork(self.limits)
        self._show(+1)
        return worker

    async def _kill(self, worker: Fork, asking: "asyncio.Task[Reply | None]") -> None:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await self._retire(worker, kill=True)

    async def _retire(self, worker: Fork, *, kill: bool = False) -> End:
        self._show(-1)
        return await self.server.end(worker, kill=kill)

    def _read(self, reply: Reply) -> bytes:
        if reply.kind == "refused":
            raise REFUSALS[reply.fate](reply.reason, reply.detail)
        if reply.kind == "memory":
            raise self._broken("extraction-memory", f"over {self.limits.memory // 2**20} MiB")
        if reply.kind == "bug":
            bug = Bug(reply.reason)
            bug.add_note(reply.detail)
            raise bug
        return reply.value

    def _blame(self, end: End) -> Exception:
        """Who is to blame for the end of a worker: the system, the page, or nobody knows."""
        if end.why:
            return Transient("extraction-unavailable", end.why)
        if end.code == -signal.SIGPROF:
            why = f"over {self.limits.seconds:g} s of processor time"
            return self._broken("extraction-timeout", why)
        return Lost(Poison("extraction-crash", _how(end)))

    def _broken(self, reason: str, detail: str) -> Poison:
        if self.metrics:
            self.metrics.count("sirwan_extraction_broken_total", reason=reason)
        return Poison(reason, detail)

    def _show(self, change: int) -> None:
        self._alive += change
        if self.metrics:
            self.metrics.set("sirwan_extraction_workers", self._alive)


def _how(end: End) -> str:
    if end.code == UNKNOWN:
        return "nobody knows how it ended"
    return f"ended by {signal.Signals(-end.code).name}" if end.code < 0 else f"ended with code {end.code}"
