"""The linker as a filter."""

from typing import Any

import pytest

from services.linker.filter import Linking
from services.stage import Poison
from tests.unit.linker.articles import LOOKALIKE, REPRINT_NOTICE, SECOND, WIRE, spin


def a_line(name: str, text: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "title": None, "text": text, **fields}


def test_a_line_comes_out_with_its_links() -> None:
    linking = Linking()
    line = a_line("one", WIRE, colour="blue", relevant=False)
    answer = linking.add(line)
    assert {name: answer[name] for name in line} == line
    assert answer["story"]["id"].startswith("story-")
    assert answer["copy"].pop("score") < 0.1
    assert answer["copy"] == {
        "verdict": "original",
        "of": None,
        "of_publisher": None,
        "evidence": [],
    }
    assert answer["corroboration"] == {"independent_sources": 1}


def test_copies_and_stories_are_found_among_earlier_lines() -> None:
    linking = Linking()
    texts = {
        "wire": WIRE,
        "spun": spin(WIRE),
        "reprint": REPRINT_NOTICE + WIRE,
        "two": SECOND,
        "other": LOOKALIKE,
    }
    answers = {name: linking.add(a_line(name, text)) for name, text in texts.items()}
    assert {name: (each["copy"]["verdict"], each["copy"]["of"]) for name, each in answers.items()} == {
        "wire": ("original", None), "spun": ("spun", "wire"), "reprint": ("reprint", "wire"),
        "two": ("original", None), "other": ("original", None)}  # fmt: skip
    assert len({answers[name]["story"]["id"] for name in ("wire", "spun", "reprint", "two")}) == 1
    assert answers["other"]["story"] != answers["wire"]["story"]


def test_the_final_answer_knows_what_came_later() -> None:
    linking = Linking()
    first = [
        linking.add(a_line("spun", spin(WIRE))),
        linking.add(a_line("wire", WIRE)),
        linking.add(a_line("two", SECOND)),
    ]
    final = list(linking.final())
    assert [line["id"] for line in final] == ["spun", "wire", "two"]
    assert [line["corroboration"]["independent_sources"] for line in first] == [1, 1, 2]
    assert [line["corroboration"]["independent_sources"] for line in final] == [2, 2, 2]
    assert [line["copy"]["of"] for line in final] == [None, None, None]
    assert [line["copy"]["verdict"] for line in final] == ["spun", "original", "original"]


def test_the_same_id_again_is_the_same_page() -> None:
    linking = Linking()
    answers = [
        linking.add(a_line("one", WIRE)),
        linking.add(a_line("one", WIRE)),
        linking.add(a_line("one", SECOND)),
    ]
    assert len({answer["story"]["id"] for answer in answers}) == 1
    assert [answer["corroboration"]["independent_sources"] for answer in answers] == [1, 1, 1]
    assert len(list(linking.final())) == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"published": "2026-03-01"},
        {"published": None},
        {"published": "last Tuesday"},
        {
            "published": {
                "value": "2026-03-01T10:00:00Z",
                "precision": "second",
                "source": "meta",
                "confidence": 0.9,
            }
        },
        {"source": "tigris.example"},
        {"source": "Tigris Post", "url": "https://tigris.example/a"},
        {"source_id": "tigris", "source": None, "url": None},
        {"entities": [{"id": "place:basra", "name": "Basra", "type": "place", "mentions": []}]},
        {"entities": None, "credits": None, "topics": [], "relevance": {}},
        {"credits": [{"kind": "agency", "name": "Reuters", "text": "(Reuters)"}]},
    ],
)
def test_what_classify_gives_out_is_understood(fields: dict[str, Any]) -> None:
    answer = Linking().add(a_line("one", WIRE, **fields))
    assert answer["story"]["id"]
    assert {name: answer[name] for name in fields} == fields


@pytest.mark.parametrize(
    "line",
    [
        {}, {"id": "a"}, {"text": WIRE}, {"id": 7, "text": WIRE}, {"id": "", "text": WIRE},
        {"id": "a", "text": None}, {"id": "a", "text": ["x"]}, a_line("a", "x", published=2026),
        a_line("a", "x", published={"when": "now"}),
        a_line("a", "x", entities=[7]), a_line("a", "x", entities="Basra"), a_line("a", "x", credits=[{}]),
        a_line("a", "x", source={"id": "x"}), {"id": "a", "text": "x", "title": 7},
    ],
)  # fmt: skip
def test_a_line_of_the_wrong_kind_is_refused_and_changes_nothing(line: dict[str, Any]) -> None:
    linking = Linking()
    with pytest.raises(Poison) as refusal:
        linking.add(line)
    assert refusal.value.reason == "bad-request"
    assert list(linking.final()) == []


def test_lone_surrogates_do_no_harm() -> None:
    linking = Linking()
    assert linking.add(a_line("\ud800", "text \udfff " * 30, title="\ud800"))["copy"]["verdict"] == "original"
    assert linking.add(a_line("b", "text \udfff " * 30))["story"]["id"]
