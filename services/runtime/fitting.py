"""How a room is fitted into a process: the same way embedded and on Kafka.

A room gives a `fit`: an asynchronous context manager that takes its surroundings, opens what it needs
(an HTTP client, a database) and yields what the runtime runs.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from services.runtime.bus import Bus
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.health import Health
from services.runtime.holdings import EVERYTHING, Holdings
from services.runtime.live_sources import LiveSources
from services.runtime.metrics import Metrics
from services.runtime.retry import Retry
from services.runtime.service import Service, from_stage
from services.runtime.state import State
from services.runtime.tracing import Traces
from services.runtime.worker import Patience, Subscribe, Worker
from services.stage import Stage, Transient

log = structlog.get_logger()

MEMORY_PAUSE = 2.0
"""Seconds between two attempts to open a memory."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a room finds in the process it runs in."""

    settings: Settings
    sources: LiveSources  # by id, as they are now
    bus: Bus
    clock: Clock
    health: Health
    state: State  # this room's memory; not open yet
    metrics: Metrics
    traces: Traces
    holdings: Holdings = EVERYTHING  # what comes to this process


@dataclass(frozen=True, slots=True)
class Fitted:
    """What the runtime runs for a room.

    `build` is called again whenever the service must start from what is durable. A room that
    `remembers` has its memory opened before that. `background` runs beside the service until cancelled.
    """

    build: Callable[[], Service]
    remembers: bool = False
    notes: bool = False  # what is handled, in a memory that it opened itself; several messages at once
    follows: bool = False  # the list of sources: it is to be kept up to date
    pure: bool = False  # one topic in, one message at a time: fed by Faust where there is a Kafka
    background: tuple[Callable[[], Awaitable[None]], ...] = ()
    discover_once: Callable[[], Awaitable[int]] | None = (
        None  # every feed once; how many pages were asked for
    )


Fit = Callable[[Surroundings], AbstractAsyncContextManager[Fitted]]


async def open_state(around: Surroundings) -> None:
    """Open a room's memory, however long that takes; its health says why it waits."""
    opened = False
    while not opened:
        try:
            await around.state.open()
            opened = True
        except Transient as exc:
            if around.health.blocked("memory", exc.detail):
                log.warning("waiting for the memory of the stage", why=exc.detail)
            await around.clock.sleep(MEMORY_PAUSE)
    around.health.cleared("memory")


def worker_for(fitted: Fitted, around: Surroundings, subscribe: Subscribe | None = None) -> Worker:
    """The worker of a fitted room; `subscribe` where another driver than the bus feeds it."""
    return Worker(
        fitted.build,
        around.bus,
        around.clock,
        around.metrics,
        around.health,
        state=around.state if fitted.remembers else None,
        notes=around.state if fitted.notes else None,
        subscribe=subscribe,
        retry=Retry(attempts=around.settings.retry_attempts),
        patience=Patience.of(around.settings),
        traces=around.traces,
    )


def fit_stage(
    make: Callable[[Surroundings], Stage[Any]], *, remembers: bool = False, follows: bool = False
) -> Fit:
    """The fit of a pure stage; `make` gets its surroundings with the memory open."""

    @asynccontextmanager
    async def fit(around: Surroundings) -> AsyncIterator[Fitted]:
        seconds, metrics = around.settings.stage_seconds, around.metrics
        yield Fitted(
            lambda: from_stage(make(around), seconds, metrics),
            remembers=remembers,
            follows=follows,
            pure=True,
        )
        await around.state.close()

    return fit
