from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from schemas.records import Position
from services.store.tables import Row
from services.store.trace import Trace, trace
from tests.unit.store.records import NOON, STAMP, a_dead_letter, a_fate, a_story, an_article, fill, page, row

URL = "https://river.example/"


def step(stage: str, seconds: float) -> Row:
    place = Position(topic=f"before.{stage}", partition=1, offset=3)
    return row(a_fate(stage=stage, at=NOON + timedelta(seconds=seconds), from_=place), subject=URL)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    skipped = a_fate("lake", stage="classifier", fate="skipped", reason="irrelevant", detail="no place")
    place = Position(topic="fetch.requests.v1", partition=1, offset=3)
    died = a_fate("lost", stage="fetcher", fate="dead", reason="row-refused", from_=place)
    letter = a_dead_letter("lost", stage="fetcher", reason="row-refused")
    by_domain = replace(letter.original, topic=place.topic, partition=1, offset=3, key=b"lost.example")
    return fill(
        tmp_path / "store.db",
        *(step(stage, at) for stage, at in (("linker", 3), ("extractor", 1), ("fetcher", 1.5))),
        *(step(stage, at) for stage, at in (("classifier", 2), ("store", 4))),
        row(an_article()),
        row(a_story()),
        row(skipped, subject="https://lake.example/"),
        row(died, subject="https://lost.example/"),
        row(replace(letter, original=by_domain)),
        row(a_dead_letter("broken")),
    )


def test_a_stored_page_is_shown_from_the_first_stage_to_the_last(store: Path) -> None:
    found = trace(store, page("river"))
    assert [fate.stage for fate in found.fates] == ["fetcher", "extractor", "classifier", "linker", "store"]
    assert found.fates[1].at == NOON + timedelta(seconds=1)
    assert found.fates[1].stamps == (STAMP,)
    assert found.url == URL
    assert found.article is not None
    assert (found.article.version, found.article.countries) == (1, {"IQ": 2, "IR": 0})
    assert [(story.story_id, story.members) for story in found.stories] == [("story-1", 2)]
    assert not found.dead_letters


def test_a_skipped_page_is_shown_with_its_reason_and_url(store: Path) -> None:
    found = trace(store, page("lake"))
    assert [(fate.fate, fate.reason, fate.detail) for fate in found.fates] == [
        ("skipped", "irrelevant", "no place")
    ]
    assert (found.article, found.url) == (None, "https://lake.example/")


@pytest.mark.parametrize(("name", "reason"), [("broken", "undecodable"), ("lost", "row-refused")])
def test_a_dead_letter_is_found_by_its_key_or_by_its_place(store: Path, name: str, reason: str) -> None:
    found = trace(store, page(name))
    assert [letter.reason for letter in found.dead_letters] == [reason]
    assert found.url == f"https://{name}.example/"
    assert found.known


@pytest.mark.parametrize("page_id", [page("never"), "", "' OR 1=1 --", "\udcff"])
def test_a_page_that_was_never_met_is_unknown(store: Path, page_id: str) -> None:
    found = trace(store, page_id)
    assert not found.known
    assert found.url is None


def test_a_trace_goes_through_json(store: Path) -> None:
    found = trace(store, page("river"))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Trace) == found
