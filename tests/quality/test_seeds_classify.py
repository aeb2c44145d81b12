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

# What a reader says of each: topics that it has, and every named person, organisation and place, by canonical
# id. Names, not text. What is asked of a name is who is meant: "Ned Worth" is a machine's word for Ned Price.
EVERYWHERE = {"place:iraq", "place:iran", "place:united_states", "place:baghdad", "place:tehran"}
ABOUT = {
    "000": (
        {"militia_attack", "diplomacy"},
        """
        person:antony_blinken person:barack_obama person:beau_biden person:david_schenker person:donald_trump
        person:jens_stoltenberg person:joe_biden person:lloyd_austin person:ned_price person:saddam_hussein
        person:simone_ledeen org:asaib_ahl_al_haq org:centcom org:iraqi_army org:iraqi_security_forces
        org:islamic_state org:kataib_hezbollah org:kurds org:nato org:pentagon org:saraya_awliya_al_dam
        org:twitter org:us_embassy_baghdad org:us_national_guard org:us_state_department org:usaid
        org:washington_institute org:white_house place:basra place:erbil place:middle_east
        place:nisour_square
        """,
    ),
    "001": (
        {"us_forces", "diplomacy"},
        """
        person:antony_blinken person:david_hale person:donald_trump person:fuad_hussein person:ismail_qaani
        person:joe_biden person:john_kirby person:mustafa_al_kadhimi person:qassem_soleimani
        person:yahya_rasool org:global_coalition_against_daesh org:gulf_cooperation_council org:iraqi_army
        org:iraqi_security_forces org:irgc org:islamic_state org:kurdistan_regional_government org:pentagon
        org:quds_force org:trade_bank_of_iraq place:basra place:jordan place:syria
        """,
    ),
    "002": (
        {"militia_attack", "diplomacy"},
        """
        person:barham_salih person:donald_trump person:gati_rikabi person:khalid_mohammed person:mike_pompeo
        person:muqtada_al_sadr person:mustafa_al_kadhimi person:qassem_soleimani org:associated_press
        org:global_coalition_against_daesh org:government_of_iraq org:iran_foreign_ministry
        org:iraqi_security_forces org:islamic_state org:pentagon org:us_state_department
        place:baghdad_airport place:green_zone place:middle_east place:tigris place:united_kingdom
        """,
    ),
    "003": (
        {"us_forces", "militia_attack"},
        """
        person:alina_romanowski person:donald_trump person:joe_biden person:mohammed_shia_al_sudani
        person:qassem_soleimani person:yahya_rasool org:asaib_ahl_al_haq org:coordination_framework
        org:council_of_representatives org:global_coalition_against_daesh org:hamas org:hezbollah
        org:iraqi_army org:irgc org:islamic_state org:kataib_hezbollah org:popular_mobilization_forces
        org:reuters org:twitter org:us_embassy_baghdad org:wall_street_journal place:anbar place:israel
        place:jordan place:kurdistan_region place:lebanon place:syria
        """,
    ),
    "004": (
        {"militia_attack", "diplomacy"},
        """
        person:adel_abdul_mahdi person:akram_al_kaabi person:barham_salih person:donald_trump
        person:fuad_hussein person:hassan_rouhani person:matthew_tueller person:mike_pompeo
        person:muqtada_al_sadr person:mustafa_al_kadhimi person:qassem_soleimani person:saddam_hussein
        office:prime_minister org:government_of_iraq org:harakat_hezbollah_al_nujaba org:islamic_republic
        org:islamic_state org:tasnim org:us_embassy_baghdad org:us_state_department org:white_house
        place:basra place:erbil place:green_zone place:kurdistan_region place:syria
        """,
    ),
}
PRECISION, RECALL = 0.99, 0.97  # of the names of all five: one reader, who wrote the list beside our own


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
def test_a_seed_has_its_topics_and_mentions_with_exact_spans(number: str) -> None:
    title, text, verdict = read_seed(number)
    assert ABOUT[number][0] <= {topic.id for topic in verdict.topics}
    source = {"title": title or "", "text": text}
    for entity in verdict.entities:
        for mention in entity.mentions:
            assert source[mention.in_][mention.start : mention.end] == mention.text


def test_every_name_of_the_seeds_is_found_and_no_other() -> None:
    named = {
        (number, each) for number, (_, names) in ABOUT.items() for each in EVERYWHERE.union(names.split())
    }
    found = {(number, entity.id) for number in ABOUT for entity in read_seed(number)[2].entities}
    right = len(named & found)
    assert right / len(found) >= PRECISION, sorted(found - named)
    assert right / len(named) >= RECALL, sorted(named - found)


def test_the_honest_reprint_says_so() -> None:
    assert read_seed("003")[2].genre == "reprint-notice"
