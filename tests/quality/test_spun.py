"""Spun text without its original: seeds and archive (from outside the repository), our own articles."""

import json
import tarfile
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from services.linker.spun.detector import Finding, find_spun
from services.linker.spun.model import load_model
from tests.quality.test_copies import SHARED, SPUN, needs_seeds, seeds
from tests.unit.linker.articles import LOOKALIKE, SECOND, THIRD, UNRELATED, WIRE, spin

ARCHIVE = SHARED / "data" / "nlp_dev.tar.gz"
needs_archive = pytest.mark.skipif(not ARCHIVE.is_file(), reason=f"no archive at {ARCHIVE}")
STEP = 10  # words from one cut to the next
HEAD = 400  # words of the archive's texts

# Cross-validated when the model was trained (bench/link/train_spun.py writes them into its file).
AREAS = {"A20": 0.985, "A40": 0.99, "B20": 0.98, "B40": 0.99, "pivots20": 0.97, "pivots40": 0.985}
# Thesauri that nothing was trained with.
RECALLS = {"B20": 0.8, "B40": 0.96, "pivots20": 0.79, "pivots40": 0.94}


@pytest.mark.parametrize(("version", "floor"), AREAS.items(), ids=str)
def test_spun_texts_score_over_clean_ones(version: str, floor: float) -> None:
    assert load_model().told["cross-validated"]["area"][version] >= floor


@pytest.mark.parametrize(("version", "floor"), RECALLS.items(), ids=str)
def test_a_thesaurus_never_seen_is_found_at_one_false_alarm_in_a_hundred(version: str, floor: float) -> None:
    assert load_model().told["cross-validated"]["recall"][version] >= floor


def cuts(text: str, size: int) -> Iterator[Finding]:
    """What is found in every stretch of `size` words."""
    words = text.split()
    for start in range(0, max(1, len(words) - size + 1), STEP):
        yield find_spun(" ".join(words[start : start + size]))


@needs_seeds
@pytest.mark.parametrize("name", SPUN)
def test_a_spun_seed_is_certain_and_says_why(name: str) -> None:
    found = find_spun(seeds()[name]["text"])
    assert found.spun
    assert len(found.pairs) >= 8


@needs_seeds
@pytest.mark.parametrize(("size", "share"), [(400, 1.0), (300, 0.88)])
@pytest.mark.parametrize("name", SPUN)
def test_any_cut_of_a_spun_seed_is_suspect(name: str, size: int, share: float) -> None:
    told = [found.told != "clean" for found in cuts(seeds()[name]["text"], size)]
    assert sum(told) >= share * len(told)


@needs_seeds
@pytest.mark.parametrize("size", [4000, 400, 300, 200])
def test_no_cut_of_the_honest_reprint_is_suspect(size: int) -> None:
    assert {found.told for found in cuts(seeds()["003"]["text"], size)} == {"clean"}


@lru_cache(maxsize=1)
def archive() -> dict[str, list[dict[str, Any]]]:
    """The sets that floors are held on, by name."""
    names = ("guardian_syria_isis", "ecbplus_stories", "re3d_entities", "conflibert_BBC_News")
    with tarfile.open(ARCHIVE) as found:
        files = {name: found.extractfile(f"dev/{name}.jsonl") for name in names}
        return {name: [json.loads(line) for line in file] for name, file in files.items() if file}


@needs_archive
@pytest.mark.parametrize(
    "name", ["guardian_syria_isis", "ecbplus_stories", "re3d_entities", "conflibert_BBC_News"]
)
def test_clean_text_is_hardly_ever_called_spun(name: str) -> None:
    texts = [" ".join(row["text"].split()[:HEAD]) for row in archive()[name][:200]]
    assert sum(find_spun(text).spun for text in texts) <= 0.02 * len(texts)


@pytest.mark.parametrize("text", [WIRE, SECOND, THIRD, LOOKALIKE, UNRELATED, ""])
def test_our_own_articles_are_clean(text: str) -> None:
    assert find_spun(text).told == "clean"


def test_our_own_article_spun_is_found_with_the_words_that_were_put() -> None:
    found = find_spun(spin(WIRE))
    assert found.told != "clean"
    assert ("state division", "state department") in found.pairs
    text = spin(WIRE)
    assert all(text[s.start : s.end].lower() in s.odd for s in found.spots)
