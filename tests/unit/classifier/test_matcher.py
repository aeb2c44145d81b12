"""One pass for every table."""

import pytest

from services.classifier.matcher import Named, load_matcher

READ = load_matcher().read


def names_in(text: str) -> list[tuple[str, str]]:
    """(entry id, surface) of every name."""
    reading = READ(text, "text")
    return [(hit.rule.entry.id, text[hit.start : hit.end]) for hit in reading.names]


@pytest.mark.parametrize(
    ("text", "entry", "surface"),
    [
        ("the State Division’s spokesman", "org:us_state_department", "State Division"),
        ("a Point out Office formal", "org:us_state_department", "Point out Office"),
        ("at the White Home", "org:white_house", "White Home"),
        ("Iraqi Key Minister Mustafa", "office:prime_minister", "Key Minister"),
        ("Protection Secretary Lloyd", "org:pentagon", "Protection Secretary"),
        ("the Islamic Point out", "org:islamic_state", "Islamic Point out"),
        ("the Islamic State of Iraq and Syria", "org:islamic_state", "Islamic State of Iraq and Syria"),
        ("KATAIB HEZBOLLAH", "org:kataib_hezbollah", "KATAIB HEZBOLLAH"),
        ("Kata'ib Hizballah", "org:kataib_hezbollah", "Kata'ib Hizballah"),
        ("Gen. Soleimani", "person:qassem_soleimani", "Soleimani"),
        ("U.S.-led", "place:united_states", "U.S."),
        ("وبغداد", "place:baghdad", "بغداد"),
        ("لإيران", "place:iran", "إيران"),
        ("والعراق", "place:iraq", "العراق"),
        ("لە بەغدا", "place:baghdad", "بەغدا"),
    ],
)
def test_a_form_is_found_with_its_surface(text: str, entry: str, surface: str) -> None:
    assert (entry, surface) in names_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "help us now",
        "to point out",
        "the sadr of it",
        "WHO IS IT FOR US",
        "iraqis2go-hotel-baghdadino",
        "Islamic. State",
    ],
)
def test_ordinary_words_are_not_names(text: str) -> None:
    assert names_in(text) == []


def test_the_longest_name_wins() -> None:
    assert [entry for entry, _ in names_in("Iraqi Kurdistan and Kurdistan Democratic Party")] == [
        "place:kurdistan_region",
        "org:kdp",
    ]


def test_one_phrase_may_speak_for_two_labels() -> None:
    reading = READ("The peshmerga advanced", "text")
    assert {hit.rule.label.id for hit in reading.phrases} == {"kurdistan", "isis_terrorism"}


def test_hits_of_one_kind_do_not_overlap() -> None:
    reading = READ("Iraqi Kurdistan, Iran-backed Popular Mobilization Forces", "text")
    ends = 0
    for hit in reading.names:
        assert isinstance(hit.rule, Named)
        assert hit.start >= ends
        ends = hit.end
