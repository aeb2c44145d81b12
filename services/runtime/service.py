"""A service as the runtime sees it: what it reads and how it handles one record."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from schemas.records import Record, Stamp
from schemas.topics import Topic
from services.runtime.bus import Message
from services.runtime.metrics import Metrics
from services.runtime.steps import StepThread
from services.stage import In, Outgoing, Stage

Handle = Callable[[Record, Message], Awaitable[Sequence[Outgoing]]]


@dataclass(frozen=True, slots=True)
class Service:
    """A room behind its shell.

    `handle` may await IO and raise Skip, Poison or Transient. `concurrency` messages are handled at
    once at most; 1 keeps strict order, and is what a stage with a memory must have. Several hand their
    outputs over as they are done or, `in_order`, as the messages came.
    """

    name: str
    sources: tuple[Topic[Record], ...]
    handle: Handle
    stamps: tuple[Stamp, ...] = ()
    concurrency: int = 1
    in_order: bool = False
    seconds: float = 60.0  # time limit of one handling, far below any broker's patience
    bookkeeping: frozenset[str] = frozenset()  # topics whose messages get no fate in the journal


def from_stage(stage: Stage[In], seconds: float = 60.0, metrics: Metrics | None = None) -> Service:
    """A pure stage as a service: its step runs in a thread, one message at a time."""
    thread = StepThread(stage.name, metrics)

    async def handle(record: Record, _message: Message) -> Sequence[Outgoing]:
        return await thread.run(lambda: tuple(stage.step(cast("In", record))))

    return Service(stage.name, (stage.source,), handle, stage.stamps, seconds=seconds)
