"""The words every room shares: what a stage is, what it puts out, and how it refuses. Pure.

Three refusals, each with its route (law 3 of the design):

- `Skip`: expected; dropped with a reason that is counted.
- `Poison`: never works; goes to the dead-letter topic.
- `Transient`: may work later; only shells raise it; retried with backoff, then dead.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Protocol, TypeVar

from schemas.records import Record, Stamp
from schemas.topics import Topic

In = TypeVar("In", bound=Record)

DONE, SKIPPED, DEAD = "done", "skipped", "dead"


class Refusal(Exception):
    """A message that a stage does not turn into output."""

    fate: ClassVar[str]

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = (
            reason  # kebab-case, from the table in services/runtime/reasons.py: it becomes a metric label
        )
        self.detail = detail  # free text: journal, log line and dead letter only
        self.remember: tuple[Remember, ...] = ()  # what is to be remembered all the same


class Skip(Refusal):
    """Expected and dropped: not an article, not relevant, not allowed."""

    fate = SKIPPED


class Poison(Refusal):
    """Never works, whatever we do: kept as a dead letter."""

    fate = DEAD


class Transient(Refusal):
    """May work later. `retry_after` is in seconds, where the other side named it."""

    fate = DEAD

    def __init__(self, reason: str, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, detail)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Emit:
    """Publish `record` on `topic` under `key`.

    `subject` becomes `ce_subject`: the canonical URL, or the story id.
    """

    topic: Topic[Record]
    key: str
    record: Record
    subject: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Publish a tombstone: `key` of `topic` is to be forgotten."""

    topic: Topic[Record]
    key: str
    subject: str


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep `value` under `key` in the stage's memory, durably before anything is published. None forgets."""

    key: str
    value: bytes | None


Outgoing = Emit | Erase | Remember


class Memory(Protocol):
    """What a stage has remembered so far: a read view, in key order."""

    def get(self, key: str) -> bytes | None:
        """The value under `key`, or None."""

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """All pairs whose key begins with `prefix`, by key."""


@dataclass(frozen=True, slots=True)
class Stage(Generic[In]):
    """A service is data: which topic it reads and the pure step it makes of each record.

    `step` raises Skip or Poison and never does IO. `stamps` name the component and its rules.
    """

    name: str
    source: Topic[In]
    step: Callable[[In], Iterable[Outgoing]]
    stamps: tuple[Stamp, ...] = field(default=())
