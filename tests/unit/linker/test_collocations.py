"""Broken collocations."""

from services.linker.collocations import LONGEST, odd_pairs, odd_places
from services.linker.tokens import folded_words


def test_places_are_found_longest_first_without_overlap() -> None:
    said = ["the", "iraqi", "key", "minister", "met", "the", "point", "out", "department"]
    assert odd_places(said) == [(1, 3, "iraqi prime"), (6, 9, "state department")]


def test_the_table_is_made_of_folded_words() -> None:
    pairs = odd_pairs()
    assert len(pairs) >= 80
    for odd, plain in pairs.items():
        assert folded_words(odd, 10) == odd.split(" ")
        assert folded_words(plain, 10) == plain.split(" ")
        assert 2 <= len(odd.split(" ")) <= LONGEST
        assert odd != plain
        assert plain not in pairs
