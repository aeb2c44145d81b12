import pytest

from services.extractor.literals import Literals, fold_case


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 0b00),
        ("the lake", 0b01),
        ("THE LAKE", 0b01),
        ("a dam by the lake", 0b11),
        ("dams", 0b10),
        ("İL", 0b10),
    ],
)
def test_every_set_that_has_a_literal_in_a_text_is_found(text: str, found: int) -> None:
    assert Literals([["lake", "sea"], ["dam", "il"]]).found_in(fold_case(text)) == found


def test_a_literal_may_be_in_several_sets_and_in_another_literal() -> None:
    sets = Literals([["source link"], ["source"], ["link", "source"]])
    assert sets.found_in("source link") == 0b111
    assert sets.found_in("a source") == 0b110


@pytest.mark.parametrize("text", ["BU İÇERİK", "bu içerik", "Bu Içerık"])
def test_an_i_is_an_i_in_turkish_too(text: str) -> None:
    assert fold_case(text) == "bu içerik"


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        ((), []),
        (("a lake", "no water", "Dams and a LAKE", "the end"), [0, 2]),
        (("the la", "ke is dry"), []),  # none across the end of a line
        (("İ", "il", "rain", "a dam"), [1, 3]),
    ],
)
def test_the_lines_that_have_a_literal_are_told_by_number(lines: tuple[str, ...], numbers: list[int]) -> None:
    assert list(Literals([["lake"], ["dam", "il"]]).lines_with(lines)) == numbers
