"""A service as the runtime sees it: what it reads and how it handles one record."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from schemas.records import Record, Stamp
from schemas.topics import Topic
from services.runtime.bus import Message
from services.stage import Outgoing

Handle = Callable[[Record, Message], Awaitable[Sequence[Outgoing]]]


@dataclass(frozen=True, slots=True)
class Service:
    """A room behind its shell.

    `handle` may await IO and raise Skip, Poison or Transient. `concurrency` messages are handled at
    once at most; 1 keeps strict order, and is what a stage with a memory must have.
    """

    name: str
    sources: tuple[Topic[Record], ...]
    handle: Handle
    stamps: tuple[Stamp, ...] = ()
    concurrency: int = 1
    seconds: float = 60.0  # time limit of one handling, far below any broker's patience
