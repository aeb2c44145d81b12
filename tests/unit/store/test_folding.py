import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.store.folding import fold, fold_in_place, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Erbil", "ERBIL", id="case"),
        pytest.param("café", "cafe", id="Latin accents"),
        pytest.param("cafe\u0301", "cafe", id="decomposed accents"),
        pytest.param("أربيل", "اربيل", id="hamza on alef"),
        pytest.param("آب", "اب", id="madda"),
        pytest.param("ٱلعراق", "العراق", id="wasla"),
        pytest.param("العِرَاقُ", "العراق", id="vowel signs"),
        pytest.param("العـــراق", "العراق", id="tatweel"),
        pytest.param("ایران", "إيران", id="Persian and Arabic yeh"),
        pytest.param("کرکوک", "كركوك", id="Persian and Arabic kaf"),
        pytest.param("على", "علي", id="alef maksura"),
        pytest.param("السليمانية", "السليمانيه", id="teh marbuta"),
        pytest.param("خانۀ", "خانه", id="Persian ezafe"),
        pytest.param("می\u200cشود", "می شود", id="zero-width non-joiner"),
        pytest.param("۱۴۰۵", "1405", id="Persian digits"),
        pytest.param("١٤٠٥", "1405", id="Arabic digits"),
        pytest.param("ﺍﻟﻌﺮﺍﻕ", "العراق", id="presentation forms"),
        pytest.param("ﻻ", "لا", id="ligature"),
        pytest.param("\u202bبغداد\u202c", "بغداد", id="direction marks"),
        pytest.param("co\u00adoperate", "cooperate", id="soft hyphen"),
        pytest.param("straße", "STRASSE", id="sharp s"),
    ],
)
def test_spellings_of_one_word_are_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("شاه", "ساه"), ("dam", "dame"), ("قم", "كم")])
def test_other_words_stay_other(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters()))
def test_a_folded_text_can_be_stored(text: str) -> None:
    folded = fold(text)
    assert "\x00" not in folded
    folded.encode()


@given(st.text())
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    folded, origin = fold_in_place(text)
    assert len(folded) == len(origin)
    assert words(folded) == words(text)
    assert list(origin) == sorted(origin)
    assert all(0 <= at < len(text) for at in origin)


def test_words_are_letters_and_digits_only() -> None:
    assert words('al-Kadhimi\'s "plan_B" (2.0)*') == ["al", "kadhimi", "s", "plan", "b", "2", "0"]
