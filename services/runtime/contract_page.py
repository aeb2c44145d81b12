"""The contract as one page for people: what schemas/published/asyncapi.yaml and its schemas say, as HTML.

No script, nothing from elsewhere, so that it can be read from a disk, sent by mail or served by anybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment, StrictUndefined

from schemas.asyncapi import asyncapi
from schemas.publish import json_schema
from schemas.records import Record
from schemas.topics import ALL_TOPICS, DAY, MIB

TEMPLATE = "contract_page.html"
DAY_MS = DAY * 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a type's name; `part` is the record part that it names, where there is one."""

    text: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record or part."""

    name: str
    type: tuple[Piece, ...]
    required: bool
    default: str | None  # as JSON; None where the field is required
    remark: str


@dataclass(frozen=True, slots=True)
class Described:
    """A record, or a part of records."""

    name: str
    remark: str
    fields: tuple[Field, ...]
    file: str | None = None  # of a record: its JSON Schema in schemas/published


@dataclass(frozen=True, slots=True)
class Channel:
    """A topic, and who does what with it."""

    name: str
    address: str
    remark: str
    record: str
    key: str
    content_type: str
    kept: str
    most: str
    public: bool
    senders: tuple[str, ...]
    readers: tuple[str, ...]


def contract_page() -> str:
    """The page, the same bytes on every machine."""
    document: Any = asyncapi()
    records, parts = _described(document)
    template = files("services.runtime").joinpath(TEMPLATE).read_text("utf-8")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(template).render(
        info=document["info"],
        channels=tuple(_channels(document)),
        headers=tuple(_headers(document)),
        records=records,
        parts=parts,
    )


def _channels(document: Any) -> Iterator[Channel]:
    messages = document["components"]["messages"]
    for name, channel in document["channels"].items():
        (record,) = channel["messages"]
        configuration = channel["bindings"]["kafka"]["topicConfiguration"]
        yield Channel(
            name=name,
            address=channel["address"],
            remark=channel["description"],
            record=record,
            key=ALL_TOPICS[name].key,
            content_type=messages[record]["contentType"],
            kept=_kept(configuration),
            most=f"{configuration['max.message.bytes'] // MIB} MiB",
            public=channel["tags"] == [{"name": "public"}],
            senders=tuple(_who(document, "send", name)),
            readers=tuple(_who(document, "receive", name)),
        )


def _kept(configuration: Mapping[str, Any]) -> str:
    """What the cleanup policy means for a reader."""
    if configuration["cleanup.policy"] == ["compact"]:
        return "the newest of each key, for ever (compacted)"
    return f"{configuration['retention.ms'] // DAY_MS} days"


def _who(document: Any, action: str, name: str) -> Iterator[str]:
    for operation in document["operations"].values():
        if operation["action"] == action and operation["channel"]["$ref"] == f"#/channels/{name}":
            yield operation["tags"][0]["name"]


def _headers(document: Any) -> Iterator[tuple[str, str, bool]]:
    """Name, meaning, and whether every record has it."""
    headers = document["components"]["messageTraits"]["CloudEvent"]["headers"]
    for name, said in headers["properties"].items():
        yield name, said["description"], name in headers["required"]


def _described(document: Any) -> tuple[tuple[Described, ...], tuple[Described, ...]]:
    """The records in the order of the topic table, and every part of any of them by name."""
    kinds: dict[str, type[Record]] = {topic.record.__name__: topic.record for topic in ALL_TOPICS.values()}
    records: list[Described] = []
    parts: dict[str, Any] = {}
    for name, message in document["components"]["messages"].items():
        schema = json_schema(kinds[name])
        records.append(_one(schema, message["payload"]["$ref"].removeprefix("./")))
        parts |= schema.get("$defs", {})
    return tuple(records), tuple(_one(parts[name] | {"$defs": parts}) for name in sorted(parts))


def _one(schema: Mapping[str, Any], file: str | None = None) -> Described:
    required = set(schema.get("required", ()))
    fields = tuple(
        Field(
            name=name,
            type=tuple(_type(said)),
            required=name in required,
            default=None if name in required else msgspec.json.encode(said.get("default")).decode(),
            remark=said.get("description") or _of_its_part(said, schema),
        )
        for name, said in schema["properties"].items()
    )
    return Described(schema["title"], schema["description"], fields, file)


def _of_its_part(said: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What the part is that a field consists of, where nothing is said of the field itself."""
    named = [piece.part for piece in _type(said) if piece.part]
    return str(schema["$defs"][named[0]]["description"]) if len(named) == 1 else ""


def _type(said: Mapping[str, Any]) -> Iterator[Piece]:
    """What a value is, in words: `list of Span`, `string or null`, `integer`."""
    if "$ref" in said:
        name = said["$ref"].rpartition("/")[2]
        yield Piece(name, name)
    elif "anyOf" in said:
        yield from _joined([tuple(_type(each)) for each in said["anyOf"]])
    elif said["type"] == "array":
        yield Piece("list of ")
        yield from _type(said["items"])
    elif said["type"] == "object":
        yield Piece("map of string to ")
        yield from _type(said["additionalProperties"])
    else:
        yield Piece(_scalar(said))


def _joined(several: Sequence[tuple[Piece, ...]]) -> Iterator[Piece]:
    for number, pieces in enumerate(several):
        if number:
            yield Piece(" or ")
        yield from pieces


def _scalar(said: Mapping[str, Any]) -> str:
    more = [said[name] for name in ("format", "contentEncoding", "pattern") if name in said]
    return ", ".join((said["type"], *more))
