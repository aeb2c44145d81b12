"""The contract as outsiders see it: every example, every published file, the AsyncAPI document."""

import hashlib
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml

from schemas.asyncapi import asyncapi, schema_file
from schemas.codec import decode, encode
from schemas.compat import compare
from schemas.publish import (
    PUBLISHED,
    json_schema,
    published_files,
    read_published,
    schema_id,
    write_published,
)
from schemas.records import Article, Blob, EnrichedArticle, Original, RawPage, Record, Span, Story
from schemas.topics import ALL_TOPICS, DEAD_LETTERS, PAGES_FETCHED, TOPICS, Topic
from services.runtime.envelope import headers

EXAMPLES = PUBLISHED.parent / "examples"
VENDORED = Path(__file__).parent / "vendored"
RECORDS = {schema_file(topic.record).removesuffix(".v1.json"): topic.record for topic in ALL_TOPICS.values()}
PATHS = sorted(EXAMPLES.glob("*/*.json"))


def no_network(uri: str) -> Any:
    raise AssertionError(f"{uri} is not in the document itself")


def validator(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema, validate_formats=True, retriever=no_network)


def record_of(path: Path) -> type[Record]:
    return RECORDS[path.parent.name]


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def parts(value: Any) -> Iterator[msgspec.Struct]:
    """The structs in a record, itself first."""
    if isinstance(value, msgspec.Struct):
        yield value
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    for item in inner:
        yield from parts(item)


def test_every_record_has_at_least_three_examples() -> None:
    counted = {name: len(list((EXAMPLES / name).glob("*.json"))) for name in RECORDS}
    assert {name: count for name, count in counted.items() if count < 3} == {}
    assert {path.parent.name for path in PATHS} == set(RECORDS)


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_an_example_decodes_and_comes_back_equal_in_json_and_messagepack(path: Path) -> None:
    record = msgspec.json.decode(path.read_bytes(), type=record_of(path))
    assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=type(record)) == record


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_an_example_has_no_field_that_the_record_lacks(path: Path) -> None:
    """A misspelt field would be ignored by the decoder, so we look for it: full form and example agree."""
    given = json.loads(path.read_bytes())
    full = json.loads(msgspec.json.encode(msgspec.json.decode(path.read_bytes(), type=record_of(path))))
    assert unknown_fields(given, full) == []


def unknown_fields(given: Any, full: Any, path: str = "") -> list[str]:
    if isinstance(given, dict):
        found = [f"{path}.{key}" for key in given if key not in full]
        return found + [
            deep
            for key in given
            if key in full
            for deep in unknown_fields(given[key], full[key], f"{path}.{key}")
        ]
    if isinstance(given, list):
        return [deep for a, b in zip(given, full, strict=True) for deep in unknown_fields(a, b, f"{path}[]")]
    return []


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_an_example_and_its_full_form_are_valid_by_the_published_schema(path: Path) -> None:
    published = validator(json.loads((PUBLISHED / schema_file(record_of(path))).read_bytes()))
    given = json.loads(path.read_bytes())
    full = json.loads(msgspec.json.encode(msgspec.json.decode(path.read_bytes(), type=record_of(path))))
    assert [str(error) for document in (given, full) for error in published.iter_errors(document)] == []


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_a_field_of_a_newer_producer_is_tolerated_by_decoder_and_schema(path: Path) -> None:
    newer = json.loads(path.read_bytes()) | {"added_in_2031": {"deep": [1, None, "three"]}}
    assert validator(json_schema(record_of(path))).is_valid(newer)
    assert msgspec.json.decode(json.dumps(newer).encode(), type=record_of(path)) == msgspec.json.decode(
        path.read_bytes(), type=record_of(path)
    )


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_record_without_a_required_field_or_with_a_wrong_type_is_invalid(name: str) -> None:
    schema = json_schema(RECORDS[name])
    checked = validator(schema)
    good = json.loads(next((EXAMPLES / name).glob("*.json")).read_bytes())
    for field in schema["required"]:
        assert not checked.is_valid({key: value for key, value in good.items() if key != field}), field
        assert not checked.is_valid(good | {field: [[]]}), field


def quoted(record: Record, span: Span) -> str:
    """What stands in the place of a span; a story quotes texts of others, known by their length."""
    if isinstance(record, Story):
        return span.text if len(span.text) == span.end - span.start else ""
    return (getattr(record, span.in_) or "")[span.start : span.end]


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_every_span_quotes_the_text_exactly(path: Path) -> None:
    record = msgspec.json.decode(path.read_bytes(), type=record_of(path))
    wrong = [span for span in parts(record) if isinstance(span, Span) and quoted(record, span) != span.text]
    assert wrong == []


