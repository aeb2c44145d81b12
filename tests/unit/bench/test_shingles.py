import pytest

from bench.extract.shingles import Marks, Overlap, compare, mark, shingles_of


@pytest.mark.parametrize(
    ("gold", "answer", "overlap"),
    [
        ("a b c d e", "a b c d e", (1, 0, 0)),
        ("a b c d e", "a b c d", (1 / 2, 0, 1 / 2)),
        ("a b c d", "a b c d a b c d", (1 / 5, 4 / 5, 0)),  # a repetition is added text
        ("a b", "a, b!", (1, 0, 0)),
        ("a b c d", "", (0, 0, 1)),
        ("", "", (0, 0, 0)),
    ],
)
def test_texts_are_compared_by_their_shingles(
    gold: str, answer: str, overlap: tuple[float, float, float]
) -> None:
    assert compare(shingles_of(gold), shingles_of(answer)) == pytest.approx(overlap)


def test_marks_are_means_over_pages_and_an_empty_answer_has_no_precision() -> None:
    marks = mark([Overlap(0.5, 0.5, 0), Overlap(0, 0, 1)])
    assert marks == Marks(0.5, 0.5, 0.5)
    assert mark([]) == Marks(0, 0, 0)
