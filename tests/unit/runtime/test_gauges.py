"""What is measured when somebody looks."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from services.runtime.config import Settings
from services.runtime.gauges import process_measured, worker_measured
from services.runtime.metrics import Metrics
from services.runtime.worker import Worker


def test_the_disk_is_the_one_of_the_home_even_before_there_is_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def disk_usage(path: Path) -> Any:
        asked.append(path)
        return type("Usage", (), {"free": 5, "total": 8})

    monkeypatch.setattr("shutil.disk_usage", disk_usage)
    metrics = Metrics()
    with process_measured(Settings(home=tmp_path / "later" / "home"), metrics):
        metrics.exposition()
    assert asked == [tmp_path]
    assert metrics.value("sirwan_disk_free_bytes") == 5
    assert metrics.value("sirwan_disk_size_bytes") == 8


def test_the_release_is_known(tmp_path: Path) -> None:
    metrics = Metrics()
    with process_measured(Settings(home=tmp_path), metrics):
        assert metrics.value("sirwan_build_info", version=version("sirwan")) == 1


class Member:
    """A subscription whose partitions move."""

    def __init__(self) -> None:
        self.behind: dict[tuple[str, int], int] = {("articles.extracted.v1", 0): 7}

    def lag(self) -> dict[tuple[str, int], int]:
        return self.behind


def test_the_lag_is_that_of_the_partitions_it_has_now() -> None:
    """Two replicas that both tell of a partition that moved would count it twice."""
    metrics, member = Metrics(), Member()
    worker: Any = type("Some", (), {"metrics": metrics, "subscription": member})
    worker.health = type("Health", (), {"stage": "classifier"})
    some: Worker = worker
    with worker_measured(some):
        metrics.exposition()
        labels = {"stage": "classifier", "topic": "articles.extracted.v1"}
        assert metrics.value("sirwan_lag_messages", **labels, partition="0") == 7
        member.behind = {("articles.extracted.v1", 1): 2}
        metrics.exposition()
        assert metrics.value("sirwan_lag_messages", **labels, partition="0") == 0
        assert metrics.value("sirwan_lag_messages", **labels, partition="1") == 2
        worker.subscription = None
        assert b"sirwan_lag_messages{" not in metrics.exposition()


@pytest.mark.parametrize(
    ("stage", "reason", "known"),
    [
        ("extractor", "not-text", True),  # one of its own
        ("extractor", "bug", True),  # of every stage
        ("extractor", "row-refused", False),
        ("store", "row-refused", True),
    ],
)
def test_the_first_dead_letter_of_a_reason_is_a_rise(stage: str, reason: str, known: bool) -> None:
    """Prometheus sees none in a series that begins with 1."""
    metrics = Metrics()
    worker: Any = type("Some", (), {"metrics": metrics, "subscription": None})
    worker.health = type("Health", (), {"stage": stage})
    some: Worker = worker
    with worker_measured(some):
        said = metrics.exposition().decode()
    series = f'sirwan_messages_total{{fate="dead",reason="{reason}",stage="{stage}"}} 0.0'
    assert (series in said) is known
