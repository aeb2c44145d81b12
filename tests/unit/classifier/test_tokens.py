"""Folding, and the offsets that survive it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classifier.tokens import fold, fold_phrase, fold_word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asa'ib Ahl al-Haq", "Asaib Ahl Al Haq"),
        ("Asa’ib Ahl al-Haqq", "Asaʿib ahl ul-Haqq"),
        ("Mustafa al-Kadhimi", "mustafa kadhimi"),
        ("Mohammed as-Sudani", "Mohammed Sudani"),
        ("U.S.", "US"),
        ("I.A.E.A.", "IAEA"),
        ("Türkiye", "Turkiye"),
        ("Iran’s", "Iran"),
        ("League of the Righteous", "league of Righteous"),
        ("Kirkuk-Ceyhan", "Kirkuk Ceyhan"),
        ("العراق", "عراق"),
        ("والعراق", "عراق"),
        ("إيران", "ايران"),
        ("إِيرَان", "ايران"),
        ("ایران", "ايران"),
        ("خامنه‌ای", "خامنه ای"),
        ("کرکوک", "كركوك"),
        ("بغـــداد", "بغداد"),
        ("هەولێر", "ههولير"),
    ],
)
def test_spellings_of_one_name_fold_to_one_form(one: str, other: str) -> None:
    assert fold_phrase(one) == fold_phrase(other)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Iraq. Iran", " iraq | iran "),
        ("Iraq, Iran", " iraq , iran "),
        ("Iraq\n\nIran", " iraq | iran "),
        ("Iraq\nIran", " iraq iran "),
        ("Gen. Qassem Soleimani", " gen qassem soleimani "),
        ("Lloyd J. Austin", " lloyd j austin "),
        ("", " "),
        ("…", " "),
    ],
)
def test_a_phrase_ends_where_a_sentence_does(text: str, folded: str) -> None:
    assert fold(text).text.split() == folded.split()


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("Iraq’s army", 0, "Iraq"),
        ("said al-Kadhimi", 1, "al-Kadhimi"),
        ("in the U.S. today", 1, "U.S."),
        ("والعراق", 0, "العراق"),
        ("بِالعِراق", 0, "بِالعِراق"),
        ("the Asa’ib", 0, "Asa’ib"),
    ],
)
def test_a_word_knows_its_place(text: str, word: int, original: str) -> None:
    folded = fold(text)
    assert text[folded.starts[word] : folded.ends[word]] == original


def test_a_stretch_of_folded_text_is_a_slice_of_the_original() -> None:
    text = "On Monday Asa’ib Ahl al-Haq’s men left"
    folded = fold(text)
    begin = folded.text.index("asaib")
    start, end = folded.slice_of(begin, begin + len("asaib ahl haq"))
    assert text[start:end] == "Asa’ib Ahl al-Haq"


@given(st.text())
@settings(max_examples=500)
def test_offsets_are_in_order_and_inside_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.begins) == len(folded.starts) == len(folded.ends)
    last = 0
    for begin, start, end in zip(folded.begins, folded.starts, folded.ends, strict=True):
        assert last <= start < end <= len(text)
        assert folded.text[begin - 1] == " "
        last = end


@given(st.text())
def test_a_folded_word_folds_no_further(word: str) -> None:
    once = fold_word(word)
    assert fold_word(fold_word(once)) == fold_word(once)
