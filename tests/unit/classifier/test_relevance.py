"""Grades from features, caps, and the sentence."""

import pytest

from services.classifier.classify import classify
from services.classifier.relevance import Features, grade_of, score_of


def features(**changes: float) -> Features:
    """No mention at all, but for `changes`."""
    values = {"title": 0.0, "text": 0.0, "lead": 0.0, "density": 0.0} | changes
    return Features(**values, total=values["title"] + values["text"], named=0)


@pytest.mark.parametrize(
    ("given", "grade"),
    [
        (features(), 0),
        (features(text=1, lead=1, density=1), 0),
        (features(text=3, density=0.4), 1),
        (features(title=1), 1),
        (features(title=0.4), 0),
        (features(title=1, text=3, density=1.2), 2),
        (features(text=6, lead=2, density=1.0), 2),
        (features(text=6, density=1.0), 1),
        (features(text=20, density=1.6), 2),
    ],
)
def test_the_grade_follows_from_density_title_and_lead(given: Features, grade: int) -> None:
    assert grade_of(given) == grade


def test_scores_of_different_grades_do_not_overlap() -> None:
    strong, weak = features(title=1, text=90, lead=9, density=20), features()
    for grade in (0, 1):
        assert score_of(strong, grade) <= score_of(weak, grade + 1)
    assert 0 <= score_of(weak, 0) < score_of(strong, 0)


@pytest.mark.parametrize(
    ("title", "text", "because"),
    [
        (
            "Iraq votes",
            "Iraq votes today. Iraq counts tomorrow.",
            "Iraq is primary: named in the title and twice in the text.",
        ),
        (
            "Bread",
            "Bread is dear, even in Iran.",
            "Not relevant: Iran is named once in the text, in passing.",
        ),
        ("Bread", "Bread is dear.", "Not relevant: no word of Iraq or Iran."),
        ("Iran", "Bread is dear.", "Iran is secondary: named in the title only."),
        (
            "Iraq War veteran bakes",
            "Bread is dear.",
            "Not relevant: Iraq is named in the title only, the Iraq War is only somebody's past.",
        ),
        (
            "Iran win",
            "Iran's coach praised the goalkeeper.",
            "Not relevant: Iran is named in the title and once in the text, but it is about sport.",
        ),
    ],
)
def test_one_sentence_says_why(title: str, text: str, because: str) -> None:
    assert classify(title, text).because == because


def test_counter_evidence_is_shown_with_its_rule() -> None:
    against = classify("Ships", "The Iran-backed group fired.").relevance["IR"].against
    assert [(span.text, span.rule) for span in against] == [("Iran-backed", "backed-by-adjective")]


def test_sport_does_not_hide_politics() -> None:
    text = (
        "Iranian protesters chanted against the government outside the stadium in Tehran. Riot police fired "
        "tear gas, and security forces detained activists. The national team said nothing in Iran."
    )
    assert classify("Protests in Iran before the match", text).relevance["IR"].grade == 2
