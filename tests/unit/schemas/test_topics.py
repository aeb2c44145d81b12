"""What holds for every row of the topic table."""

import re

import msgspec
import pytest

from schemas.asyncapi import FLOWS
from schemas.records import DeadLetter, EnrichedArticle, Record, Story
from schemas.topics import (
    ALL_TOPICS,
    CONSUMED,
    DAY,
    DEAD_LETTERS,
    MIB,
    PAGES_FETCHED,
    TOPICS,
    Topic,
    full_name,
)

EVERY = pytest.mark.parametrize("topic", ALL_TOPICS.values(), ids=lambda topic: topic.name)


@EVERY
def test_a_name_is_lower_case_dotted_and_carries_its_major_version(topic: Topic[Record]) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z]+)*\.v[1-9][0-9]*(\.dlq)?", topic.name)
    assert len(full_name("sirwan", topic.name)) <= 249, "Kafka's limit on a name"


@EVERY
def test_the_table_lists_a_topic_under_its_own_name(topic: Topic[Record]) -> None:
    assert ALL_TOPICS[topic.name] is topic


@EVERY
def test_a_topic_says_what_it_holds_and_what_its_key_is(topic: Topic[Record]) -> None:
    assert topic.doc.endswith(".")
    assert topic.key


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_key_that_names_a_field_names_one_of_the_record(topic: Topic[Record]) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(topic.record)}
    if topic.key.isidentifier():
        assert topic.key in fields


@pytest.mark.parametrize("topic", CONSUMED, ids=lambda topic: topic.name)
def test_what_a_stage_may_refuse_has_a_dead_letter_topic_that_holds_it(topic: Topic[Record]) -> None:
    dead = DEAD_LETTERS[topic.dead]
    assert dead.record is DeadLetter
    assert dead.name == f"{topic.name}.dlq"
    # base64 makes 4 bytes of 3, and the reason, headers and key want room too
    assert dead.max_bytes >= topic.max_bytes * 4 / 3 + MIB / 4
    assert dead.retention is not None
    assert dead.retention >= (topic.retention or 0)


def test_whatever_a_service_reads_is_consumed_and_dead_letters_have_no_dead_letters() -> None:
    read = {topic for flow in FLOWS.values() for topic in flow.reads}
    assert read <= {*CONSUMED, *DEAD_LETTERS.values()}
    assert not any(name.endswith(".dlq.dlq") for name in ALL_TOPICS)
    assert set(DEAD_LETTERS) == {topic.dead for topic in CONSUMED}


def test_public_topics_are_compacted_and_hold_the_two_public_records() -> None:
    public = [topic for topic in ALL_TOPICS.values() if topic.public]
    assert {topic.record for topic in public} == {EnrichedArticle, Story}
    assert all(topic.compacted for topic in public)


def test_politeness_state_outlives_no_request_and_raw_pages_stay_a_week() -> None:
    assert TOPICS["fetch.requests.v1"].retention == 3 * DAY
    assert (PAGES_FETCHED.retention, PAGES_FETCHED.max_bytes, PAGES_FETCHED.wire) == (
        7 * DAY,
        4 * MIB,
        "msgpack",
    )


@EVERY
def test_a_record_of_the_smallest_topic_fits_a_default_consumer(topic: Topic[Record]) -> None:
    assert MIB <= topic.max_bytes <= 8 * MIB
