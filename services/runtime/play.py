"""A recorded stream onto a broker: `sirwan topics play FILE`, for whoever builds a consumer or a test.

The whole file is checked before anything is published, and a deployment at work is left alone: a message that
was made up, or is older than what is there, would be the newest of its key for every reader, for ever.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.asyncapi import FLOWS
from schemas.stream import Recorded, Unplayable, read_line
from services.runtime.bus import BrokerDown
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_lag import look
from services.stage import Poison

WINDOW = 500  # messages handed over and not yet confirmed
WORST = 10  # bad lines that are told of, each with what is wrong; of more only how many
OURS = "topics play"  # no group has this name, so nothing is committed for it

Progress = Callable[[int], None]
"""Is told how many bytes of the file were read so far."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a file holds of one topic."""

    topic: str  # without prefix
    messages: int
    keys: int
    tombstones: int


@dataclass(slots=True)
class _Found:
    """What was met in a file so far."""

    messages: Counter[str] = field(default_factory=Counter)
    tombstones: Counter[str] = field(default_factory=Counter)
    keys: dict[str, set[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)  # the first WORST of
    bad: int = 0

    def take(self, message: Recorded) -> None:
        self.messages[message.topic] += 1
        self.tombstones[message.topic] += message.wire is None
        self.keys.setdefault(message.topic, set()).add(message.key)

    def refuse(self, why: str) -> None:
        self.bad += 1
        if self.bad <= WORST:
            self.wrong.append(why)


def check_file(path: Path, progress: Progress) -> tuple[Played, ...]:
    """What a file holds, by topic, every line checked.

    Raises Poison("bad-stream") with its bad lines; OSError.
    """
    found = _Found()
    for number, line, read in _lines(path):
        try:
            found.take(read_line(line))
        except Unplayable as exc:
            found.refuse(f"{path.name}:{number}: {exc}")
        progress(read)
    if found.bad:
        told = f"{path}: nothing was played, lines are no messages of their topics ({found.bad}):"
        more = [f"and {found.bad - WORST} more"] if found.bad > WORST else []
        raise Poison("bad-stream", "\n  ".join((told, *found.wrong, *more)))
    if not found.messages:
        raise Poison("bad-stream", f"{path}: no message in it")
    return tuple(
        Played(topic, count, len(found.keys[topic]), found.tombstones[topic])
        for topic, count in sorted(found.messages.items())
    )


async def play(
    settings: KafkaSettings, path: Path, *, anyway: bool, progress: Progress
) -> tuple[Played, ...]:
    """Publish every message of a file, in order; what it held. Returns once the broker has confirmed all.

    Raises Poison("bad-stream"); Poison("topics-in-use") where there are messages or services already and not
    `anyway`, before anything is published; BrokerDown; OSError.
    """
    found = check_file(path, progress)
    await _refuse_in_use(settings, [each.topic for each in found], anyway=anyway)
    bus = KafkaBus(settings)
    await bus.start()
    try:
        waiting: list[Awaitable[None]] = []
        for number, line, read in _lines(path):
            try:
                message = read_line(line)
            except Unplayable as exc:  # only where somebody writes to it meanwhile
                raise Poison("bad-stream", f"{path}:{number}: changed while it was played: {exc}") from exc
            waiting.append(await _publish(bus, message))
            if len(waiting) >= WINDOW:
                await _confirmed(waiting)
            progress(read)
        await _confirmed(waiting)
    finally:
        await bus.stop()
    return found


async def _publish(bus: KafkaBus, message: Recorded) -> Awaitable[None]:
    return await bus.publish(message.topic, message.key, message.wire, message.headers)


async def _confirmed(waiting: list[Awaitable[None]]) -> None:
    for each in waiting:
        await each
    waiting.clear()


async def _refuse_in_use(settings: KafkaSettings, topics: list[str], *, anyway: bool) -> None:
    services: Mapping[str, list[str]] = {service: [] for service in FLOWS}
    found = await look(settings, {OURS: topics, **services})
    if missing := found[OURS].missing:
        where = f"{settings.bootstrap} has no topic {', '.join(missing)}"
        raise BrokerDown(f"{where}; run `sirwan topics apply`, or set SIRWAN_TOPIC_PREFIX")
    held, at_work = found[OURS].messages, [service for service in FLOWS if found[service].members]
    if anyway or not (held or at_work):
        return
    why = [f"{held} messages lie on {', '.join(map(settings.full, topics))}"] if held else []
    why += [f"services are at work: {', '.join(at_work)}"] if at_work else []
    told = f"{settings.bootstrap}, prefix {settings.prefix}: {'; '.join(why)}"
    mend = "set SIRWAN_TOPIC_PREFIX to a prefix of your own and run `sirwan topics apply`, or add --anyway"
    raise Poison("topics-in-use", f"{told}; {mend}")


def _lines(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """Each line that is not blank: its number from 1, its bytes, and how many bytes were read by then."""
    read = 0
    with path.open("rb") as opened:
        for number, line in enumerate(opened, 1):
            read += len(line)
            if line.strip():
                yield number, line, read
