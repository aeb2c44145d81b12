"""Stories told apart: our own that look alike, and the development sets (read from outside the repository).

Issue 8 asks for .92 of ECB+: docs/decisions/0019-stories.md says what was tried. A floor is what is reached.
"""

import tarfile
import tomllib
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bench.link.stories import SETS, bcubed, linked, scores
from bench.link.texts import rows
from tests.quality.test_copies import SHARED

ARCHIVE = SHARED / "data" / "nlp_dev.tar.gz"
needs_archive = pytest.mark.skipif(not ARCHIVE.is_file(), reason=f"no archive at {ARCHIVE}")
FLOORS = {"ecbplus_stories": 0.87, "iqir_story_leads": 0.965}  # .883 without and .884 with vectors; .979
ORDERS = 2
OWN = Path(__file__).parent / "gold" / "stories.toml"
RECALL = 0.95  # BCubed, of our own; 1.0 now, with sentence vectors and without


@lru_cache(maxsize=1)
def sets() -> dict[str, list[dict[str, Any]]]:
    """The rows of each set."""
    with TemporaryDirectory() as folder, tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
        return {name: rows(Path(folder) / "dev" / f"{name}.jsonl") for name in SETS}


@needs_archive
@pytest.mark.parametrize("name", SETS)
def test_articles_on_one_event_are_one_story_in_any_order(name: str) -> None:
    f1s = [f1 for f1, _, _ in scores(sets()[name], ORDERS, SETS[name])]
    assert sum(f1s) / ORDERS >= FLOORS[name]


@lru_cache(maxsize=1)
def look_alikes() -> list[dict[str, Any]]:
    """Our own texts, in order of publication, which is that of arrival."""
    texts: list[dict[str, Any]] = tomllib.loads(OWN.read_text(encoding="utf-8"))["text"]
    rows = [text | {"id": f"t{number}", "date": text["published"]} for number, text in enumerate(texts)]
    return sorted(rows, key=lambda row: row["date"])


def test_events_that_look_alike_stay_apart() -> None:
    texts = look_alikes()
    given = linked(texts)
    together = [
        (one["story"], other["story"])
        for (one, mine), (other, its) in combinations(zip(texts, given, strict=True), 2)
        if mine == its and one["story"] != other["story"]
    ]
    assert together == []


def test_two_tellings_of_an_event_are_mostly_one_story() -> None:
    _, _, recall = bcubed([text["story"] for text in look_alikes()], linked(look_alikes()))
    assert recall >= RECALL
