"""Reads PromQL just far enough to tell which metrics and labels an expression names."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from services.runtime.metrics import METRICS

OF_THE_TARGET = frozenset({"job", "instance", "service"})
"""Labels that Prometheus adds to everything it scrapes (deploy/monitoring/prometheus/prometheus.yml)."""

OWN: Mapping[str, frozenset[str]] = {
    "up": OF_THE_TARGET,
    "ALERTS": frozenset({"alertname", "alertstate", "severity"}),
}
"""Series that Prometheus makes itself."""

WORDS = {
    "and",
    "or",
    "unless",
    "offset",
    "bool",
    "inf",
    "nan",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
}

STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
RANGE = re.compile(r"\[[^\]]*\]")
SELECTOR = re.compile(r"\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left)\s*\(([^)]*)\)")
KEPT = re.compile(r"\bby\s*\(([^)]*)\)")
AGGREGATED = re.compile(r"\b(?:sum|min|max|count)\b")
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\()\b(?!\s*\()")
LABEL = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class Named:
    """What an expression names."""

    metrics: frozenset[str]
    labels: frozenset[str]


def named(expression: str) -> Named:
    """The metrics and labels in an expression, or in a series of promtool's tests."""
    text = RANGE.sub("", STRING.sub("", expression))
    labels = [
        label
        for part in (SELECTOR, GROUPING)
        for found in part.findall(text)
        for label in LABEL.findall(found)
    ]
    bare = GROUPING.sub("", SELECTOR.sub("", text))
    bare = re.sub(r"\b\d[\d.e]*", "", bare)
    metrics = {name for name in NAME.findall(bare) if name.lower() not in WORDS}
    return Named(frozenset(metrics), frozenset(labels))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording rule makes: its expression, of several rules of one name all, and labels it adds."""

    expression: str
    added: frozenset[str] = frozenset()


def labels_of(metric: str, recorded: Mapping[str, Recorded]) -> frozenset[str] | None:
    """The labels a series may have; None where there is no such series. `recorded`: by name."""
    if metric in OWN:
        return OWN[metric]
    if metric in recorded:
        return recorded[metric].added | _left(recorded[metric].expression, recorded)
    base = re.sub(r"_(bucket|sum|count)$", "", metric)
    for name in (metric, base):
        row = METRICS.get(name)
        if row is not None and (name == metric or row.kind == "histogram"):
            bound = {"le"} if metric.endswith("_bucket") else set()
            return frozenset(row.labels) | OF_THE_TARGET | bound
    return None


def _left(expression: str, recorded: Mapping[str, Recorded]) -> frozenset[str]:
    """The labels that what an expression gives may have."""
    if AGGREGATED.search(expression):
        kept = {label for found in KEPT.findall(expression) for label in LABEL.findall(found)}
        return frozenset(kept - {"le"})
    inside = [labels_of(name, recorded) or frozenset() for name in named(expression).metrics]
    return frozenset().union(*inside)


def unknown(expression: str, recorded: Mapping[str, Recorded], also: Collection[str] = ()) -> Iterator[str]:
    """What an expression names that nothing has; `also` are labels used beside it, as in a legend."""
    found = named(expression)
    if not found.metrics:
        yield f"names no metric: {expression}"
    known: set[str] = set()
    for metric in sorted(found.metrics):
        labels = labels_of(metric, recorded)
        if labels is None:
            yield f"no such metric: {metric}"
        known |= labels or set()
    for label in sorted((found.labels | set(also)) - known):
        yield f"no metric here has the label {label}: {expression}"
