"""A recorded stream as a file: one message a line, in the order they were published. JSON Lines, UTF-8. Pure.

`schemas/examples/stream.jsonl` is one; `sirwan topics play FILE` puts one on a broker.
"""

import msgspec

from schemas.asyncapi import ALWAYS
from schemas.codec import Undecodable, decode
from schemas.records import Record
from schemas.topics import ALL_TOPICS, Topic, full_name

TOMBSTONE = b"null"


class Recorded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message as it was published."""

    topic: str  # without the deployment's prefix
    key: str
    headers: dict[str, str]
    value: msgspec.Raw  # the record, byte for byte as on the wire; null is a tombstone

    @property
    def wire(self) -> bytes | None:
        """The value as Kafka carries it; None is a tombstone."""
        value = bytes(self.value)
        return None if value == TOMBSTONE else value


class Unplayable(ValueError):
    """A line is no message that could have been published; the text says what is wrong with it."""


def write_line(message: Recorded) -> bytes:
    """The line of a message, without its end."""
    return msgspec.json.encode(message)


def read_line(line: bytes) -> Recorded:
    """The message on a line, its record checked by the schema of its topic. Raises Unplayable."""
    try:
        message = msgspec.json.decode(line, type=Recorded)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise Unplayable(str(exc)) from exc
    topic = ALL_TOPICS.get(message.topic)
    if topic is None:
        raise Unplayable(f"no such topic: {message.topic!r}; names have no prefix, as in 'stories.v1'")
    if topic.wire != "json":
        raise Unplayable(f"{topic.name} does not travel as JSON and cannot be played")
    _check(message, topic)
    return message


def _check(message: Recorded, topic: Topic[Record]) -> None:
    """Raises Unplayable for headers that every reader needs, and for a record of another topic or key."""
    if lacking := [name for name in ALWAYS if not message.headers.get(name)]:
        raise Unplayable(f"headers: no {', '.join(lacking)}")
    kind = full_name("sirwan", topic.name)
    if message.headers["ce_type"] != kind:
        raise Unplayable(f"headers: ce_type is {message.headers['ce_type']!r} and not {kind!r}")
    if message.wire is None:
        if not topic.compacted:
            raise Unplayable(f"a tombstone on {topic.name}, which is not compacted")
        return
    try:
        record = decode(topic, message.wire)
    except Undecodable as exc:
        raise Unplayable(f"{topic.name}: {exc}") from exc
    said = getattr(record, topic.key, message.key)  # page_id and story_id are fields; other keys are not
    if said != message.key:
        raise Unplayable(f"{topic.name}: key is {message.key!r}, {topic.key} of its record is {said!r}")
