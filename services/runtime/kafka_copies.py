"""Where copies of something lie on a broker, and until when: every message of some topics is looked at."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # as above
from aiokafka.admin.config_resource import (  # type: ignore[import-untyped]  # as above
    ConfigResource,
    ConfigResourceType,
)
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # as above

from services.runtime.kafka_connect import KafkaSettings, broker_down, finished, stop_client
from services.runtime.kafka_noise import quieten

DOING = "looking for copies"

Carries = Callable[[bytes, bytes], bool]
"""Whether a message with this key and value carries what is looked for."""


@dataclass(frozen=True, slots=True)
class Copies:
    """What one topic holds."""

    messages: int = 0  # that carry it
    current: tuple[bytes, ...] = ()  # values that are the newest of their key: a compacted topic keeps those
    until: datetime | None = None  # when the broker has let go of all, at the latest; None: not by itself


@dataclass(slots=True)
class _Seen:
    """While a topic is read."""

    messages: int = 0
    carried_at: int = 0  # newest message that carries it, milliseconds
    settled_at: int = 0  # newest message of a key that ever carried it
    last: dict[bytes, bytes | None] = field(default_factory=dict)  # newest by key that ever did, if it does

    def note(self, key: bytes, value: bytes | None, at: int, *, carries: bool) -> None:
        if carries:
            self.messages += 1
            self.carried_at = max(self.carried_at, at)
        if carries or key in self.last:
            self.last[key] = value if carries else None
            self.settled_at = max(self.settled_at, at)


async def find_copies(settings: KafkaSettings, carriers: Mapping[str, Carries]) -> Mapping[str, Copies]:
    """What is found in each of these topics (names without prefix) up to their present ends.

    A topic that is not there is left out. Nothing is published, no offset committed. Raises BrokerDown.
    """
    quieten()
    # A partition brings 1 MiB at once, or one message that is larger: all together they must fit into memory.
    consumer = AIOKafkaConsumer(**settings.client, enable_auto_commit=False, auto_offset_reset="earliest")
    admin = AIOKafkaAdminClient(**settings.client)
    try:
        await finished(consumer.start())
        await admin.start()
        names = {settings.full(name): name for name in carriers}
        places = await _places(admin, names)
        configs = await _configs(admin, sorted({place.topic for place in places}))
        seen = await _read(consumer, places, {full: carriers[name] for full, name in names.items()})
    except (KafkaError, OSError) as exc:
        raise broker_down(settings, exc, DOING) from exc
    finally:
        await asyncio.gather(stop_client(consumer), admin.close(), return_exceptions=True)
    return {
        name: _copies(seen[full], configs[full]) for full, name in names.items() if full in seen
    }  # in the order they were named


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that came while somebody listened."""

    topic: str  # without prefix
    partition: int
    offset: int
    key: bytes
    value: bytes | None


@asynccontextmanager
async def listening(
    settings: KafkaSettings, topics: Sequence[str]
) -> AsyncIterator[Callable[[float], AsyncIterator[Heard]]]:
    """Hears what comes on some topics from now on: all of it for so many seconds. Raises BrokerDown."""
    quieten()
    consumer = AIOKafkaConsumer(**settings.client, enable_auto_commit=False)
    admin = AIOKafkaAdminClient(**settings.client)
    names = {settings.full(name): name for name in topics}

    async def hear(seconds: float) -> AsyncIterator[Heard]:
        last = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < last:
            for place, messages in (await consumer.getmany(timeout_ms=500)).items():
                for each in messages:
                    yield Heard(names[place.topic], place.partition, each.offset, each.key or b"", each.value)

    try:
        await finished(consumer.start())
        await admin.start()
        places = await _places(admin, names)
        consumer.assign(places)
        for place, end in (await consumer.end_offsets(places)).items():
            consumer.seek(place, end)
        yield hear
    except (KafkaError, OSError) as exc:
        raise broker_down(settings, exc, DOING) from exc
    finally:
        await asyncio.gather(stop_client(consumer), admin.close(), return_exceptions=True)


async def _places(admin: AIOKafkaAdminClient, names: Mapping[str, str]) -> list[TopicPartition]:
    """The partitions of those that exist; all are listed, for to ask for one may create it."""
    described = await admin.describe_topics()
    return [
        TopicPartition(each["topic"], part["partition"])
        for each in described
        if each["topic"] in names and not each["error_code"]
        for part in each["partitions"]
    ]


async def _configs(admin: AIOKafkaAdminClient, topics: list[str]) -> Mapping[str, Mapping[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
    answers = await admin.describe_configs(resources) if topics else []
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _code, _text, _type, name, entries in answer.resources
    }


async def _read(
    consumer: AIOKafkaConsumer, places: list[TopicPartition], carriers: Mapping[str, Carries]
) -> Mapping[str, _Seen]:
    seen = {place.topic: _Seen() for place in places}
    if not places:
        return seen
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    for place, end in (await consumer.end_offsets(places)).items():
        # By position, not by what arrives: compaction may have removed the last messages.
        while await consumer.position(place) < end:
            for at, messages in (await consumer.getmany(timeout_ms=500)).items():
                for each in messages:
                    key = each.key or b""
                    carries = each.value is not None and carriers[at.topic](key, each.value)
                    seen[at.topic].note(key, each.value, each.timestamp, carries=carries)
    return seen


def _copies(seen: _Seen, config: Mapping[str, str]) -> Copies:
    compacted = "compact" in config.get("cleanup.policy", "")
    current = tuple(value for value in seen.last.values() if value is not None) if compacted else ()
    until = None
    if compacted and seen.messages and not current:
        until = _after(seen.settled_at, config, "max.compaction.lag.ms")
    elif seen.messages and not compacted:
        # A segment goes as a whole, when the last message in it is old enough; it is written for segment.ms.
        until = _after(seen.carried_at, config, "retention.ms", "segment.ms")
    return Copies(seen.messages, current, until)


def _after(at: int, config: Mapping[str, str], *waits: str) -> datetime | None:
    """The moment that many milliseconds later; None where the broker is told to wait for ever."""
    spans = [int(config.get(name) or -1) for name in waits]
    try:
        if min(spans) >= 0:
            return datetime.fromtimestamp(at / 1000, UTC) + timedelta(milliseconds=sum(spans))
    except OverflowError:  # what the broker says where nothing is set
        pass
    return None
