"""Topic labels."""

import pytest

from services.classifier.classify import classify
from services.classifier.topics import score_label


def topics_of(text: str, title: str | None = None) -> list[str]:
    """Label ids, best first."""
    return [topic.id for topic in classify(title, text).topics]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The ambassador met the foreign minister for bilateral talks.", "diplomacy"),
        ("U.S. troops left the air base; the troop withdrawal goes on.", "us_forces"),
        ("Militiamen fired Katyusha rockets at the convoy.", "militia_attack"),
        ("Ballistic missiles and airstrikes followed; Tehran vowed retaliation.", "interstate_military"),
        ("Sanctions relief and electricity imports were discussed.", "sanctions_energy"),
        ("Uranium enrichment and the nuclear deal were discussed.", "nuclear"),
        ("Protesters met tear gas and riot police.", "protest_unrest"),
        ("The parliamentary elections and government formation took months.", "elections_government"),
        ("Islamic State fighters sent a suicide bomber.", "isis_terrorism"),
        ("Peshmerga commanders met in Erbil, in Iraqi Kurdistan.", "kurdistan"),
        ("Displaced people left the refugee camps; aid agencies warned.", "humanitarian"),
        ("Political prisoners were executed, human rights groups said.", "rights_justice"),
        ("The earthquake and its aftershocks buried rescuers.", "disaster_accident"),
        ("Inflation rose and the rial fell; oil prices helped the budget.", "economy"),
        ("Pilgrims walked to the holy shrine for Arbaeen.", "religion_society"),
    ],
)
def test_each_label_is_found_first_in_its_own_words(text: str, label: str) -> None:
    assert topics_of(text)[0] == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Both sides spoke of de-escalation.", "interstate_military"),
        ("It was a political earthquake.", "disaster_accident"),
        ("A war of words began.", "interstate_military"),
    ],
)
def test_a_phrase_inside_its_opposite_does_not_count(text: str, label: str) -> None:
    assert label not in topics_of(text)


def test_topics_come_best_first_and_over_their_threshold() -> None:
    found = classify(
        "Iraq", "Protesters fled tear gas. Protests grew. The embassy and the ambassador worried."
    ).topics
    scores = [topic.score for topic in found]
    assert scores == sorted(scores, reverse=True)
    assert all(topic.medtop and topic.evidence for topic in found)


def test_a_long_text_needs_more_words_for_a_topic_than_a_short_one() -> None:
    assert score_label(3, 100) > score_label(3, 1000) > score_label(3, 10_000)
    assert score_label(0, 100) == 0


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        (
            "Rockets hit a base with American troops. The militia fired ten rockets at the troops.",
            ["militia_attack"],
        ),
        (
            "Rockets hit a base. The militia fired ten rockets. The troop withdrawal goes on; US troops go.",
            ["militia_attack", "us_forces"],
        ),
    ],
)
def test_troops_that_are_only_fired_at_are_no_topic_of_their_own(text: str, topics: list[str]) -> None:
    assert [topic.id for topic in classify("Attack on base", text).topics] == topics
