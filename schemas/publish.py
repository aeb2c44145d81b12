"""The contract as files that any language can read: JSON Schema 2020-12, AsyncAPI, a table of topics.

Everything comes from records.py and topics.py, byte for byte the same on every machine;
`write_published` is the one function here that touches a disk.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from schemas.asyncapi import MSGPACK_NOTE, PREFIX, asyncapi, schema_file
from schemas.block_yaml import to_yaml
from schemas.codec import content_type
from schemas.records import Record
from schemas.remarks import field_remarks
from schemas.topics import ALL_TOPICS, Topic, full_name

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED = Path(__file__).parent / "published"
TOPICS_FILE = "topics.v1.json"


def schema_id(record: type[Record]) -> str:
    """The `$id` of a record's schema, which `ce_dataschema` carries: `urn:sirwan:schema:fetch-request:v1`."""
    return f"urn:{PREFIX}:schema:{schema_file(record).removesuffix('.json').replace('.', ':')}"


def json_schema(record: type[Record]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a record. Open: a field that a newer producer adds is valid."""
    _, components = msgspec.json.schema_components([record], ref_template="#/$defs/{name}")
    described = {name: _with_remarks(name, schema) for name, schema in components.items()}
    root = described.pop(record.__name__)
    if record in {topic.record for topic in ALL_TOPICS.values() if topic.wire == "msgpack"}:
        root["description"] = f"{root['description']} {MSGPACK_NOTE}"
    schema = {"$schema": DIALECT, "$id": schema_id(record), **root}
    return schema | {"$defs": described} if described else schema


def _with_remarks(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    remarks = field_remarks().get(name, {})
    properties = {
        field: inner | {"description": remarks[field]} if field in remarks else inner
        for field, inner in schema.get("properties", {}).items()
    }
    return schema | {"properties": properties}


def topic_table(topics: Mapping[str, Topic[Record]] = ALL_TOPICS, prefix: str = PREFIX) -> dict[str, Any]:
    """What a consumer must know of each topic, by name without prefix. Times in seconds."""
    return {
        topic.name: {
            "address": full_name(prefix, topic.name),
            "record": topic.record.__name__,
            "schema": schema_file(topic.record),
            "key": topic.key,
            "content_type": content_type(topic),
            "public": topic.public,
            "compacted": topic.compacted,
            "retention": topic.retention,
            "max_bytes": topic.max_bytes,
        }
        for topic in topics.values()
    }


def published_files() -> Mapping[str, bytes]:
    """Every file of schemas/published, by name, in order of names."""
    records = {topic.record for topic in ALL_TOPICS.values()}
    files = {schema_file(record): _json_bytes(json_schema(record)) for record in records}
    files[TOPICS_FILE] = _json_bytes(topic_table())
    head = "# Generated from schemas/topics.py by `sirwan schemas export`; do not edit.\n"
    files["asyncapi.yaml"] = (head + to_yaml(asyncapi())).encode()
    return dict(sorted(files.items()))


def _json_bytes(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def read_published(folder: Path = PUBLISHED) -> Mapping[str, bytes]:
    """The files that lie in `folder`, by name; none where the folder is missing. Raises OSError."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}


def write_published(folder: Path = PUBLISHED) -> tuple[str, ...]:
    """Make `folder` hold exactly the published files. Names written or removed, in order. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    there, wanted = read_published(folder), published_files()
    for name in there.keys() - wanted.keys():
        (folder / name).unlink()
    for name, content in wanted.items():
        if there.get(name) != content:
            (folder / name).write_bytes(content)
    return tuple(sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name)))
