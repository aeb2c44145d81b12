"""Names that a spinner changed."""

import pytest

from services.linker.alignment import align
from services.linker.repair import FROM_OFFICE, FROM_ORIGINAL, offices, propose
from services.linker.tokens import words


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ("Jens Stoltenhill, the NATO secretary common, spoke.", [("Jens Stoltenhill", "Jens Stoltenberg")]),
        ("State Department spokesman Ned Worth said so.", [("Ned Worth", "Ned Price")]),
        ("Protection Secretary Lloyd J. Autumn spoke.", [("Lloyd J. Autumn", "Lloyd Austin")]),
        ("Jens Stoltenberg, the NATO secretary common, spoke.", []),
        ("Defense Secretary Lloyd J. Austin III spoke.", []),
        ("Ned Worth sold shoes in Ohio.", []),
        ("Mary Worth, the State Department's spokeswoman, said so.", []),
        ("spokesman of the state department", []),
    ],
)
def test_a_name_that_contradicts_its_office(text: str, repairs: list[tuple[str, str]]) -> None:
    found = propose(text, words(text, 100))
    assert [(repair.from_, repair.to) for repair in found] == repairs
    for repair in found:
        assert text[repair.mention.start : repair.mention.end] == repair.from_
        assert (repair.confidence, repair.mention.in_) == (FROM_OFFICE, "text")


@pytest.mark.parametrize(
    ("original", "copy", "repairs"),
    [
        ("They met Karim Stone in Basra on Friday.", "They met Karim Rock in Basra on Friday.",
         [("Karim Rock", "Karim Stone")]),
        ("They met Karim Stone in Basra on Friday.", "They met Karim Stone in Basra on Saturday.", []),
        ("They saw the hill near Basra on Friday.", "They saw the mount near Basra on Friday.", []),
    ],
)  # fmt: skip
def test_the_original_has_another_name_in_the_same_place(
    original: str, copy: str, repairs: list[tuple[str, str]]
) -> None:
    here, there = words(copy, 100), words(original, 100)
    alignment = align([word.folded for word in here], [word.folded for word in there])
    found = propose(copy, here, alignment, there)
    assert [(repair.from_, repair.to) for repair in found] == repairs
    assert {repair.confidence for repair in found} <= {FROM_ORIGINAL}


def test_offices_are_written_as_folded_words() -> None:
    for last, rows in offices().items():
        for office, holder in rows:
            assert office[-1] == last
            assert [word.folded for word in words(" ".join(office), 20)] == list(office)
            assert len(holder.split(" ")) > 1
