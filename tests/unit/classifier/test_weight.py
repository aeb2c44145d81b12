"""Importance and credibility."""

import pytest

from schemas.records import Source
from services.classifier.classify import classify
from services.classifier.severity import Severity, tell_severity
from services.classifier.weight import KINDS, UNKNOWN, weigh_credibility


def test_an_irrelevant_article_has_no_importance() -> None:
    importance = classify("Bread", "Bread is dear.").importance
    assert (importance.score, importance.because) == (0.0, "Not about a country we follow.")


def test_an_attack_matters_more_than_a_recipe_and_an_opinion_less_than_news() -> None:
    text = "Katyusha rockets hit an Iraqi base near Baghdad; a militia claimed responsibility."
    attack = classify("Rockets hit base in Iraq", text).importance.score
    opinion = classify("Opinion: rockets hit base in Iraq", text).importance.score
    calm = classify("Iraq and its poets", "Iraq loves poets. Baghdad reads them.").importance.score
    assert attack > opinion > 0
    assert attack > calm > 0


@pytest.mark.parametrize("kind", KINDS)
def test_credibility_follows_from_what_the_source_is(kind: str) -> None:
    source = Source(
        id="s", name="The Example", homepage="https://s.example/", kind=kind, family="Example Group"
    )
    weighed = weigh_credibility(source)
    assert weighed.score == KINDS[kind][0]
    assert weighed.because == f"The Example is {KINDS[kind][1]}, of the family Example Group."


@pytest.mark.parametrize("kind", [*KINDS, "pamphlet"])
def test_state_media_of_any_kind_count_as_state_media(kind: str) -> None:
    source = Source(id="s", name="The Example", homepage="https://s.example/", kind=kind, state_media=True)
    weighed = weigh_credibility(source)
    assert weighed.score == KINDS["state-media"][0]
    assert weighed.because == f"The Example is {KINDS['state-media'][1]}."


def test_an_unknown_source_is_low_and_said_to_be() -> None:
    weighed = weigh_credibility(None)
    assert (weighed.score, weighed.because) == (UNKNOWN, "The source is not in the source list.")
    strange = Source(id="s", name="S", homepage="https://s.example/", kind="pamphlet")
    assert weigh_credibility(strange).score == UNKNOWN


@pytest.mark.parametrize(
    ("title", "text", "added", "because"),
    [
        ("Blast kills 12 in Baghdad", "It was a market.", 0.12, "tells of 12 dead"),
        (
            "Quake shakes Kermanshah",
            "More than 400 people were killed, officials said.",
            0.2,
            "tells of 400 dead",
        ),
        ("Clash in Kirkuk", "Two police officers died.", 0.06, "tells of 2 dead"),
        ("Rockets land near base", "There were no casualties.", -0.08, "says that nobody was hurt"),
        ("Rockets land near base", "Nobody was hurt, the army said.", -0.08, "says that nobody was hurt"),
        ("انفجار في بغداد", "أسفر عن ٧ قتلى.", 0.06, "tells of 7 dead"),
        ("Militia claimed two attacks", "Rockets fell outside the base.", 0.0, ""),
        ("Floods claim 14 lives", "It rained in Basra.", 0.12, "tells of 14 dead"),
        ("The man of Baghdad airport", "In January 2020 a strike killed the general.", 0.0, ""),
        ("Back to 2014", "The 2014 massacre that killed 1,700 cadets.", 0.2, "tells of 1700 dead"),
        ("Quake of magnitude 5.9", "A 5.9 quake left 3 dead in Khoy.", 0.06, "tells of 3 dead"),
        ("Talks in Vienna", "The 12 ministers met.", 0.0, ""),
        ("Archive", "x" * 2_000 + " 500 people were killed", 0.0, ""),
    ],
)
def test_the_dead_at_the_front_of_an_article_weigh(title: str, text: str, added: float, because: str) -> None:
    assert tell_severity(title, text) == Severity(added, because)


def test_a_look_back_matters_less_than_the_day_itself() -> None:
    text = "Baghdad remembers the bombing in Iraq that killed 300 people. Iraqi families prayed in Karrada."
    today = classify("Bombing in Baghdad", text).importance
    back = classify("10th anniversary: on this day, bombing in Baghdad", text).importance
    assert back.score < today.score
    assert back.because.endswith("less as it looks back.")
