"""Numbers of dead and hurt, found by any room."""

import pytest

from services.tolls import Number, killed, nobody, number_of, wounded


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("3", Number(3, 3, 3)), ("1,700", Number(1700, 1700, 1700)), ("٧", Number(7, 7, 7)),
        ("Twenty-three", Number(23, 23, 23)), ("sixty", Number(60, 60, 60)), ("dozens", Number(20, 24, 150)),
        ("dozen", Number(11, 12, 13)),
    ],
)  # fmt: skip
def test_a_number_in_digits_or_words(told: str, number: Number) -> None:
    assert number_of(told) == number


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(KeyError):
        number_of("many")


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Blast kills 12 in Baghdad", [12]),
        ("five policemen were killed", [5]),
        ("The death toll from a clash of two tribes has risen to 15", [15]),
        ("The death toll rose from 3 to 5", [5]),
        ("Baghdad fire toll climbs to 13", [13]),
        ("Floods claim 14 lives", [14]),
        ("Iran hanged four men", [4]),
        ("In January 2020 a strike killed the general", []),
        ("The bull was killed", []),
    ],
)
def test_the_dead_are_counted(text: str, about: list[int]) -> None:
    assert [toll.number.about for toll in killed(text)] == about


def test_a_toll_says_where_it_stands() -> None:
    text = "A bomb killed at least nine people and wounded 21."
    (dead,), (*_, hurt) = killed(text), wounded(text)
    assert (text[dead.start : dead.end], text[dead.at : dead.until], dead.verb) == (
        "killed at least nine", "nine", "killed")  # fmt: skip
    assert text[hurt.start : hurt.end] == "wounded 21"


def test_nobody_is_found() -> None:
    found = nobody("Six rockets fell. No one was hurt, the army said.")
    assert found is not None
    assert found.group() == "No one was hurt"
    assert nobody("Six rockets fell.") is None
