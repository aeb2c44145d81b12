"""One service as a process on Kafka: `python -m services.extractor`.

Exit codes: 0 stopped on request, 2 wrong settings, 70 stood still (the supervisor restarts it).
"""

import asyncio
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import NoReturn

import structlog

from services.runtime import log as logs
from services.runtime.clock import SystemClock
from services.runtime.config import ConfigError, Settings, load_settings
from services.runtime.fitting import Fit, Fitted, Surroundings
from services.runtime.health import Health
from services.runtime.health_server import serve_health
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_faust import faust_subscribe
from services.runtime.kafka_state import KafkaState
from services.runtime.kafka_watchdog import Stalled, watch
from services.runtime.metrics import Metrics
from services.runtime.retry import Retry
from services.runtime.sources import SourceFileError, load_sources
from services.runtime.worker import Patience, Worker

log = structlog.get_logger()

GRACE = 20.0
"""Seconds what was taken may need to be settled after SIGTERM; below the 30 s most supervisors give."""

LAG_PERIOD = 5.0
"""Seconds between two looks at the lag."""

WRONG_SETTINGS, STOOD_STILL = 2, 70


def serve(name: str, fit: Fit) -> NoReturn:
    """Run until SIGTERM or SIGINT, then exit."""
    try:
        settings = load_settings()
        logs.configure(settings.log_level)
        asyncio.run(_serve(name, fit, settings))
    except (ConfigError, SourceFileError) as exc:
        sys.stderr.write(f"sirwan {name}: {exc}\n")
        sys.exit(WRONG_SETTINGS)
    except Stalled as exc:
        log.error("stood still, ending the process", stage=name, why=str(exc))
        sys.exit(STOOD_STILL)
    sys.exit(0)


async def _serve(name: str, fit: Fit, settings: Settings) -> None:
    clock = SystemClock()
    metrics = Metrics()
    health = Health(name, metrics)
    kafka = kafka_settings(settings, name)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serve_health(settings, health, metrics))
        bus = KafkaBus(kafka, clock)
        await bus.start()
        stack.push_async_callback(bus.stop)
        sources = load_sources(settings.sources)
        state = KafkaState(kafka, name, clock)
        around = Surroundings(settings, sources, bus, clock, health, state)
        fitted = await stack.enter_async_context(fit(around))
        worker = Worker(
            fitted.build,
            bus,
            clock,
            metrics,
            health,
            state=state if fitted.remembers else None,
            subscribe=faust_subscribe(kafka, clock) if fitted.pure else None,
            retry=Retry(attempts=settings.retry_attempts),
            patience=Patience.of(settings),
        )
        await _run(worker, fitted, settings)


def kafka_settings(settings: Settings, client: str) -> KafkaSettings:
    """Where the broker is, from the settings."""
    instance = f"{client}-{settings.instance}" if settings.instance else None
    return KafkaSettings(settings.kafka, settings.topic_prefix, client_id=client, instance=instance)


async def _run(worker: Worker, fitted: Fitted, settings: Settings) -> None:
    """The worker and what runs beside it, until a signal, a stall or a crash."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    working = asyncio.create_task(worker.run())
    beside = [
        asyncio.create_task(watch(_Watched(worker), worker.clock, settings.stall_seconds)),
        asyncio.create_task(_report_lag(worker)),
        *(asyncio.ensure_future(run()) for run in fitted.background),
    ]
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({working, stopping, *beside}, return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        await asyncio.wait({working}, timeout=GRACE)
    finally:
        for task in (working, stopping, *beside):
            task.cancel()
        ended = await asyncio.gather(working, stopping, *beside, return_exceptions=True)
    for result in ended:
        if isinstance(result, Exception):
            raise result


async def _report_lag(worker: Worker) -> None:
    while True:
        await worker.clock.sleep(LAG_PERIOD)
        for (topic, partition), lag in (worker.subscription.lag() if worker.subscription else {}).items():
            labels = {"stage": worker.health.stage, "topic": topic, "partition": str(partition)}
            worker.metrics.set("sirwan_lag_messages", lag, **labels)


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
