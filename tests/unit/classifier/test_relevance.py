"""Grades from features, caps, and the sentence."""

from typing import Any

import pytest

from services.classifier.classify import classify
from services.classifier.gazetteer import load_tables
from services.classifier.grading import Features, grade
from services.classifier.structure import DATELINE, ELSEWHERE, find_asides, sentences_of

MODEL = load_tables().model


def features(**changes: Any) -> Features:
    """One mention late in a text of 400 words, but for `changes`."""
    plain: dict[str, Any] = {
        "text": 0.7,
        "first": 5.3,
        "words": 6.0,
        "spread": 0.1,
        "share": 0.1,
        "sentences": -2.3,
        "beat": 1.0,
        "real": 1,
    }
    return Features(**plain | changes)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (features(), 0),
        (features(words=3.4, first=2.0, opening=1.0), 1),  # one mention says more in a short text
        (features(words=3.4, first=2.0, opening=1.0, beat=0.0), 0),  # but not in a tale of a bakery
        (features(title=0.5, opening=0.5), 1),
        (features(title=0.4, opening=0.4, real=0), 0),  # "Iran-backed" alone is about somebody else
        (features(title=1.0, text=2.0, opening=1.0, first=0.5, spread=0.6, share=0.6, sentences=-0.9), 2),
        (features(text=3.2, spread=1.0, share=0.7, sentences=-0.7, opening=1.0, first=1.0), 2),
    ],
)
def test_the_grade_follows_from_where_and_how_often_a_country_is_named(given: Features, found: int) -> None:
    assert grade(MODEL, given).grade == found


@pytest.mark.parametrize("name", ["title", "opening", "text", "spread", "beat"])
def test_more_of_what_speaks_for_a_country_never_lowers_the_score(name: str) -> None:
    scores = [grade(MODEL, features(**{name: value})).score for value in (0.0, 0.5, 1.0)]
    assert scores == sorted(scores)


def test_a_cap_holds_grade_and_score_down_and_is_told() -> None:
    strong = features(title=1.0, text=3.0, opening=1.0, first=0.0, spread=1.0, share=0.8, sentences=-0.2)
    free, capped = grade(MODEL, strong), grade(MODEL, strong, most=1)
    assert (free.grade, free.held, capped.grade, capped.held) == (2, False, 1, True)
    assert capped.score < free.score


@pytest.mark.parametrize(
    ("text", "asides"),
    [
        ("BAGHDAD (Reuters) - Syria's army moved on.", [("BAGHDAD (Reuters) - ", DATELINE)]),
        ("TEHRAN, Aug 3 - Doctors treat more.", [("TEHRAN, Aug 3 - ", DATELINE)]),
        ("Baghdad is quiet - for now, people say.", []),
        ("Work began.\n\nMost read\nIran threatens to close strait", [
            ("Most read", ELSEWHERE), ("Iran threatens to close strait", ELSEWHERE),
        ]),
        ("Work began.\nRelated: Iran talks\nIraq said on Monday that it would stay.", [
            ("Related: Iran talks", ELSEWHERE),
        ]),
        ("Iraq votes\nIraq votes today.", []),
    ],
)  # fmt: skip
def test_what_is_not_the_story_is_seen_by_its_form(text: str, asides: list[tuple[str, str]]) -> None:
    assert [(text[start:end], id_) for start, end, id_ in find_asides(text)] == asides


def test_sentences_begin_after_full_stops_and_line_breaks() -> None:
    text = "Iraq votes. Iran waits!\nBread is dear"
    assert [text[at:][:5] for at in sentences_of(text)] == ["Iraq ", "Iran ", "Bread"]


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
        ("Iran", "Bread is dear.", "Iran is primary: named in the title only."),
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
