"""`sirwan classify`, line by line."""

import json
from typing import Any

import pytest

from schemas.records import Source
from services.classifier.filter import build_filter
from services.stage import Poison, Skip

REQUEST: dict[str, Any] = {
    "id": "1",
    "title": "Rockets hit Baghdad",
    "text": "Rockets hit Baghdad, Iraqi police said.",
    "mine": [1],
}


def test_the_input_comes_back_with_the_verdict() -> None:
    answer = build_filter()(REQUEST)
    assert {name: answer[name] for name in REQUEST} == REQUEST
    assert set(answer) - set(REQUEST) == {
        "relevance",
        "relevant",
        "because",
        "topics",
        "entities",
        "places",
        "genre",
        "importance",
        "credibility",
        "event_hints",
    }
    assert json.loads(json.dumps(answer))["relevance"]["IQ"]["grade"] == 2


def test_spans_are_in_the_words_of_the_contract() -> None:
    answer = build_filter()(REQUEST)
    for span in answer["relevance"]["IQ"]["evidence"]:
        assert set(span) == {"start", "end", "text", "in", "rule"}
        assert REQUEST[span["in"]][span["start"] : span["end"]] == span["text"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 1.5}, "id"),
        ({"text": None}, "text"),
        ({"text": ["a"]}, "text"),
        ({"title": 3}, "title"),
        ({"url": {}}, "url"),
        ({"language": []}, "language"),
        ({"source": False}, "source"),
    ],
)
def test_a_wrong_type_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Poison) as refused:
        build_filter()({**REQUEST, **change})
    assert refused.value.reason == "bad-request"
    assert refused.value.detail.startswith(field)


def test_a_missing_title_is_no_fault_and_an_empty_text_is_skipped() -> None:
    assert build_filter()({"id": 7, "text": "Iraq"})["id"] == 7
    with pytest.raises(Skip, match="no-text"):
        build_filter()({**REQUEST, "text": " "})


def test_a_known_source_gives_credibility() -> None:
    wire = Source(id="w", name="Example Wire", homepage="https://w.example/", kind="wire")
    answer = build_filter({"w": wire})({**REQUEST, "source": "example wire"})
    assert answer["credibility"]["score"] == 0.9


@pytest.mark.parametrize(
    "published",
    [None, "2021-03-04", "soon", {"value": "2021-03-04T10:00:00Z", "source": "meta"}, {"value": None}],
)
def test_the_day_is_a_string_or_what_the_extractor_says_of_it(published: object) -> None:
    request = {"id": 1, "title": "Iraq votes", "text": "Iraq votes today.", "published": published}
    assert build_filter()(request)["published"] == published


@pytest.mark.parametrize("published", [7, ["2021"], {"value": 7}])
def test_a_day_of_another_type_is_refused_by_name(published: object) -> None:
    with pytest.raises(Poison, match="published"):
        build_filter()({"id": 1, "title": "Iraq", "text": "Iraq votes.", "published": published})
