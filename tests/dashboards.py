"""The dashboards as files: panels and their queries."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rules.reading import ROOT

GRAFANA = ROOT / "deploy" / "monitoring" / "grafana"
BOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))

VARIABLES = {"$__rate_interval": "1m", "$stage": ".+"}
"""What Grafana puts in place of each."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of one panel."""

    board: str
    panel: str
    text: str
    legend: tuple[str, ...]  # labels it names

    @property
    def expression(self) -> str:
        """With the variables filled in. Raises AssertionError for one we do not know."""
        text = self.text
        for name, value in VARIABLES.items():
            text = text.replace(name, value)
        assert "$" not in text, text
        return text


def board(path: Path) -> dict[str, Any]:
    """One dashboard."""
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def queries() -> Iterator[Query]:
    """Every query of every dashboard, in order."""
    for path in BOARDS:
        for panel in board(path)["panels"]:
            for target in panel.get("targets", ()):
                legend = tuple(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                yield Query(path.stem, panel["title"], target["expr"], legend)
