import pytest

from services.extractor.stretches import CHANGE, DISTANCE, ENOUGH, best_stretches


@pytest.mark.parametrize(
    ("scores", "places"),
    [
        ([], []),
        ([-1.0, -2.0], []),
        ([-3.0, 4.0, -3.0], []),  # it costs one change to begin and one to end
        ([-3.0, 4.1, -3.0], [1]),
        ([4.1 - 2 * CHANGE], [0]),  # but none at the edge of the page
        ([-3.0, 3.0, 3.0, -3.0], [1, 2]),
        ([3.0, -1.0, 3.0], [0, 1, 2]),  # a subhead costs less than two changes
        ([3.0, -3.0, -3.0, 3.0], [0, 3]),  # a list does not
        ([3.0, *([-3.0] * 6), 3.0], [0, 7]),  # six lines away, three points: near enough
        ([4.0, *([-3.0] * 7), 3.0], [0]),  # seven lines are too many
        ([3.0, *([-3.0] * 7), 4.0], [8]),
        ([3.0, 3.0, *([-3.0] * 7), 4.5, *([-3.0] * 7), 3.5], [0, 1, 9, 17]),  # one leads to the next
        ([6.0, 6.0, *([-3.0] * 90), 5.0, 5.0], [0, 1, 92, 93]),  # strong enough from any distance
    ],
)
def test_the_article_is_the_strongest_stretch_and_those_that_go_with_it(
    scores: list[float], places: list[int]
) -> None:
    stretches = best_stretches(scores)
    assert [at for stretch in stretches for at in stretch] == places
    assert stretches == sorted(stretches, key=lambda stretch: stretch.start)


def test_the_table_above_is_about_these_numbers() -> None:
    assert (CHANGE, DISTANCE, ENOUGH) == (2.0, 0.5, 10.0)
