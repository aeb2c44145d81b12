"""One service as a process on Kafka: `python -m services.extractor`.

Exit codes: 0 stopped on request; 2 wrong settings, or a memory or database of another version; 70 stood
still, and the supervisor should start it again.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

import structlog

from services.runtime import log as logs
from services.runtime.bus import BrokerDown
from services.runtime.clock import SystemClock
from services.runtime.config import ConfigError, Settings, load_settings
from services.runtime.fitting import Fit, Surroundings, worker_for
from services.runtime.gauges import process_measured, worker_measured
from services.runtime.health import Health
from services.runtime.health_server import serve_health
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_faust import faust_subscribe
from services.runtime.kafka_holdings import KafkaHoldings
from services.runtime.kafka_login import login_of
from services.runtime.kafka_presence import watch_broker
from services.runtime.kafka_state import KafkaState
from services.runtime.kafka_watchdog import Stalled, watch
from services.runtime.live_sources import LiveSources
from services.runtime.metrics import Metrics
from services.runtime.sources import SourceFileError
from services.runtime.tracing import tracing
from services.runtime.worker import Worker
from services.stage import Refusal

log = structlog.get_logger()

GRACE = 20.0
"""Seconds what was taken may need to be settled after SIGTERM; below the 30 s most supervisors give."""

LINGER_MS = 5
"""Milliseconds a batch of outputs waits for company."""

CANNOT_START, STOOD_STILL = 2, 70


def serve(
    name: str, fit: Fit, *, linger_ms: int = LINGER_MS, needs: Callable[[Settings], object] | None = None
) -> NoReturn:
    """Run until SIGTERM or SIGINT, then exit. `linger_ms` 0 is for a stage that confirms each message.

    `needs` looks at the settings of this service alone, before anything starts; it raises ConfigError.
    """
    try:
        settings = load_settings()
        if needs is not None:
            needs(settings)
        logs.configure(settings.log_level)
        asyncio.run(_until_told(lambda stop: _serve(name, fit, settings, linger_ms, stop)))
    except (ConfigError, SourceFileError, Refusal) as exc:
        sys.stderr.write(f"sirwan {name}: {exc}\n")
        sys.exit(CANNOT_START)
    except (Stalled, BrokerDown) as exc:
        log.error("cannot go on, ending the process", stage=name, why=str(exc))
        sys.exit(STOOD_STILL)
    sys.exit(0)


async def _until_told(run: Callable[["Stop"], Coroutine[Any, Any, None]]) -> None:
    """Run until it ends, or a signal says stop: at once while it starts, within GRACE once it is at work."""
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.told.set)
    running = asyncio.create_task(run(stop))
    telling = asyncio.create_task(stop.told.wait())
    await asyncio.wait({running, telling}, return_when=asyncio.FIRST_COMPLETED)
    if stop.at_work:
        await asyncio.wait({running}, timeout=GRACE)
    for task in (running, telling):
        task.cancel()
    for result in await asyncio.gather(running, telling, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


@dataclass(slots=True)
class Stop:
    """Whether the process was told to stop, and whether it has anything to finish."""

    told: asyncio.Event = field(default_factory=asyncio.Event)
    at_work: bool = False


async def _serve(name: str, fit: Fit, settings: Settings, linger_ms: int, stop: Stop) -> None:
    clock = SystemClock()
    metrics = Metrics()
    health = Health(name, metrics)
    kafka = kafka_settings(settings, name, linger_ms)
    async with AsyncExitStack() as stack:
        stack.enter_context(process_measured(settings, metrics))
        await stack.enter_async_context(serve_health(settings, health, metrics))
        traces = await stack.enter_async_context(tracing(settings, f"sirwan-{name}"))
        sources = LiveSources.of(settings.sources)
        bus = KafkaBus(kafka, clock)
        health.blocked("starting", f"waiting for the broker {kafka.bootstrap} (SIRWAN_KAFKA)")
        await bus.start()
        health.blocked("starting", "not started yet")
        stack.push_async_callback(bus.stop)
        state = KafkaState(kafka, name, clock)
        holdings = KafkaHoldings(clock)
        around = Surroundings(settings, sources, bus, clock, health, state, metrics, traces, holdings)
        fitted = await stack.enter_async_context(fit(around))
        ours = partial(bus.subscribe, holdings=holdings)
        subscribe = faust_subscribe(kafka, clock) if fitted.pure else ours
        worker = worker_for(fitted, around, subscribe)
        stack.enter_context(worker_measured(worker))
        stop.at_work = True
        presence = partial(watch_broker, bus, health, clock)
        beside: list[Callable[[], Awaitable[None]]] = [*fitted.background, presence]
        if fitted.follows:
            beside.append(partial(sources.follow, clock, metrics, name))
        await _work(worker, beside, settings, stop)


def kafka_settings(settings: Settings, client: str, linger_ms: int = LINGER_MS) -> KafkaSettings:
    """Where the broker is and who we are there, from the settings. Raises ConfigError for a login's files."""
    instance = f"{client}-{settings.replica}" if settings.replica else None
    return KafkaSettings(
        settings.kafka,
        settings.topic_prefix,
        client_id=client,
        instance=instance,
        linger_ms=linger_ms,
        login=login_of(settings),
    )


async def _work(
    worker: Worker, background: Sequence[Callable[[], Awaitable[None]]], settings: Settings, stop: Stop
) -> None:
    """The worker and what runs beside it, until a signal, a stall or a crash."""
    working = asyncio.create_task(worker.run())
    beside = [
        asyncio.create_task(watch(_Watched(worker), worker.clock, settings.stall_seconds)),
        asyncio.create_task(_wait(stop)),
        *(asyncio.ensure_future(run()) for run in background),
    ]
    try:
        await asyncio.wait({working, *beside}, return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        await asyncio.wait({working}, timeout=GRACE)
    finally:
        for task in (working, *beside):
            task.cancel()
        ended = await asyncio.gather(working, *beside, return_exceptions=True)
    for result in ended:
        if isinstance(result, Exception):
            raise result
    if not stop.told.is_set():
        raise Stalled("the service ended by itself")


async def _wait(stop: Stop) -> None:
    await stop.told.wait()


@dataclass(frozen=True, slots=True)
class _Watched:
    """Whichever subscription the worker has now."""

    worker: Worker

    def lag(self) -> Mapping[tuple[str, int], int]:
        """Messages not yet acknowledged; none while a pause is meant, or nothing is subscribed."""
        subscription = self.worker.subscription
        return subscription.lag() if subscription and self.worker.health.ready else {}

    def committed(self) -> Mapping[tuple[str, int], int]:
        """Offsets the broker has confirmed."""
        return self.worker.subscription.committed() if self.worker.subscription else {}
