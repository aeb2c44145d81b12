"""Gauges of a process that are measured when somebody looks, the same under both drivers."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from services.runtime.config import Settings
from services.runtime.metrics import Metrics
from services.runtime.reasons import reasons_of
from services.runtime.worker import Worker
from services.stage import DEAD


@contextmanager
def process_measured(settings: Settings, metrics: Metrics) -> Iterator[None]:
    """While open, the metrics say which release runs and how much room its disk has."""
    metrics.set("sirwan_build_info", 1.0, version=version("sirwan"))
    with metrics.measuring(lambda: _show_disk(settings.home, metrics)):
        yield


@contextmanager
def worker_measured(worker: Worker) -> Iterator[None]:
    """While open, the metrics say how far a worker is behind.

    Dead letters of every reason are known from the start, so that the first ones are a rise to Prometheus.
    """
    for reason in reasons_of(worker.health.stage):
        worker.metrics.count(
            "sirwan_messages_total", by=0, stage=worker.health.stage, fate=DEAD, reason=reason
        )
    with worker.metrics.measuring(lambda: _show_lag(worker)):
        yield


def _show_disk(home: Path, metrics: Metrics) -> None:
    """Of the folder, or of where it will be made."""
    there = next(folder for folder in (home.absolute(), *home.absolute().parents) if folder.exists())
    usage = shutil.disk_usage(there)
    metrics.set("sirwan_disk_free_bytes", usage.free)
    metrics.set("sirwan_disk_size_bytes", usage.total)


def _show_lag(worker: Worker) -> None:
    """Of the partitions it has now; another replica tells of those that moved."""
    behind = worker.subscription.lag() if worker.subscription else {}
    by_place: dict[tuple[str, ...], float] = {
        (topic, str(partition)): lag for (topic, partition), lag in behind.items()
    }
    worker.metrics.show("sirwan_lag_messages", by_place, stage=worker.health.stage)
