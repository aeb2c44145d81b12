"""Counts of clean news, passages and repairs, on a world made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.linker.spun.columns import COLUMNS, columns_of
from services.linker.spun.document import DIGIT, NUMBER
from services.linker.spun.passage import WORD, passage_of
from services.linker.spun.repairs import repairs_of
from services.linker.spun.spots import spots_of
from tests.unit.linker.spun_counts import IDS, PAIRS, TRIPLES, WORDS, small_counts, small_lexicon

COUNTS, LEXICON = small_counts(), small_lexicon()


def ids(*words: str) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    return [np.array([IDS[word]]) for word in words]


@pytest.mark.parametrize(("pair", "times"), PAIRS.items(), ids=str)
def test_a_pair_is_found_with_its_count_to_5_percent(pair: tuple[str, str], times: int) -> None:
    assert COUNTS.pair(*ids(*pair))[0] == pytest.approx(times, rel=0.05)


def test_all_other_pairs_were_never_seen() -> None:
    every = np.array([(i, j) for i in range(len(WORDS)) for j in range(len(WORDS))])
    seen = {(WORDS[i], WORDS[j]) for i, j in every[COUNTS.pair(*every.T) > 0]}
    assert seen == set(PAIRS)


def test_triples_and_pairs_of_the_web_are_found() -> None:
    for triple, times in TRIPLES.items():
        assert COUNTS.triple(*ids(*triple))[0] == pytest.approx(times, rel=0.05)
    assert COUNTS.triple(*ids("the", "white", "home"))[0] == 0
    assert COUNTS.web_pair(*ids("white", "house"))[0] == 64
    assert COUNTS.web_pair(*ids("house", "white"))[0] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The white house.", "<s> <s> the white house </s>"),
        ("It said. The house", "<s> <s> it said </s> <s> the house </s>"),
        ("it said.\n\nthe HOUSE", "<s> <s> it said </s> <s> the house </s>"),
        ("“It said.” “The house", "<s> <s> it said </s> <s> the house </s>"),
        ("Zanzibar said 5.5 it", "<s> <s> <unk> said <unk> it </s>"),
        ("\n\n", "<s> <s> </s>"),
    ],
)
def test_a_passage_has_marks_between_sentences(text: str, words: str) -> None:
    passage = passage_of(text, IDS, 100)
    assert [WORDS[i] for i in passage.ids] == [*words.split(), "</s>", "</s>", "</s>"]
    for i, (start, end) in zip(passage.ids.tolist(), passage.spans.tolist(), strict=True):
        assert i <= 2 or text[start:end].lower() == WORDS[i]


@given(st.text(st.sampled_from("aZ9٣ \n.,'’-!”(ſK\ud800é"), max_size=40))
def test_words_are_those_that_the_expression_finds(text: str) -> None:
    found = passage_of(text, {}, 1000)
    spans = [span for span in found.spans.tolist() if span[0] < span[1]]
    assert spans == [list(match.span()) for match in WORD.finditer(text)]


def test_no_more_words_are_read_than_asked_for() -> None:
    passage = passage_of("the white house said it", IDS, 2)
    assert (passage.words, [WORDS[i] for i in passage.ids[2:4]]) == (2, ["the", "white"])


def repaired(text: str) -> tuple[list[str], list[str], list[float], list[float]]:
    spots = spots_of(passage_of(text, IDS, 100), COUNTS, LEXICON)
    found = repairs_of(spots, COUNTS, LEXICON)
    assert columns_of(spots, found, COUNTS).shape == (len(spots.at), len(COLUMNS))
    said = [WORDS[i] for i in spots.ids[spots.at]]
    return said, [WORDS[i] for i in found.best], found.gain.tolist(), found.phrase.tolist()


def test_the_white_home_was_a_house() -> None:
    said, best, gain, _ = repaired("The white home said it.")
    assert (said, best) == (["white", "home"], ["<unk>", "house"])
    assert gain[0] == 0
    assert gain[1] > 5


def test_a_home_that_is_one_gains_little() -> None:
    assert repaired("The home said it.")[2][0] < repaired("The white home said it.")[2][1] - 5


def test_two_words_may_stand_for_one() -> None:
    said, _, _, phrase = repaired("The white house said it will point out.")
    assert dict(zip(said, phrase, strict=True)) == pytest.approx(
        {"white": 0, "house": 0, "point": phrase[2], "out": phrase[2]}
    )
    assert phrase[2] > 5


@pytest.mark.parametrize("text", ["", "It said.", "Zanzibar"])
def test_a_text_without_words_that_could_be_swapped_has_no_rows(text: str) -> None:
    assert repaired(text) == ([], [], [], [])


@pytest.mark.parametrize(
    ("text", "digits", "numbers"),
    [
        ("2 men, 3 cars and two dogs", 2, 1),
        ("12 men, $3 apiece, 1.5 tons, -4 degrees, 7 am", 0, 0),
        ("two-three x four fifteen eights sixty nine.", 0, 4),
        ("5 men 5 men\n6 men", 3, 0),
    ],
)
def test_digits_and_number_words_stand_alone(text: str, digits: int, numbers: int) -> None:
    assert (len(DIGIT.findall(text)), len(NUMBER.findall(text))) == (digits, numbers)
