"""The recorded stream: what it promises its readers, and that the stages still publish the same."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from deploy.demo.record import OUT, Recorder
from schemas.asyncapi import HEADERS, schema_file
from schemas.codec import decode
from schemas.publish import PUBLISHED
from schemas.records import EnrichedArticle
from schemas.stream import Recorded, read_line
from schemas.topics import ALL_TOPICS, ARTICLES_ENRICHED, STORIES
from services.runtime.envelope import event_id

LINES = OUT.read_bytes().splitlines()
MESSAGES = [read_line(line) for line in LINES]


def articles() -> Iterator[EnrichedArticle]:
    for message in MESSAGES:
        if message.topic == ARTICLES_ENRICHED.name and message.wire is not None:
            yield decode(ARTICLES_ENRICHED, message.wire)


def shape(messages: list[Recorded]) -> list[tuple[Any, ...]]:
    """What a reader acts on; scores and evidence may be others, on another processor too."""
    found = []
    for each in messages:
        record = json.loads(each.wire or b"{}")
        revision, copy = record.get("revision", {}), record.get("copy", {})
        said = [record.get(name) for name in ("version", "status", "title", "members", "lane")]
        found.append((each.topic, each.key, *said, revision.get("kind"), copy.get("verdict")))
    return found


def test_the_stages_still_publish_what_was_recorded() -> None:
    assert shape(list(Recorder().messages())) == shape(MESSAGES), "stream.jsonl is stale: run `make docs`"


@pytest.mark.parametrize("line", LINES, ids=range(1, len(LINES) + 1))
def test_every_record_is_valid_by_the_published_schema(line: bytes) -> None:
    message = json.loads(line)
    schema = json.loads((PUBLISHED / schema_file(ALL_TOPICS[message["topic"]].record)).read_bytes())
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    errors = () if message["value"] is None else validator.iter_errors(message["value"])
    assert [str(error) for error in errors] == []


def test_every_message_has_the_headers_that_are_promised_and_the_id_of_what_it_says() -> None:
    for each in MESSAGES:
        assert set(each.headers) == set(HEADERS)
        assert each.headers["ce_id"] == event_id(each.topic, each.key, each.wire)


def test_both_public_topics_are_there_in_the_order_of_their_times() -> None:
    assert {each.topic for each in MESSAGES} == {ARTICLES_ENRICHED.name, STORIES.name}
    times = [each.headers["ce_time"] for each in MESSAGES]
    assert times == sorted(times)


def test_a_reader_meets_all_that_it_must_be_ready_for() -> None:
    records = list(articles())
    assert {each.copy_.verdict for each in records} >= {"original", "reprint", "spun"}
    assert {each.language for each in records} >= {"en", "fa"}
    revised = [each for each in records if each.revision.kind == "correction"]
    assert [(each.version, each.lane) for each in revised] == [(2, "revisit")]
    (gone,) = [each for each in records if each.status == "canceled"]
    assert (gone.title, gone.text) == (None, "")
    erased = [each.key for each in MESSAGES if each.topic == ARTICLES_ENRICHED.name and each.wire is None]
    assert erased == [gone.page_id]
    assert [each.topic for each in MESSAGES[-2:]] == [ARTICLES_ENRICHED.name, STORIES.name]


def test_a_message_comes_twice_with_the_same_id_and_a_later_time() -> None:
    ids = Counter(each.headers["ce_id"] for each in MESSAGES)
    twice = {ident for ident, times in ids.items() if times > 1}
    assert len(twice) == 2, "an article and its story"
    for ident in twice:
        first, second = (each for each in MESSAGES if each.headers["ce_id"] == ident)
        assert (first.key, first.wire) == (second.key, second.wire)
        assert first.headers["ce_time"] < second.headers["ce_time"]


def test_all_of_it_is_of_invented_hosts() -> None:
    hosts = set(re.findall(rb"https?://([^/\"\s<>]+)", OUT.read_bytes()))
    assert {host for host in hosts if not host.endswith(b".example")} == set()


def test_the_file_is_written_as_the_recorder_writes_it() -> None:
    encoded = [msgspec.json.encode(each) for each in MESSAGES]
    assert encoded == LINES
    assert Path(OUT).read_bytes().endswith(b"\n")