def test_examples_have_spans_in_title_and_text_in_latin_and_arabic_script() -> None:
    spans = [
        part for path in PATHS for part in parts(msgspec.json.decode(path.read_bytes(), type=record_of(path)))
        if isinstance(part, Span)
    ]  # fmt: skip
    assert {span.in_ for span in spans} == {"title", "text"}
    assert {bool(re.search("[\u0600-\u06ff]", span.text)) for span in spans} == {True, False}


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_identifiers_and_digests_are_what_they_say(path: Path) -> None:
    record = msgspec.json.decode(path.read_bytes(), type=record_of(path))
    url = getattr(record, "canonical_url", None)
    if url is not None:
        assert getattr(record, "page_id") == hashlib.sha256(url.encode()).hexdigest()  # noqa: B009 - a Record has no such field
    if isinstance(record, RawPage):
        assert (record.body is None) is (record.blob is not None), "a body, or a blob instead of it"
        said = record.blob.sha256 if record.blob else hashlib.sha256(record.body or b"").hexdigest()
        assert record.body_sha256 == said
    if isinstance(record, Article):
        assert (record.quality.chars, record.quality.words) == (len(record.text), len(record.text.split()))


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_an_example_names_only_invented_hosts(path: Path) -> None:
    hosts = set(re.findall(r"https?://([^/\"\s<>]+)", path.read_text(encoding="utf-8")))
    assert {host for host in hosts if not host.endswith(".example")} == set()


def test_examples_show_the_hard_cases() -> None:
    found = [msgspec.json.decode(path.read_bytes(), type=record_of(path)) for path in PATHS]
    enriched = [record for record in found if isinstance(record, EnrichedArticle)]
    assert {record.copy_.verdict for record in enriched} == {"original", "reprint", "edited", "spun"}
    assert {record.status for record in enriched} >= {"usable", "canceled"}
    assert {record.language for record in found if isinstance(record, Article)} >= {"en", "ar", "fa", None}
    assert {getattr(record, "fate", None) for record in found} >= {"done", "skipped", "dead"}
    assert any(isinstance(part, Blob) for record in found for part in parts(record))
    assert any(part.value is None for record in found for part in parts(record) if isinstance(part, Original))


def test_a_raw_page_travels_as_messagepack_and_keeps_every_byte() -> None:
    path = EXAMPLES / "raw-page" / "persian-wrong-charset.json"
    page = msgspec.json.decode(path.read_bytes(), type=RawPage)
    wire = encode(PAGES_FETCHED, page)
    assert page.body is not None
    assert page.body in wire, "bytes are not base64 on the wire"
    assert decode(PAGES_FETCHED, wire) == page


# --- published files ------------------------------------------------------------------------------


def test_published_files_are_fresh() -> None:
    report = compare(read_published(), published_files())
    assert report.stale == (), "run `sirwan schemas export`"
    assert report.breaking == ()


def test_writing_twice_changes_nothing_and_clears_away_leftovers(tmp_path: Path) -> None:
    assert set(write_published(tmp_path)) == set(published_files())
    (tmp_path / "gone.v1.json").write_text("{}")
    (tmp_path / "story.v1.json").write_text("{}")
    assert write_published(tmp_path) == ("gone.v1.json", "story.v1.json")
    assert write_published(tmp_path) == ()
    assert read_published(tmp_path) == published_files()


@pytest.mark.parametrize("record", RECORDS.values(), ids=str)
def test_a_published_schema_is_a_2020_12_schema_that_is_open_and_complete(record: type[Record]) -> None:
    schema = json_schema(record)
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["title"], bool(schema["description"])) == (record.__name__, True)
    assert '"additionalProperties": false' not in json.dumps(schema)
    references = set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(schema)))
    assert references == set(schema.get("$defs", {})), "every reference leads somewhere, nothing lies unused"


def test_fields_carry_the_units_and_shapes_that_records_py_states() -> None:
    fields = json_schema(EnrichedArticle)["properties"]
    assert fields["language"]["description"] == "BCP 47, of the text"
    assert json_schema(EnrichedArticle)["$defs"]["Span"]["properties"]["in"]["description"] == "text | title"
    assert (
        "author | role"
        in json_schema(EnrichedArticle)["$defs"]["Credit"]["properties"]["kind"]["description"]
    )


