"""Broken collocations."""

import pytest

from services.linker.oddity import DISTINCT, LONGEST, judge_oddity, odd_pairs, odd_places
from services.linker.tokens import folded_words
from tests.unit.linker.articles import LOOKALIKE, SECOND, THIRD, UNRELATED, WIRE, spin


@pytest.mark.parametrize("text", [WIRE, SECOND, THIRD, LOOKALIKE, UNRELATED, ""])
def test_ordinary_news_is_not_odd(text: str) -> None:
    oddity = judge_oddity(folded_words(text, 4000))
    assert (oddity.score, oddity.pairs, oddity.spun) == (0.0, (), False)


def test_a_spun_text_is_odd_and_says_why() -> None:
    oddity = judge_oddity(folded_words(spin(WIRE), 4000))
    assert oddity.spun
    assert ("state division", "state department") in oddity.pairs
    assert 0.5 < oddity.score <= 1.0


def test_the_score_rises_with_odd_pairs_and_falls_with_length() -> None:
    filler = ["word"] * 200
    odd = ["white", "home", "state", "division", "key", "minister"]
    scores = [judge_oddity(filler + odd[:n]).score for n in (0, 2, 4, 6)]
    assert scores == sorted(set(scores))
    assert judge_oddity(filler * 20 + odd).score < scores[-1]


@pytest.mark.parametrize(
    ("said", "spun"),
    [
        ("the white home and the state division", False),
        ("the white home and the white home and the white home", False),
        ("the white home and the state division and the key minister", True),
    ],
)
def test_one_clumsy_phrase_is_not_a_spinner(said: str, spun: bool) -> None:
    assert judge_oddity(said.split() + ["word"] * 300).spun is spun
    assert not judge_oddity(said.split() + ["word"] * 3000).spun


def test_places_are_found_longest_first_without_overlap() -> None:
    said = ["the", "iraqi", "key", "minister", "met", "the", "point", "out", "department"]
    assert odd_places(said) == [(1, 3, "iraqi prime"), (6, 9, "state department")]


def test_the_table_is_made_of_folded_words() -> None:
    pairs = odd_pairs()
    assert len(pairs) >= 80
    assert DISTINCT >= 3
    for odd, plain in pairs.items():
        assert folded_words(odd, 10) == odd.split(" ")
        assert folded_words(plain, 10) == plain.split(" ")
        assert 2 <= len(odd.split(" ")) <= LONGEST
        assert odd != plain
        assert plain not in pairs
