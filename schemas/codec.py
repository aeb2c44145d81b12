"""Records to bytes and back. JSON for every topic but raw pages, which are MessagePack."""

from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from schemas.records import Record
from schemas.topics import Topic

R = TypeVar("R", bound=Record)

# Struct fields keep their order; the keys of mappings are sorted, so that equal records are equal bytes.
_JSON = msgspec.json.Encoder(order="deterministic")
_MSGPACK = msgspec.msgpack.Encoder(order="deterministic")


class Undecodable(ValueError):
    """The bytes are not a record of this topic; the message says where and why."""


@lru_cache(maxsize=64)
def _decoder(record: type[Record], wire: str) -> Any:
    codec = msgspec.msgpack if wire == "msgpack" else msgspec.json
    return codec.Decoder(record)


def encode(topic: Topic[Record], record: Record) -> bytes:
    """The wire form of a record: the same record always gives the same bytes."""
    return _MSGPACK.encode(record) if topic.wire == "msgpack" else _JSON.encode(record)


def decode(topic: Topic[R], value: bytes) -> R:
    """The record in `value`. Unknown fields are ignored. Raises Undecodable."""
    try:
        record: R = _decoder(topic.record, topic.wire).decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise Undecodable(f"not a {topic.record.__name__}: {exc}") from exc
    return record


def content_type(topic: Topic[Record]) -> str:
    """Media type of the topic's values."""
    return "application/msgpack" if topic.wire == "msgpack" else "application/json"
