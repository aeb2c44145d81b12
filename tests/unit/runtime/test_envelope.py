"""CloudEvents headers and trace context."""

import pytest

from schemas.records import Record
from schemas.topics import ARTICLES_ENRICHED, TOPICS, Topic
from services.runtime.envelope import TRACEPARENT, event_id, headers, schema_name
from tests.records import AT


def test_the_same_record_has_the_same_id_and_another_has_another() -> None:
    assert event_id("t", "k", b"v") == event_id("t", "k", b"v")
    different = {
        event_id("t", "k", b"v"),
        event_id("t", "kv", b""),
        event_id("tk", "", b"v"),
        event_id("t", "k", None),
    }
    assert len(different) == 4


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_every_topic_has_the_attributes_cloudevents_demands(topic: Topic[Record]) -> None:
    found = headers(topic, "k", b"{}", stage="linker", subject="http://tigris.example/a", at=AT)
    assert {
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_time",
        "ce_subject",
        "ce_dataschema",
    } <= found.keys()
    assert found["ce_time"] == "2026-11-18T09:30:00Z"
    assert found["content-type"] == f"application/{topic.wire}"
    assert TRACEPARENT.fullmatch(found["traceparent"])


def test_a_trace_is_handed_on_and_a_broken_one_is_begun_anew() -> None:
    parent = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-03"}
    on = headers(ARTICLES_ENRICHED, "k", b"1", stage="linker", subject="s", at=AT, parent=parent)
    assert on["traceparent"].startswith(f"00-{'a' * 32}-")
    assert on["traceparent"].endswith("-03")
    anew = headers(
        ARTICLES_ENRICHED, "k", b"1", stage="linker", subject="s", at=AT, parent={"traceparent": "x"}
    )
    assert anew["traceparent"].startswith(f"00-{anew['ce_id']}-")


def test_schema_names_are_kebab_case() -> None:
    assert schema_name(ARTICLES_ENRICHED.record) == "enriched-article"
