"""Every metric, once: name, kind, meaning, labels. docs/reference/metrics.md is made from this table.

One-word prefix, base units, `_total` on counters, no label that grows with the traffic.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

HANDLING = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Bounds in seconds: a step takes milliseconds, a page that waits for its turn two minutes."""

FETCHING = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds in seconds, up to the default of SIRWAN_FETCH_SECONDS."""

AGES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0, 86400.0)
"""Bounds in seconds, up to a day: what a backlog makes of a stream."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table."""

    name: str
    kind: str  # counter | gauge | histogram (seconds)
    doc: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()  # of a histogram


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("sirwan_build_info", "gauge", "1; the label says which release runs.", ("version",)),
        Metric("sirwan_ready", "gauge", "1 while the stage takes messages, 0 while it cannot.", ("stage",)),
        Metric(
            "sirwan_source_files_wrong",
            "gauge",
            "1 while the edited source files hold a mistake, and the list read before stays in force.",
            ("stage",),
        ),
        Metric("sirwan_pauses_total", "counter", "Times a stage stopped taking messages.", ("stage", "why")),
        Metric(
            "sirwan_messages_total",
            "counter",
            "Messages that have a fate; those with the fate dead are the dead letters.",
            ("stage", "fate", "reason"),
        ),
        Metric(
            "sirwan_handling_seconds", "histogram", "Time to handle one message.", ("stage",), bounds=HANDLING
        ),
        Metric("sirwan_open_messages", "gauge", "Messages taken and not yet acknowledged.", ("stage",)),
        Metric(
            "sirwan_lag_messages",
            "gauge",
            "Messages not yet acknowledged, of the partitions this process has.",
            ("stage", "topic", "partition"),
        ),
        Metric(
            "sirwan_queue_messages",
            "gauge",
            "Messages that wait inside a stage: requests for their time, rows for their transaction.",
            ("stage", "queue"),
        ),
        Metric(
            "sirwan_step_restarts_total",
            "counter",
            "Steps given up at their time limit, whose worker was left behind and replaced.",
            ("stage",),
        ),
        Metric(
            "sirwan_feeds",
            "gauge",
            "Feeds by how they are, and why: new (not read yet), ok, failing; and of those that answer "
            "empty (names no page), silent (nothing new for too long), lying (its 304 cannot be believed).",
            ("source", "state", "reason"),
        ),
        Metric(
            "sirwan_sources",
            "gauge",
            "1 for each source, by what came of it, and why: pages-failing (each of the last ten refused), "
            "silent (no article for longer than usual), never (none ever), new (none yet), ok.",
            ("source", "state", "reason"),
        ),
        Metric(
            "sirwan_held_back_pages",
            "gauge",
            "Pages that lists have named and that are not asked for yet, for their sites cannot serve them.",
            ("source",),
        ),
        Metric(
            "sirwan_entries_left_out_total",
            "counter",
            "Entries of lists that are not asked for: other-site at each poll, prefiltered once a page.",
            ("source", "reason"),
        ),
        Metric(
            "sirwan_fetches_total",
            "counter",
            "HTTP requests made, by status class, or by the reason why there was no usable answer.",
            ("outcome",),
        ),
        Metric(
            "sirwan_fetch_seconds",
            "histogram",
            "Time of one HTTP request, waiting for our turn not counted.",
            bounds=FETCHING,
        ),
        Metric(
            "sirwan_revisits_total",
            "counter",
            "Pages read again, by what came: changed, unchanged, gone, or failed (let go until the next).",
            ("outcome",),
        ),
        Metric(
            "sirwan_revisit_pages",
            "gauge",
            "Pages that will be read again; where fetchers share the sites, those of all.",
        ),
        Metric(
            "sirwan_warc_records_total",
            "counter",
            "Fetched pages by what became of them in SIRWAN_WARC: response, revisit (the same as before),"
            " failed or late (not kept; a disk that refuses, or is too slow).",
            ("outcome",),
        ),
        Metric("sirwan_fetch_bytes_total", "counter", "Bytes of bodies received, as sent."),
        Metric(
            "sirwan_requests_put_off_total",
            "counter",
            "Pages put off and asked for again later; site-busy is our own politeness.",
            ("reason",),
        ),
        Metric(
            "sirwan_politeness_violations_total",
            "counter",
            "Requests that left too soon after another to their site, or beside it. Always 0.",
            ("kind",),
        ),
        Metric(
            "sirwan_sites",
            "gauge",
            "Sites asked lately, by what decides how often: own (SIRWAN_FETCH_DELAY), crawl-delay, slow (its"
            " answers take long), failing (429 or 5xx).",
            ("pace",),
        ),
        Metric(
            "sirwan_unreachable_hosts",
            "gauge",
            "Hosts left alone because no connection to them came about, by why.",
            ("reason",),
        ),
        Metric("sirwan_extraction_workers", "gauge", "Processes that extract pages, at work or waiting."),
        Metric(
            "sirwan_extraction_broken_total",
            "counter",
            "Pages that broke a limit of the process that extracted them, by which: time, memory, its life.",
            ("reason",),
        ),
        Metric(
            "sirwan_webhook_records_total",
            "counter",
            "Records for a receiver by what came of them: delivered, or why not.",
            ("subscription", "outcome"),
        ),
        Metric("sirwan_store_rows_total", "counter", "Rows committed, by table.", ("table",)),
        Metric(
            "sirwan_article_age_seconds",
            "histogram",
            "From the page fetched to its article committed in the store, when first stored.",
            bounds=AGES,
        ),
        Metric(
            "sirwan_newest_article_timestamp_seconds",
            "gauge",
            "When the newest article in the store was fetched, by owner and source.",
            ("family", "source"),
        ),
        Metric(
            "sirwan_silence_limit_seconds",
            "gauge",
            "How long no article of any source may come before `sirwan status` calls it an alarm.",
        ),
        Metric(
            "sirwan_owner_silence_limit_seconds",
            "gauge",
            "The same of one owner; of those alone whose habit is known.",
            ("family",),
        ),
        Metric(
            "sirwan_source_silence_limit_seconds",
            "gauge",
            "How long a source may bring nothing before `sirwan status` shows it as silent.",
            ("family", "source"),
        ),
        Metric("sirwan_web_requests_total", "counter", "Pages and answers asked for.", ("page", "status")),
        Metric("sirwan_web_seconds", "histogram", "Time to answer.", ("page",), bounds=FETCHING),
        Metric("sirwan_disk_free_bytes", "gauge", "Room on the disk of SIRWAN_HOME that we may use."),
        Metric("sirwan_disk_size_bytes", "gauge", "Size of that disk."),
    )
}


