"""A copy laid beside its original."""

import pytest

from services.linker.alignment import align

TEXT = (
    *("the", "minister", "said", "on", "sunday", "that", "the", "talks", "with", "the", "delegation"),
    *("would", "go", "on", "until", "the", "end", "of", "june"),
)


def swapped(*places: tuple[int, str]) -> list[str]:
    words = list(TEXT)
    for at, word in places:
        words[at] = word
    return words


@pytest.mark.parametrize(
    ("copy", "swaps"),
    [
        (list(TEXT), []),
        (swapped((7, "discussions")), [(7, 8, 7, 8)]),
        (swapped((4, "monday"), (7, "discussions"), (9, "a")), [(4, 5, 4, 5), (7, 8, 7, 8), (9, 10, 9, 10)]),
        ([*TEXT[:7], "peace", "negotiations", *TEXT[8:]], [(7, 9, 7, 8)]),
        ([*TEXT[:7], *TEXT[12:]], []),
        (["quite", "other", "words", "altogether"], []),
        ([], []),
        (["the"] * 500, []),
    ],
)
def test_swaps_are_words_in_the_place_of_others(copy: list[str], swaps: list[tuple[int, ...]]) -> None:
    found = [(each.start, each.end, each.from_start, each.from_end) for each in align(copy, TEXT).swaps]
    assert found == swaps


def test_the_rate_is_per_hundred_aligned_words() -> None:
    alignment = align(swapped((7, "discussions")), TEXT)
    assert alignment.aligned == len(TEXT)
    assert alignment.rate == pytest.approx(100 / len(TEXT))
    assert align([], []).rate == 0.0


def test_moved_paragraphs_are_not_swaps() -> None:
    one, two = [f"a{n}" for n in range(30)], [f"b{n}" for n in range(40)]
    assert align(one + two, two + one).swaps == ()
