"""Every metric, once: name, kind, meaning, labels. docs/reference/metrics.md is made from this table.

One-word prefix, base units, `_total` on counters, no label that grows with the traffic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table."""

    name: str
    kind: str  # counter | gauge | histogram (seconds)
    doc: str
    labels: tuple[str, ...]


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("sirwan_messages_total", "counter", "Messages settled.", ("stage", "fate", "reason")),
        Metric("sirwan_handling_seconds", "histogram", "Time to handle one message.", ("stage",)),
        Metric("sirwan_open_messages", "gauge", "Messages taken and not yet acknowledged.", ("stage",)),
        Metric(
            "sirwan_lag_messages", "gauge", "Messages not yet acknowledged.", ("stage", "topic", "partition")
        ),
        Metric("sirwan_ready", "gauge", "1 while the stage takes messages, 0 while it cannot.", ("stage",)),
        Metric(
            "sirwan_source_files_wrong",
            "gauge",
            "1 while the edited source files hold a mistake, and the list read before stays in force.",
            ("stage",),
        ),
        Metric("sirwan_pauses_total", "counter", "Times a stage stopped taking messages.", ("stage", "why")),
    )
}

_KINDS: Mapping[str, Any] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}


class Metrics:
    """The collectors of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._collectors = {
            metric.name: _KINDS[metric.kind](metric.name, metric.doc, metric.labels, registry=self._registry)
            for metric in METRICS.values()
        }

    def count(self, name: str, **labels: str) -> None:
        """One more."""
        self._collectors[name].labels(**labels).inc()

    def observe(self, name: str, value: float, **labels: str) -> None:
        """One measurement, in base units."""
        self._collectors[name].labels(**labels).observe(value)

    def set(self, name: str, value: float, **labels: str) -> None:
        """The value now."""
        self._collectors[name].labels(**labels).set(value)

    def value(self, name: str, **labels: str) -> float:
        """What was counted or set; 0 if nothing."""
        return self._registry.get_sample_value(name, labels) or 0.0

    def exposition(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self._registry)
