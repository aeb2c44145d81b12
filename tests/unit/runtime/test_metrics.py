"""The table and the collectors made from it."""

import re

import pytest

from services.runtime.metrics import METRICS, Metric, Metrics

SUFFIX = {
    "counter": r"_total$",
    "gauge": r"_(messages|feeds|sources|workers|sites|hosts|pages|bytes|seconds|ready|wrong|info)$",
    "histogram": r"_seconds$",
}


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_each_name_has_our_prefix_and_says_its_unit(metric: Metric) -> None:
    assert re.fullmatch(r"sirwan(_[a-z]+)+", metric.name)
    assert re.search(SUFFIX[metric.kind], f"_{metric.name.removeprefix('sirwan_')}")
    assert bool(metric.bounds) == (metric.kind == "histogram")


def test_what_is_no_longer_shown_is_gone_and_what_others_show_stays() -> None:
    metrics = Metrics()
    metrics.show("sirwan_lag_messages", {("pages", "0"): 3, ("pages", "1"): 4}, stage="extractor")
    metrics.show("sirwan_lag_messages", {("pages", "0"): 5}, stage="store")
    metrics.show("sirwan_lag_messages", {("pages", "1"): 6}, stage="extractor")
    lines = [line for line in metrics.exposition().decode().splitlines() if line.startswith("sirwan_lag")]
    assert sorted(lines) == [
        'sirwan_lag_messages{partition="0",stage="store",topic="pages"} 5.0',
        'sirwan_lag_messages{partition="1",stage="extractor",topic="pages"} 6.0',
    ]


def test_a_gauge_is_measured_when_somebody_looks_while_its_owner_lives() -> None:
    metrics, size = Metrics(), 1
    with metrics.measuring(lambda: metrics.set("sirwan_disk_size_bytes", size)):
        size = 2
        metrics.exposition()
        assert metrics.value("sirwan_disk_size_bytes") == 2
    size = 3
    metrics.exposition()
    assert metrics.value("sirwan_disk_size_bytes") == 2


def test_a_counter_can_be_known_before_anything_is_counted() -> None:
    metrics = Metrics()
    metrics.count("sirwan_politeness_violations_total", by=0, kind="too-soon")
    assert b'sirwan_politeness_violations_total{kind="too-soon"} 0.0' in metrics.exposition()
