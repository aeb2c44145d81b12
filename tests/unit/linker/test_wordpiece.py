"""Words into pieces of a vocabulary."""

import pytest

from services.linker.wordpiece import END, LONGEST, START, UNKNOWN, Pieces, words

VOCABULARY = (UNKNOWN, START, END, "rocket", "##s", "##et", "rock", "struck", ".", "a", "##a", "京")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Rockets struck.", "rocket ##s struck ."),
        ("ROCKÉTS", "rocket ##s"),
        ("rocket\u200bs", "rocket ##s"),
        ("rocketx struck", "[UNK] struck"),
        ("京京", "京 京"),
        ("a" * LONGEST, "a" + " ##a" * (LONGEST - 1)),
        ("a" * (LONGEST + 1), "[UNK]"),
        ("[CLS]", "[UNK] [UNK] [UNK]"),
        (" \n", ""),
    ],
)
def test_the_longest_pieces_that_fit(text: str, pieces: str) -> None:
    numbers = [VOCABULARY.index(piece) for piece in (START, *pieces.split(), END)]
    assert Pieces(VOCABULARY).numbers(text, 1000) == numbers


@pytest.mark.parametrize("most", [2, 3, 5])
def test_a_long_text_is_cut_and_ended(most: int) -> None:
    numbers = Pieces(VOCABULARY).numbers("rockets struck. " * 9, most)
    assert (len(numbers), numbers[0], numbers[-1]) == (most, 1, 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("U.S. forces", ["u", ".", "s", ".", "forces"]),
        ("al-Asad’s", ["al", "-", "asad", "’", "s"]),
        ("80%\tof $5", ["80", "%", "of", "$", "5"]),
        ("Sulaymānīyah", ["sulaymaniyah"]),
        ("بغداد، العراق", ["بغداد", "،", "العراق"]),
    ],
)
def test_words_are_folded_and_marks_stand_alone(text: str, found: list[str]) -> None:
    assert list(words(text)) == found