def test_the_raw_page_schema_says_that_the_wire_is_messagepack() -> None:
    assert "MessagePack" in json_schema(RawPage)["description"]
    message: Any = asyncapi()["components"]
    assert message["messages"]["RawPage"]["contentType"] == "application/msgpack"
    assert message["messages"]["Story"]["contentType"] == "application/json"


@pytest.mark.parametrize("topic", ALL_TOPICS.values(), ids=lambda topic: topic.name)
def test_the_schema_header_of_a_record_is_the_id_of_its_published_schema(topic: Topic[Record]) -> None:
    sent = headers(topic, "k", b"{}", stage="x", subject="s", at=datetime(2026, 11, 21, tzinfo=UTC))
    assert sent["ce_dataschema"] == schema_id(topic.record)


# --- AsyncAPI -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def official() -> jsonschema_rs.Validator:
    schema = json.loads((VENDORED / "asyncapi-3.1.0.json").read_bytes())
    return jsonschema_rs.validator_for(schema, retriever=no_network)


@pytest.fixture
def document() -> Any:
    return yaml.safe_load((PUBLISHED / "asyncapi.yaml").read_bytes())


def test_the_asyncapi_document_is_valid_by_the_official_schema(
    official: jsonschema_rs.Validator, document: Any
) -> None:
    assert [f"{list(error.instance_path)}: {error.message}" for error in official.iter_errors(document)] == []


SPOILT = [
    (("asyncapi",), "2.6.0"),
    (("operations", "linker.send.stories.v1", "action"), "publish"),
    (("channels", "stories.v1", "adress"), "sirwan.stories.v1"),
    (("channels", "stories.v1", "bindings", "kafka", "topicConfiguration", "cleanup.policy"), ["keep"]),
    (("components", "messages", "Story", "bindings", "kafka", "bindingVersion"), "9"),
    (("components", "messageTraits", "CloudEvent", "headers"), 3),
    (("info", "license"), {"url": "https://licence.example/"}),
]


@pytest.mark.parametrize(("path", "value"), SPOILT, ids=lambda part: str(part)[:60])
def test_a_spoilt_asyncapi_document_is_invalid(
    path: tuple[str, ...], value: Any, official: jsonschema_rs.Validator, document: Any
) -> None:
    spoilt = deepcopy(document)
    inner = spoilt
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    assert not official.is_valid(spoilt)


def test_the_yaml_says_what_the_function_returns(document: Any) -> None:
    assert document == asyncapi()


def test_every_reference_in_the_asyncapi_document_leads_somewhere(document: Any) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from [node["$ref"]] if "$ref" in node else []
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from references(inner)

    for reference in references(document):
        if reference.startswith("./"):
            assert (PUBLISHED / reference).is_file(), reference
            continue
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_channels_state_the_policy_of_each_topic(document: Any) -> None:
    assert set(document["channels"]) == set(ALL_TOPICS)
    for name, channel in document["channels"].items():
        said = channel["bindings"]["kafka"]["topicConfiguration"]
        topic = ALL_TOPICS[name]
        assert channel["address"] == f"sirwan.{name}"
        assert said["cleanup.policy"] == (["compact"] if topic.retention is None else ["delete"])
        assert said.get("retention.ms") == (None if topic.retention is None else topic.retention * 1000)
        assert said["max.message.bytes"] == topic.max_bytes
        assert channel["tags"] == [{"name": "public" if topic.public else "internal"}]


def test_every_topic_is_sent_by_somebody_and_every_public_one_may_be_read_by_anybody(document: Any) -> None:
    operations = document["operations"]
    sent = {
        op["channel"]["$ref"].removeprefix("#/channels/")
        for op in operations.values()
        if op["action"] == "send"
    }
    assert sent >= set(TOPICS)
    assert sent - set(TOPICS) <= set(DEAD_LETTERS)
    public = {name.removeprefix("consumer.receive.") for name in operations if name.startswith("consumer.")}
    assert public == {"articles.enriched.v1", "stories.v1"}


def test_headers_of_a_real_record_are_those_that_the_document_promises(document: Any) -> None:
    promised = document["components"]["messageTraits"]["CloudEvent"]["headers"]
    sent = headers(
        PAGES_FETCHED, "k", b"{}", stage="fetcher", subject="s", at=datetime(2026, 11, 21, tzinfo=UTC)
    )
    assert set(sent) == set(promised["properties"])
    assert set(promised["required"]) <= set(sent)
