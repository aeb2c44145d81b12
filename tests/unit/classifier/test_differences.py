"""What two verdicts on one article differ in."""

from typing import Any

import pytest
from msgspec.structs import replace

from schemas.records import ClassifiedArticle, CountryRelevance, Entity, EventHint, Span, TopicLabel
from services.classifier.differences import Difference, differences
from services.classifier.stage import classify_article
from tests.unit.classifier.articles import an_article

ROCKETS = classify_article(an_article(), {})
WORDS = (Span(start=0, end=7, text="Rockets", in_="title"),)
WATER = TopicLabel(id="water", name="Water", score=0.7, evidence=WORDS)
SOMEBODY = Entity(id="person:somebody", name="Somebody", type="person", mentions=WORDS)


def test_the_same_verdict_differs_in_nothing() -> None:
    assert differences(ROCKETS, classify_article(an_article(), {})) == ()


def test_a_score_is_no_difference() -> None:
    topics = tuple(replace(each, score=each.score / 2) for each in ROCKETS.topics)
    about = {code: replace(each, score=0.1) for code, each in ROCKETS.relevance.items()}
    assert differences(ROCKETS, replace(ROCKETS, topics=topics, relevance=about)) == ()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"topics": (*ROCKETS.topics, WATER)}, Difference("topic", "added", "water", "Rockets")),
        ({"entities": (*ROCKETS.entities, SOMEBODY)}, Difference("entity", "added", SOMEBODY.id, "Rockets")),
        (
            {"event_hints": (EventHint(plover="AID", quad="material-cooperation", evidence=WORDS),)},
            Difference("event", "added", "AID", "Rockets"),
        ),
        ({"genre": "live"}, Difference("genre", "changed", f"{ROCKETS.genre} to live", "")),
        (
            {"relevance": {"IQ": CountryRelevance(grade=1, score=0.5, evidence=WORDS)}},
            Difference("relevance", "changed", "IQ 2 to 1", "Rockets"),
        ),
        (
            {"relevant": False, "because": "it names no country"},
            Difference("relevant", "removed", "relevant", "it names no country"),
        ),
    ],
)
def test_a_difference_is_named_with_the_words_that_say_so(changes: dict[str, Any], found: Difference) -> None:
    plain = replace(ROCKETS, event_hints=())
    assert differences(plain, replace(plain, **changes)) == (found,)


def test_what_is_taken_away_is_removed() -> None:
    bare: ClassifiedArticle = replace(ROCKETS, topics=(), entities=(), places=(), event_hints=())
    lost = differences(ROCKETS, bare)
    assert {(each.what, each.kind) for each in lost} >= {("topic", "removed"), ("place", "removed")}
    assert {each.kind for each in lost} == {"removed"}
    assert differences(bare, ROCKETS) == tuple(replace_kind(each) for each in lost)


def replace_kind(each: Difference) -> Difference:
    return Difference(each.what, "added", each.name, each.because)
