"""Topics on the broker as the topic table wants them: what is missing is created, nothing is altered."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiokafka.admin import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaAdminClient,
    NewTopic,
)
from aiokafka.admin.config_resource import (  # type: ignore[import-untyped]  # as above
    ConfigResource,
    ConfigResourceType,
)
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    KafkaError,
    TopicAuthorizationFailedError,
    for_code,
)

from schemas.topics import ALL_TOPICS, DAY, MIB
from services.runtime.bus import BrokerDown
from services.runtime.clock import SystemClock
from services.runtime.kafka_connect import ENVELOPE, KafkaSettings, administration, broker_down

DOING: Final = "looking at topics"
WEEK = 7 * DAY
TOPIC_EXISTS = 36  # error code of the Kafka protocol
MEMORIES = ("extractor.memory.v1", "fetcher.memory.v1", "linker.memory.v1")
"""Changelogs of the stages that remember (kafka_state.py): one partition, for order across keys counts."""

Kind = Literal["create", "partitions", "config"]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a deployment decides about its topics; 3 replicas on a real cluster."""

    partitions: int = 4
    replication: int = 1


@dataclass(frozen=True, slots=True)
class TopicWanted:
    """A topic as it should be on the broker."""

    name: str  # without prefix
    partitions: int
    replication: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TopicChange:
    """One difference between the table and the broker. `create` is done by apply; the others are drift."""

    topic: str  # full name
    kind: Kind
    setting: str  # the config's name; "partitions"; "" for create
    wanted: str
    found: str  # "" where there is nothing yet


def wanted(layout: Layout) -> Mapping[str, TopicWanted]:
    """Every topic as it should be, by name without prefix."""
    topics = {
        topic.name: TopicWanted(
            topic.name,
            layout.partitions,
            layout.replication,
            _compacted(topic.max_bytes)
            if topic.retention is None
            else _dated(topic.retention, topic.max_bytes),
        )
        for topic in ALL_TOPICS.values()
    }
    for name in MEMORIES:
        topics[name] = TopicWanted(name, 1, layout.replication, _compacted(4 * MIB))
    return topics


def _dated(retention: int, max_bytes: int) -> dict[str, str]:
    return {"cleanup.policy": "delete", "retention.ms": str(retention * 1000), **_any(max_bytes)}


def _compacted(max_bytes: int) -> dict[str, str]:
    """A consumer that reads once a week sees every deletion, and no older value than a week for long."""
    return {
        "cleanup.policy": "compact",
        "max.compaction.lag.ms": str(WEEK * 1000),
        "delete.retention.ms": str(WEEK * 1000),
        **_any(max_bytes),
    }


def _any(max_bytes: int) -> dict[str, str]:
    return {"max.message.bytes": str(max_bytes + ENVELOPE), "compression.type": "producer"}


async def plan(
    settings: KafkaSettings, layout: Layout, names: Collection[str] | None = None
) -> list[TopicChange]:
    """What differs between the table and the broker, by topic. `names` limits it. Raises BrokerDown."""
    async with administration(settings, DOING) as client:
        return await _Admin(settings, client).differences(_chosen(layout, names))


async def apply(
    settings: KafkaSettings, layout: Layout, names: Collection[str] | None = None
) -> list[TopicChange]:
    """Create what is missing. Returns what was found to differ before, as `plan`. Raises BrokerDown."""
    topics = _chosen(layout, names)
    async with administration(settings, DOING) as client:
        admin = _Admin(settings, client)
        changes = await admin.differences(topics)
        missing = {change.topic for change in changes if change.kind == "create"}
        await admin.create([topic for topic in topics if settings.full(topic.name) in missing])
    return changes


def _chosen(layout: Layout, names: Collection[str] | None) -> list[TopicWanted]:
    topics = wanted(layout)
    return [topics[name] for name in sorted(topics if names is None else names)]


class _Admin:
    """The broker's administration, for the length of one command."""

    def __init__(self, settings: KafkaSettings, client: AIOKafkaAdminClient) -> None:
        self._settings = settings
        self._client = client
        self._clock = SystemClock()

    async def differences(self, topics: Sequence[TopicWanted]) -> list[TopicChange]:
        """Compared by partition count and by the configs the table names."""
        names = [self._settings.full(topic.name) for topic in topics]
        try:
            described = await self._client.describe_topics(names)
            if any(each["error_code"] == TopicAuthorizationFailedError.errno for each in described):
                raise TopicAuthorizationFailedError
            found = {each["topic"]: len(each["partitions"]) for each in described if not each["error_code"]}
            configs = await self._configs(list(found))
        except (KafkaError, OSError) as exc:
            raise broker_down(self._settings, exc, DOING) from exc
        return [
            change
            for topic, full in zip(topics, names, strict=True)
            for change in _compare(topic, full, found.get(full), configs.get(full, {}))
        ]

    async def _configs(self, names: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        answers = await self._client.describe_configs(resources) if names else []
        if any(code for answer in answers for code, *_ in answer.resources):
            raise next(
                for_code(code)(text) for answer in answers for code, text, *_ in answer.resources if code
            )
        return {
            name: {entry[0]: entry[1] for entry in entries}
            for answer in answers
            for _code, _text, _type, name, entries in answer.resources
        }

    async def create(self, topics: Sequence[TopicWanted]) -> None:
        """Create all; one that exists by now is fine. Raises BrokerDown with the broker's words."""
        if not topics:
            return
        new = [
            NewTopic(self._settings.full(t.name), t.partitions, t.replication, topic_configs=dict(t.configs))
            for t in topics
        ]
        try:
            response = await self._client.create_topics(new)
        except (KafkaError, OSError) as exc:
            raise broker_down(self._settings, exc, "creating topics") from exc
        # aiokafka returns errors here, it does not raise them.
        for name, code, text in response.topic_errors:
            if code not in (0, TOPIC_EXISTS):
                raise BrokerDown(f"creating {name}: {text or for_code(code).__name__}")
        await self._settled({topic.name for topic in new})

    async def _settled(self, names: Collection[str]) -> None:
        """Wait until the new topics have leaders: a client that comes at once then finds them."""
        try:
            async with asyncio.timeout(self._settings.request_timeout):
                while not all(map(_led, await self._client.describe_topics(list(names)))):
                    await self._clock.sleep(0.05)
        except TimeoutError as exc:
            raise broker_down(self._settings, exc, "waiting for new topics") from exc


def _led(described: Mapping[str, Any]) -> bool:
    return not described["error_code"] and all(each["leader"] >= 0 for each in described["partitions"])


def _compare(
    topic: TopicWanted, full: str, partitions: int | None, configs: Mapping[str, str]
) -> Iterator[TopicChange]:
    if partitions is None:
        yield TopicChange(full, "create", "", f"{topic.partitions} partitions", "")
        return
    if partitions != topic.partitions:
        yield TopicChange(full, "partitions", "partitions", str(topic.partitions), str(partitions))
    for setting, value in topic.configs.items():
        if configs.get(setting) != value:
            yield TopicChange(full, "config", setting, value, configs.get(setting, ""))
