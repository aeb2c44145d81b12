"""Which names are meant."""

from datetime import date

import pytest

from services.classifier.matcher import load_matcher
from services.classifier.mentions import find_mentions

READ = load_matcher().read


def entries_in(text: str, title: str = "") -> list[str]:
    """Ids of the entries mentioned, in order."""
    return [m.entry.id for m in find_mentions((READ(title, "title"), READ(text, "text")))]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Lloyd Austin spoke. Austin left.", 2),
        ("Austin left.", 0),
        ("In Austin it rained.", 0),
    ],
)
def test_a_surname_counts_beside_the_full_name(text: str, count: int) -> None:
    assert entries_in(text).count("person:lloyd_austin") == count


def test_the_full_name_may_stand_in_the_title() -> None:
    assert "person:lloyd_austin" in entries_in("Austin left.", title="Lloyd Austin in Baghdad")


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Michael Jordan", "place:jordan"),
        ("East Palestine, Ohio", "place:palestine"),
        ("the University of Washington", "place:united_states"),
        ("Latin America", "place:united_states"),
    ],
)
def test_a_namesake_is_no_mention(text: str, entry: str) -> None:
    assert entry not in entries_in(text)


def test_a_person_of_that_name_keeps_it_throughout() -> None:
    assert entries_in("Jordan scored. Michael Jordan left.") == []


def test_a_longer_known_name_is_not_its_own_namesake() -> None:
    assert entries_in("the Washington Post said") == ["org:washington_post"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Iran-backed militias", "backed-by-adjective"),
        ("an Iraq War veteran", "iraq-war-veteran"),
        ("the Iran-Contra affair", "iran-contra"),
        ("the Iran-Iraq War", "iran-iraq-war"),
        ("Iraq and Syria", "name-in-a-row"),
    ],
)
def test_a_weakened_mention_says_by_what(text: str, rule: str) -> None:
    mentions = find_mentions((READ(text, "text"),))
    assert next(m.counter.rule.counter.id for m in mentions if m.counter) == rule


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rockets hit Baghdad. The U.S. Embassy shook.", True),
        ("Rockets hit Cairo. The U.S. Embassy shook.", False),
    ],
)
def test_a_short_name_counts_beside_its_place_and_weighs_nothing(text: str, found: bool) -> None:
    embassies = [
        m.entry for m in find_mentions((READ(text, "text"),)) if m.entry.id == "org:us_embassy_baghdad"
    ]
    assert [entry.weight for entry in embassies] == ([0.0] if found else [])


def test_a_surname_counts_behind_its_office() -> None:
    assert "person:mohammed_shia_al_sudani" in entries_in("Prime Minister Sudani left.")


@pytest.mark.parametrize(
    ("day", "entry"),
    [
        (date(1990, 8, 8), "person:george_h_w_bush"),
        (date(2003, 3, 19), "person:george_w_bush"),
        (None, "person:george_w_bush"),
    ],
)
def test_a_name_of_two_people_is_his_whose_day_it_is(day: date | None, entry: str) -> None:
    reading = READ("President Bush spoke.", "text", day)
    assert [m.entry.id for m in find_mentions((reading,))] == [entry]