def _collector(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    if metric.kind == "histogram":
        return Histogram(metric.name, metric.doc, metric.labels, buckets=metric.bounds, registry=registry)
    kinds: Mapping[str, type[Counter | Gauge]] = {"counter": Counter, "gauge": Gauge}
    return kinds[metric.kind](metric.name, metric.doc, metric.labels, registry=registry)


class Metrics:
    """The collectors of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._collectors: Mapping[str, Any] = {
            metric.name: _collector(metric, self._registry) for metric in METRICS.values()
        }
        self._measures: list[Callable[[], None]] = []
        self._shown: dict[tuple[str, frozenset[tuple[str, str]]], set[tuple[str, ...]]] = {}

    def count(self, name: str, by: float = 1.0, **labels: str) -> None:
        """`by` more. 0 makes the series known: a rise from nothing to 1 is none to Prometheus."""
        self._series(name, labels).inc(by)

    def observe(self, name: str, value: float, **labels: str) -> None:
        """One measurement, in base units."""
        self._series(name, labels).observe(value)

    def set(self, name: str, value: float, **labels: str) -> None:
        """The value now."""
        self._series(name, labels).set(value)

    def show(self, name: str, values: Mapping[tuple[str, ...], float], **fixed: str) -> None:
        """All values of a gauge, by those of its labels that are not `fixed`, in the order of the table.

        What was shown before under the same `fixed` labels and is not among them is gone.
        """
        free = [label for label in METRICS[name].labels if label not in fixed]
        now: set[tuple[str, ...]] = set()
        for key, value in values.items():
            labels = fixed | dict(zip(free, key, strict=True))
            self.set(name, value, **labels)
            now.add(tuple(labels[label] for label in METRICS[name].labels))
        before = self._shown.get((name, frozenset(fixed.items())), set())
        for gone in before - now:
            self._collectors[name].remove(*gone)
        self._shown[name, frozenset(fixed.items())] = now

    @contextmanager
    def measuring(self, measure: Callable[[], None]) -> Iterator[None]:
        """While open, `measure` is called whenever somebody looks: for gauges that no work changes."""
        self._measures.append(measure)
        try:
            yield
        finally:
            self._measures.remove(measure)

    def value(self, name: str, **labels: str) -> float:
        """What was counted or set; 0 if nothing."""
        return self._registry.get_sample_value(name, labels) or 0.0

    def exposition(self) -> bytes:
        """All of them in Prometheus' text format, measured now."""
        for measure in list(self._measures):
            measure()
        return generate_latest(self._registry)

    def _series(self, name: str, labels: Mapping[str, str]) -> Any:
        collector = self._collectors[name]
        return collector.labels(**labels) if labels else collector
