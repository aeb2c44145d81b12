import numpy as np
import pytest

from services.forest import ROWS, SCALE, Forest

# column 0 <= 1: left leaf; else column 1 <= 2: middle leaf; else right leaf. And a tree that is one leaf.
INF = np.inf
FOREST = Forest(
    np.array([[0, 1], [0, 0]], np.uint16),
    np.array([[1, 2], [INF, INF]], np.float32),
    np.array([[0b01, 0b10], [0, 0]], np.uint16),
    np.array([[-2 * SCALE, 0, 3 * SCALE], [SCALE, 0, 0]], np.int32),
)


@pytest.mark.parametrize(
    ("row", "total"), [((0, 9), -1), ((1, 9), -1), ((1.5, 2), 1), ((1.5, 2.5), 4), ((9, 0), 1)]
)
def test_a_row_falls_into_the_leaf_that_its_comparisons_lead_to(
    row: tuple[float, float], total: float
) -> None:
    found = FOREST.probability(np.array([row], np.float32))
    assert found[0] == pytest.approx(1 / (1 + np.exp(-total)), abs=1e-6)


def test_many_rows_are_evaluated_in_parts_and_in_order() -> None:
    rows = np.array([[i % 3, i % 4] for i in range(2 * ROWS + 7)], np.float32)
    assert FOREST.probability(rows).tolist() == [FOREST.probability(row[None])[0] for row in rows]


def test_no_rows_have_no_probabilities() -> None:
    assert len(FOREST.probability(np.zeros((0, 2), np.float32))) == 0
