"""What the pool, its fork server and its workers say to each other: frames of MessagePack. Pure.

A frame is four bytes of length, big-endian, and so many bytes. A page goes to a worker as bare bytes.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import msgspec

from schemas.codec import decode, encode
from schemas.records import Stamp
from schemas.topics import ALL_TOPICS
from services.stage import Emit, Outgoing

HEAD = struct.Struct("!I")
ORDER = struct.Struct("!cIdQIQ")  # to the fork server: what to do, with which worker, and its limits
FORK, KILL = b"f", b"k"

MAX_REPLY = 16 * 1024 * 1024  # bytes; a text has at most 800,000 and a field far less


class Limits(NamedTuple):
    """What one page may cost, and when a worker makes room for a new one."""

    seconds: float = 2.0  # of processor time, for one page
    memory: int = 384 * 1024 * 1024  # bytes a worker may map beside what it was born with
    pages: int = 1000  # answered by one worker: what a library hoards does not grow for ever
    growth: int = 96 * 1024 * 1024  # bytes of resident memory that a worker may keep between two pages


@dataclass(frozen=True, slots=True)
class Work:
    """What workers do: `answer` turns a frame into a frame, and may raise Skip and Poison."""

    answer: Callable[[bytes], bytes]
    stamps: tuple[Stamp, ...] = ()


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The fork server has imported everything; workers may be asked for."""

    stamps: tuple[Stamp, ...] = ()


class End(msgspec.Struct, frozen=True, tag="end"):
    """A worker is no more."""

    worker: int
    code: int  # its exit code; below zero the signal that ended it
    why: str = ""  # where it never began: what the system said


Event = Ready | End


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """What a worker makes of a page."""

    kind: Literal["done", "refused", "memory", "bug"]
    value: bytes = b""  # done: the answer
    fate: str = ""  # refused: skipped | dead
    reason: str = ""  # refused: kebab-case; bug: the exception
    detail: str = ""  # refused: as in the refusal; bug: the traceback
    last: bool = False  # the worker ends after this one


ENCODER = msgspec.msgpack.Encoder()
EVENTS: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)
REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


_OUTPUTS = msgspec.msgpack.Decoder(list[tuple[str, str, str, bytes]])


def pack(outgoing: Iterable[Outgoing]) -> bytes:
    """What a stage without memory puts out, as bytes."""
    emits = [item for item in outgoing if isinstance(item, Emit)]
    told = [(emit.topic.name, emit.key, emit.subject, encode(emit.topic, emit.record)) for emit in emits]
    return ENCODER.encode(told)


def unpack(packed: bytes) -> tuple[Emit, ...]:
    """What was packed."""
    found = ((ALL_TOPICS[name], key, subject, value) for name, key, subject, value in _OUTPUTS.decode(packed))
    return tuple(Emit(topic, key, decode(topic, value), subject) for topic, key, subject, value in found)


def framed(value: bytes) -> bytes:
    """The bytes with their length before them."""
    return HEAD.pack(len(value)) + value
