"""Shingles: what two texts share."""

import pytest

from services.linker.shingles import SKETCH, WORDS_READ, numbers, overlap, shingle_hashes, sketch

WORDS = [f"w{n}" for n in range(300)]


def test_hashes_are_the_same_in_every_process() -> None:
    assert list(numbers(shingle_hashes(["the", "white", "house"]))) == [525678497]


def test_hashes_are_sorted_and_distinct() -> None:
    found = list(numbers(shingle_hashes(WORDS + WORDS)))
    assert found == sorted(set(found))
    assert len(found) == 300
    assert list(sketch(shingle_hashes(WORDS))) == sorted(numbers(shingle_hashes(WORDS)))[:SKETCH]


@pytest.mark.parametrize(
    ("one", "other", "jaccard", "containment"),
    [
        (WORDS, WORDS, 1.0, 1.0),
        (WORDS, WORDS[:150], 148 / 298, 1.0),
        (WORDS[:150], WORDS[150:], 0.0, 0.0),
        ([], WORDS, 0.0, 0.0),
        ([], [], 0.0, 0.0),
        (["one"], ["one"], 1.0, 1.0),
    ],
)
def test_overlap_is_exact(one: list[str], other: list[str], jaccard: float, containment: float) -> None:
    shared = overlap(shingle_hashes(one), shingle_hashes(other))
    assert shared.jaccard == pytest.approx(jaccard)
    assert shared.containment == pytest.approx(containment)


def test_a_text_without_end_is_read_to_a_limit() -> None:
    assert shingle_hashes(WORDS * 100) == shingle_hashes((WORDS * 100)[:WORDS_READ])
