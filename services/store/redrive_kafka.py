"""`sirwan dlq redrive` on Kafka: the store says which letters there are, and which were sent before."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from schemas.topics import ALL_TOPICS, DEAD_LETTERS
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_history import history
from services.runtime.kafka_lag import look
from services.runtime.redriving import redriven
from services.runtime.serve import kafka_settings
from services.stage import Transient
from services.store.letter_states import ENDED, Letter, plan
from services.store.letters import letters
from services.store.redrive import STAGE, Asked, Passed, Redriven, Sender, did, unsent, would

PATIENCE = 30.0  # seconds the store may need to read the last dead letters
BETWEEN = 0.5  # seconds between two looks
SKEW = timedelta(minutes=5)  # that the clock of a broker which stamps messages itself may be behind ours


async def redrive(settings: Settings, asked: Asked, clock: Clock, passed: Passed) -> Redriven:
    """Send again what is asked for, or say what would be sent.

    Raises BrokerDown, Transient("store-behind"), Transient("store-unavailable").
    """
    kafka = kafka_settings(settings, STAGE, linger_ms=0)
    await _store_has_read(kafka, clock)
    found = letters(settings.place, asked.wanted)
    planned = plan(
        found,
        parked=asked.parked,
        limit=asked.limit,
        lost=await _never_sent(kafka, unsent(found)),
        overtaken=await _overtaken(kafka, found),
    )
    if not asked.go:
        return would(planned)
    bus = KafkaBus(kafka, clock)
    sender = Sender(bus, settings.place, clock, asked.rate, _at_once, passed)
    await bus.start()
    try:
        await sender.send(planned.send)
    finally:
        await bus.stop()
    return did(planned, sender)


async def _at_once() -> None:
    """A note that the broker has confirmed is kept: the store reads it sooner or later."""


async def _store_has_read(kafka: KafkaSettings, clock: Clock) -> None:
    """Return once the store has read every dead letter, and with them the notes of earlier redrives."""
    until = clock.steady() + PATIENCE
    reads = {"store": [topic.name for topic in DEAD_LETTERS.values()]}
    while behind := (await look(kafka, reads, clock))["store"].messages:
        if clock.steady() >= until:
            why = (
                f"the store has {behind} dead letters still to read, and only it knows what was sent already"
            )
            raise Transient("store-behind", f"{why}: is it running? Then try again later")
        await clock.sleep(BETWEEN)


async def _never_sent(kafka: KafkaSettings, noted: Iterable[Letter]) -> frozenset[str]:
    """Ids of those whose message is not on its topic: the redrive that noted them was interrupted.

    Where retention has taken what came then nobody can tell, and they count as sent.
    """
    lost: set[str] = set()
    for topic, together in _by_topic(noted).items():
        first = min(each.redriven_at for each in together if each.redriven_at) - SKEW
        async with history(kafka, topic) as past:
            if not await past.reaches_back_to(first):
                continue
            arrived = set()
            async for message in past.since(first):
                again = redriven(message.headers)
                if again is not None:
                    arrived.add((again.partition, again.offset, again.redrives))
        lost |= {
            each.ident for each in together if (each.partition, each.offset, each.redrives) not in arrived
        }
    return frozenset(lost)


async def _overtaken(kafka: KafkaSettings, found: Iterable[Letter]) -> frozenset[str]:
    """Ids of those whose key has a later message on a compacted topic, where the newest of a key is kept."""
    old: set[str] = set()
    asked = (each for each in found if each.state != ENDED and ALL_TOPICS[each.topic].compacted)
    for topic, together in _by_topic(asked).items():
        begin: dict[int, int] = {}
        for each in together:
            begin[each.partition] = min(each.offset, begin.get(each.partition, each.offset))
        newest: dict[tuple[int, str], int] = {}
        async with history(kafka, topic) as past:
            async for message in past.behind(begin):
                first = redriven(message.headers)
                offset = first.offset if first else message.offset  # sent again, it is as old as it was
                at = (message.partition, message.key)
                newest[at] = max(offset, newest.get(at, offset))
        old |= {each.ident for each in together if newest.get((each.partition, each.key), -1) > each.offset}
    return frozenset(old)


def _by_topic(found: Iterable[Letter]) -> Mapping[str, list[Letter]]:
    topics: dict[str, list[Letter]] = {}
    for each in found:
        topics.setdefault(each.topic, []).append(each)
    return topics
