"""All services in one process: in-memory bus, SQLite memories, SQLite store."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from schemas.records import Source
from services.classifier.service import fit as fit_classifier
from services.extractor.service import fit as fit_extractor
from services.fetcher.service import fit as fit_fetcher
from services.linker.service import fit as fit_linker
from services.runtime.clock import Clock, SystemClock
from services.runtime.config import Settings
from services.runtime.fitting import Fit, Fitted, Surroundings, worker_for
from services.runtime.gauges import process_measured, worker_measured
from services.runtime.health import Health
from services.runtime.home import held
from services.runtime.live_sources import LiveSources
from services.runtime.memory import MemoryBus
from services.runtime.metrics import Metrics
from services.runtime.publish import publish
from services.runtime.state import SqliteState
from services.runtime.tracing import tracing
from services.runtime.worker import Worker
from services.stage import Emit, Transient
from services.store.fit import fit as fit_store
from services.webhooks.service import fit as fit_webhooks

ROOMS: Mapping[str, Fit] = {  # downstream first: nobody publishes before somebody listens
    "store": fit_store,
    "linker": fit_linker,
    "classifier": fit_classifier,
    "extractor": fit_extractor,
    "fetcher": fit_fetcher,
}

BESIDE: Mapping[str, Fit] = {"webhooks": fit_webhooks}
"""Where SIRWAN_WEBHOOKS names any."""

START = 30.0
"""Seconds a service may need to start; later troubles only pause it. The extractor's imports take one or two,
on a busy machine several."""

GRACE = 10.0
"""Seconds what was taken may need to be settled after a stop."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A running pipeline."""

    bus: MemoryBus
    clock: Clock
    metrics: Metrics
    sources: LiveSources
    fitted: Mapping[str, Fitted]
    workers: Mapping[str, Worker]
    tasks: tuple[asyncio.Task[None], ...]

    async def put(self, emits: Iterable[Emit], stage: str) -> None:
        """Publish records from outside, as `stage`."""
        for emit in emits:
            await (await publish(self.bus, emit, stage=stage, at=self.clock.now()))

    async def drained(self) -> None:
        """Return once everything published has its fate at every stage. Raises what ended a service."""
        await self.unless_ended(self.bus.drained())

    async def ready(self) -> None:
        """Return once every service takes messages. Raises what ended one, and Transient("not-ready")."""
        for worker in self.workers.values():
            with _in_time(worker.health):
                async with asyncio.timeout(START):
                    await self.unless_ended(worker.health.until_ready())

    async def unless_ended(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait, but not for a service that is no more. Raises what ended it."""
        task = asyncio.create_task(waiting)
        await asyncio.wait({task, *self.tasks}, return_when=asyncio.FIRST_COMPLETED)
        for ended in (each for each in self.tasks if each.done()):
            task.cancel()
            ended.result()
        await task

    async def discover(self) -> int:
        """Read every feed once; how many pages were asked for."""
        found = [await fitted.discover_once() for fitted in self.fitted.values() if fitted.discover_once]
        return sum(found)


@contextmanager
def _in_time(health: Health) -> Iterator[None]:
    """A service that does not start in time says why. Raises Transient("not-ready")."""
    try:
        yield
    except TimeoutError:
        raise Transient("not-ready", f"{health.stage}: {'; '.join(health.causes.values())}") from None


@asynccontextmanager
async def running(
    settings: Settings, sources: Mapping[str, Source], clock: Clock | None = None
) -> AsyncIterator[Pipeline]:
    """Start every service; stop them all, with everything taken settled, when the context ends."""
    clock = clock or SystemClock()
    bus = MemoryBus(settings.partitions)
    metrics = Metrics()
    live = LiveSources(sources, settings.sources)
    fitted: dict[str, Fitted] = {}
    workers: dict[str, Worker] = {}
    async with AsyncExitStack() as stack:
        stack.enter_context(held(settings.home))
        stack.enter_context(process_measured(settings, metrics))
        traces = await stack.enter_async_context(tracing(settings, "sirwan"))
        for name, fit in ({**BESIDE, **ROOMS} if settings.webhooks else ROOMS).items():
            health = Health(name, metrics)
            state = SqliteState(settings.home / "memory.db", name)
            around = Surroundings(settings, live, bus, clock, health, state, metrics, traces)
            with _in_time(health):
                async with asyncio.timeout(START):
                    fitted[name] = await stack.enter_async_context(fit(around))
            workers[name] = worker_for(fitted[name], around)
            stack.enter_context(worker_measured(workers[name]))
        tasks = tuple(asyncio.create_task(worker.run(), name=name) for name, worker in workers.items())
        pipeline = Pipeline(bus, clock, metrics, live, fitted, workers, tasks)
        try:
            await pipeline.ready()
            yield pipeline
        finally:
            await _stop(workers, tasks)


async def _stop(workers: Mapping[str, Worker], tasks: tuple[asyncio.Task[None], ...]) -> None:
    for worker in workers.values():
        worker.stop()
    await asyncio.wait(tasks, timeout=GRACE)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
