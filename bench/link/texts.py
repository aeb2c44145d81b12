"""Clean texts of many kinds, and which of them are spun for training."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

DOMAIN = ("originals", "iqir", "allsides_iq")  # weigh double: what the product reads


@dataclass(frozen=True, slots=True)
class Text:
    """A clean text; `counted` are the texts of its story that the n-grams were counted in."""

    kind: str
    key: str
    text: str
    spun: bool  # whether it is spun for training too
    counted: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Plan:
    """One set: how many of it are taken, and how many of those are spun."""

    kind: str
    file: str
    most: int
    spun: int
    least: int = 0  # words of a text
    counted: bool = False  # whether the n-grams have it


PLANS = (
    Plan("iqir", "iqir_gold", 999, 999),
    Plan("allsides_iq", "allsides_iraq_iran", 500, 350, counted=True),
    Plan("allsides_other", "allsides_other_topics", 700, 300, counted=True),
    Plan("guardian", "guardian_syria_isis", 999, 999, counted=True),
    Plan("ecb", "ecbplus_stories", 999, 200, 120, counted=True),
    Plan("re3d", "re3d_entities", 99, 99, 120, counted=True),
    Plan("bbc", "conflibert_BBC_News", 700, 250, counted=True),
    Plan("reuters", "reuters21578_places", 600, 250, 100),
    Plan("plover", "plover_synthetic", 150, 150, 120),
    Plan("muc4", "muc4", 400, 150),
)
WEB = ("aeb", "fundus", "andy", "wcxb")
LONGEST = 9000  # characters of a web page's text


def bucket(key: str) -> int:
    """A number that depends on the key alone."""
    return int(sha256(key.encode()).hexdigest()[:8], 16)


def rows(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def spun_synthetic(dev: Path) -> list[dict[str, Any]]:
    """The originals with their four spun versions."""
    return rows(dev / "spun_synthetic.jsonl")


def clean_texts(dev: Path, web: Path) -> list[Text]:
    """All that is trained on, from the unpacked archives `nlp_dev` and `extraction-dev`."""
    originals = spun_synthetic(dev)
    known = {row["id"] for row in originals}
    found = [Text("originals", row["id"], row["text"], True) for row in originals]
    for plan in PLANS:
        stories: dict[str, list[str]] = defaultdict(list)
        table = rows(dev / f"{plan.file}.jsonl")
        for row in table:
            stories[str(row.get("topic") if plan.kind == "ecb" else _key(row))].append(_body(plan, row))
        fit = [
            row
            for row in table
            if _key(row) not in known and str(row.get("id", "")).split(":")[-1] not in known
        ]
        fit = [row for row in fit if len(_body(plan, row).split()) >= plan.least]
        for i, row in enumerate(_sampled(fit, plan.most)):
            story = stories[str(row.get("topic") if plan.kind == "ecb" else _key(row))]
            counted = tuple(story) if plan.counted else ()
            found.append(Text(plan.kind, _key(row), _body(plan, row), i < plan.spun, counted))
    return found + [text for corpus in WEB for text in _pages(web / corpus / "truth.jsonl", f"web_{corpus}")]


def _key(row: dict[str, Any]) -> str:
    return str(row.get("id") or _first(row)[:60])


def _first(row: dict[str, Any]) -> str:
    return str(row.get("text") or row.get("doc"))


def _body(plan: Plan, row: dict[str, Any]) -> str:
    text = _first(row)
    return re.sub(r"\s+", " ", text).lower() if plan.kind == "muc4" else text


def _sampled(table: Iterable[dict[str, Any]], most: int) -> Sequence[dict[str, Any]]:
    return sorted(table, key=lambda row: bucket("z" + _key(row)))[:most]


def _pages(path: Path, kind: str) -> list[Text]:
    """The gold texts of web pages that are English prose."""
    found = []
    for row in rows(path):
        text = row["truth"][:LONGEST]
        words = len(text.split())
        if words >= 150 and len(re.findall(r"\b(the|and|of)\b", text)) > 0.04 * words:
            found.append(row)
    return [
        Text(kind, str(row["id"]), row["truth"][:LONGEST], i < 150)
        for i, row in enumerate(_sampled(found, 300))
    ]
