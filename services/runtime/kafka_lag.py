"""How far each consumer group is behind, asked from outside: its topics' ends, and what it has committed."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # as above
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    GroupCoordinatorNotAvailableError,
    KafkaConnectionError,
    KafkaError,
)

from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock, SystemClock
from services.runtime.kafka_connect import KafkaSettings, broker_down, let_in
from services.runtime.kafka_noise import quieten

PATIENCE = 3.0  # seconds for all of it: somebody is waiting in front of a terminal
TRIES, BETWEEN = 5, 0.2  # looks for who looks after the groups, and seconds between them
FAREWELL = 0.5  # seconds to say goodbye to a broker that may not be listening
DOING = "asking for the lag"


@dataclass(frozen=True, slots=True)
class Behind:
    """One group as the broker knows it."""

    messages: int  # on its topics and not committed by it; retention may have taken some before
    members: int  # processes in the group now
    missing: tuple[str, ...] = ()  # full names of topics that are not there


async def look(
    settings: KafkaSettings, reads: Mapping[str, Sequence[str]], clock: Clock | None = None
) -> Mapping[str, Behind]:
    """Each group with the topics it reads, both without prefix; a group nobody has joined has it all to do.

    Raises BrokerDown, after PATIENCE at most.
    """
    quieten()
    topics = sorted({settings.full(topic) for names in reads.values() for topic in names})
    groups = {group: settings.full(group) for group in reads}
    admin = AIOKafkaAdminClient(**settings.client)
    consumer = AIOKafkaConsumer(**settings.client)
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(admin.start(), consumer.start())
            places = await _places(admin, topics)
            first, last = await asyncio.gather(
                consumer.beginning_offsets(places), consumer.end_offsets(places)
            )
            committed: dict[str, Mapping[TopicPartition, int]] = {}
            members: dict[str, int] = {}
            if await _has_groups(admin, groups.values(), clock or SystemClock()):
                committed = {group: await _committed(admin, full) for group, full in groups.items()}
                members = {group: await _members(admin, full) for group, full in groups.items()}
    except (KafkaConnectionError, OSError) as exc:  # TimeoutError is an OSError
        await let_in(settings, DOING)
        raise BrokerDown(f"no answer from the broker {settings.bootstrap}") from exc
    except KafkaError as exc:
        raise broker_down(settings, exc, DOING) from exc
    finally:
        await _leave(consumer.stop(), admin.close())
    behind: dict[str, Behind] = {}
    for group, names in reads.items():
        wanted, settled = {settings.full(name) for name in names}, committed.get(group, {})
        left = [_left(first[at], last[at], settled.get(at)) for at in places if at.topic in wanted]
        missing = wanted - {place.topic for place in places}
        behind[group] = Behind(sum(left), members.get(group, 0), tuple(sorted(missing)))
    return behind


def _left(first: int, last: int, committed: int | None) -> int:
    return last - min(last, max(first, committed or 0))


async def _places(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """The partitions of those topics that exist; all topics are listed, for to ask for one may create it."""
    described = await admin.describe_topics()
    return [
        TopicPartition(each["topic"], part["partition"])
        for each in described
        if each["topic"] in topics and not each["error_code"]
        for part in each["partitions"]
    ]


async def _has_groups(admin: AIOKafkaAdminClient, groups: Iterable[str], clock: Clock) -> bool:
    """Whether anybody looks after groups yet: on a broker that never had one nobody does."""
    for attempt in range(TRIES):
        try:
            await asyncio.gather(*map(admin.find_coordinator, groups))
        except GroupCoordinatorNotAvailableError:
            await clock.sleep(BETWEEN if attempt < TRIES - 1 else 0)
        else:
            return True
    return False


async def _committed(admin: AIOKafkaAdminClient, group: str) -> Mapping[TopicPartition, int]:
    offsets = await admin.list_consumer_group_offsets(group)
    return {place: at.offset for place, at in offsets.items()}


async def _members(admin: AIOKafkaAdminClient, group: str) -> int:
    """Asked one group at a time: aiokafka 0.14 reads answers about several wrongly (v3 as if it were v2)."""
    (answer,) = await admin.describe_consumer_groups([group])
    (described,) = answer.to_object()["groups"]
    return len(described["members"])


async def _leave(*goodbyes: Any) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL):
            await asyncio.gather(*goodbyes, return_exceptions=True)
