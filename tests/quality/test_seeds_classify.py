"""The five seed documents, read from outside the repository: what they are about is not in doubt."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.classifier.classify import Classification, classify

SHARED = Path(os.environ.get("SIRWAN_SHARED", Path(__file__).parents[3] / "shared"))
TRUTH = SHARED / "seeds-truth.json"
pytestmark = pytest.mark.skipif(
    not TRUTH.is_file(), reason=f"no seeds at {SHARED}: set SIRWAN_SHARED to the folder that has seeds/"
)

# What a reader says of each, as ids of labels and entities. Names, not text.
ABOUT = {
    "000": (
        {"militia_attack", "diplomacy"},
        {
            "person:joe_biden",
            "org:us_state_department",
            "org:white_house",
            "person:simone_ledeen",
            "org:saraya_awliya_al_dam",
            "org:usaid",
            "org:nato",
            "place:erbil",
            "place:nisour_square",
        },
    ),
    "001": (
        {"us_forces", "diplomacy"},
        {
            "person:mustafa_al_kadhimi",
            "person:fuad_hussein",
            "person:ismail_qaani",
            "person:david_hale",
            "org:trade_bank_of_iraq",
            "org:gulf_cooperation_council",
            "place:basra",
        },
    ),
    "002": (
        {"militia_attack", "diplomacy"},
        {
            "person:mike_pompeo",
            "person:barham_salih",
            "person:muqtada_al_sadr",
            "person:gati_rikabi",
            "place:green_zone",
        },
    ),
    "003": (
        {"us_forces", "militia_attack"},
        {
            "person:mohammed_shia_al_sudani",
            "org:popular_mobilization_forces",
            "org:coordination_framework",
            "person:alina_romanowski",
            "place:anbar",
            "org:hamas",
        },
    ),
    "004": (
        {"militia_attack", "diplomacy"},
        {
            "person:matthew_tueller",
            "person:akram_al_kaabi",
            "org:us_state_department",
            "org:white_house",
            "org:islamic_state",
            "person:hassan_rouhani",
            "place:basra",
        },
    ),
}


def body_of(name: str, truth: Mapping[str, Any]) -> str:
    """The lines a reader would keep, one blank line between them."""
    lines = (SHARED / "seeds" / name).read_text(encoding="utf-8").split("\n")
    kept = [line.strip() for first, last in truth["body"] for line in lines[first - 1 : last]]
    return "\n\n".join(line for line in kept if line)


def read_seed(number: str) -> tuple[str | None, str, Classification]:
    """Title, body and verdict of one seed."""
    files = json.loads(TRUTH.read_text(encoding="utf-8"))["files"]
    name = next(name for name in files if name.startswith(number))
    title = (files[name].get("title") or {}).get("value")
    text = body_of(name, files[name])
    return title, text, classify(title, text)


@pytest.mark.parametrize("number", ABOUT)
def test_a_seed_is_primarily_about_iraq_and_about_iran_too(number: str) -> None:
    _, _, verdict = read_seed(number)
    assert verdict.relevance["IQ"].grade == 2, verdict.because
    assert verdict.relevance["IR"].grade >= 1, verdict.because


@pytest.mark.parametrize("number", ABOUT)
def test_a_seed_has_its_topics_and_entities_with_exact_spans(number: str) -> None:
    title, text, verdict = read_seed(number)
    topics, entities = ABOUT[number]
    assert topics <= {topic.id for topic in verdict.topics}
    assert entities <= {entity.id for entity in verdict.entities}
    source = {"title": title or "", "text": text}
    for entity in verdict.entities:
        for mention in entity.mentions:
            assert source[mention.in_][mention.start : mention.end] == mention.text


def test_the_honest_reprint_says_so() -> None:
    assert read_seed("003")[2].genre == "reprint-notice"
