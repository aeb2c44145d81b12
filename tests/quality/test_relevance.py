"""Relevance: grades of articles that others graded, and of our own short texts; floors no change may lower.

Figures of articles that the weights measured with have not seen, in ten folds. The others' articles lie
outside the repository: SIRWAN_SHARED names the folder.
"""

import os
from pathlib import Path

import pytest

from bench.classify.judged import read_judged
from bench.classify.relevance import Example, examples_of, figures, grades_out_of_fold

SHARED = Path(os.environ.get("SIRWAN_SHARED") or Path(__file__).parents[3] / "shared")
ARCHIVE = SHARED / "data" / "nlp_dev.tar.gz"

# Raise them when you beat them.
OUT_OF_FOLD = {
    "reuters IQ F1": 0.84,
    "reuters IR F1": 0.875,
    "iqir IQ macro-F1": 0.9,
    "iqir IR macro-F1": 0.9,
    "headlines exact": 0.895,
    "headlines side": 0.945,
}


@pytest.mark.skipif(
    not ARCHIVE.exists(), reason="no articles here: set SIRWAN_SHARED to the folder that has data/"
)
def test_articles_get_the_grades_that_people_gave_them() -> None:
    examples: list[Example] = [e for judged in read_judged(ARCHIVE) for e in examples_of(judged)]
    found = figures(examples, grades_out_of_fold(examples))
    print(*(f"{name:20}{value:.3f}" for name, value in found.items()), sep="\n")
    assert {name: found[name] for name, floor in OUT_OF_FOLD.items() if found[name] < floor} == {}
