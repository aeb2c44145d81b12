"""Words and how they fold."""

import pytest

from services.linker.tokens import fold, folded_words, printed_words, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("The U.S. said", ["the", "us", "said"]),
        ("Iraq’s 2,500 troops", ["iraq", "2500", "troops"]),
        ("Shi'ite and Shi’ite", ["shiite", "and", "shiite"]),
        ("Erdoğan's café", ["erdogan", "cafe"]),
        ("pro-Iran", ["pro", "iran"]),
        ("گفت‌وگو در بغداد", ["گفت", "وگو", "در", "بغداد"]),
        ("’ , . —", []),
        ("", []),
    ],
)
def test_words_fold_to_what_they_are_compared_by(text: str, folded: list[str]) -> None:
    assert folded_words(text, 100) == folded


def test_words_know_their_places() -> None:
    text = "“Ned Price, the U.S. spokesman” 𝔘 said 1,200."
    for word in words(text, 100):
        assert text[word.start : word.end] == word.raw
        assert word.folded == fold(word.raw)
    assert len(words(text, 3)) == 3


@pytest.mark.parametrize("space", [" ", " " * 40], ids=["short", "long"])
def test_printed_words_are_the_words_without_their_places(space: str) -> None:
    text = space.join(["U.S.", "troops’", "left", "Mosul’s", "2,500", "villages", "ـ"])
    assert [word for word in printed_words(text, 20) if fold(word)] == [word.raw for word in words(text, 20)]
    assert printed_words(text, 2) == ["U.S.", "troops"]
