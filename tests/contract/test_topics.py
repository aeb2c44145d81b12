"""Topics on a real broker: created from the table, never altered."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # no annotations
from aiokafka.admin.config_resource import (  # type: ignore[import-untyped]  # no annotations
    ConfigResource,
    ConfigResourceType,
)

from schemas.topics import ALL_TOPICS, ARTICLES_ENRICHED, DAY, JOURNAL
from services.runtime.bus import BrokerDown
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import MEMORIES, Layout, TopicChange, apply, plan, wanted
from tests.broker import free_port
from tests.e2e.test_bad_input import sirwan

pytestmark = pytest.mark.kafka

LAYOUT = Layout(partitions=2)


async def test_apply_creates_every_topic_of_the_table_and_then_finds_nothing_to_do(
    kafka: KafkaSettings,
) -> None:
    changes = await apply(kafka, LAYOUT)
    assert {change.kind for change in changes} == {"create"}
    assert {change.topic for change in changes} == {kafka.full(name) for name in (*ALL_TOPICS, *MEMORIES)}
    assert await plan(kafka, LAYOUT) == []
    assert await apply(kafka, LAYOUT) == []


async def test_plan_creates_nothing(kafka: KafkaSettings) -> None:
    first = await plan(kafka, LAYOUT, [JOURNAL.name])
    assert first == await plan(kafka, LAYOUT, [JOURNAL.name])
    assert first == [TopicChange(kafka.full(JOURNAL.name), "create", "", "2 partitions", "")]


async def test_drift_is_reported_and_left_alone(kafka: KafkaSettings) -> None:
    await apply(kafka, Layout(partitions=3), [JOURNAL.name])
    name = kafka.full(JOURNAL.name)
    admin = AIOKafkaAdminClient(**kafka.client)
    await admin.start()
    configs = dict(wanted(LAYOUT)[JOURNAL.name].configs) | {"retention.ms": "1000"}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs)])
    await admin.close()
    drift = [
        TopicChange(name, "partitions", "partitions", "2", "3"),
        TopicChange(name, "config", "retention.ms", str(30 * DAY * 1000), "1000"),
    ]
    async with asyncio.timeout(10):
        while len(await plan(kafka, LAYOUT, [JOURNAL.name])) < len(drift):  # the broker takes its time
            pass
    assert await apply(kafka, LAYOUT, [JOURNAL.name]) == drift
    assert await plan(kafka, LAYOUT, [JOURNAL.name]) == drift


def test_drift_stops_a_plan_and_no_deployment(kafka: KafkaSettings, tmp_path: Path) -> None:
    """`docker compose up` waits for `apply`: whoever sets another number of partitions must still start."""

    def said(verb: str, partitions: int) -> tuple[int, str]:
        ours = {"SIRWAN_KAFKA": kafka.bootstrap, "SIRWAN_TOPIC_PREFIX": kafka.prefix}
        run = sirwan(tmp_path, "topics", verb, **ours, SIRWAN_PARTITIONS=str(partitions))
        return run.returncode, run.stdout

    journal = kafka.full(JOURNAL.name)
    assert said("plan", 2)[0] == 1
    code, lines = said("apply", 2)
    assert (code, f"{journal}: created" in lines) == (0, True)
    assert said("plan", 2)[0] == 0
    for verb, exit_code in (("plan", 1), ("apply", 0)):
        code, lines = said(verb, 3)
        drift = f"{journal}: drift: partitions is 2, the table says 3" in lines
        assert (code, drift) == (exit_code, True)


async def test_an_impossible_topic_is_an_error_in_the_brokers_words(kafka: KafkaSettings) -> None:
    with pytest.raises(BrokerDown, match=r"creating .*journal.*[Rr]eplication"):
        await apply(kafka, Layout(replication=7), [JOURNAL.name])


async def test_a_missing_broker_is_one_clear_error(kafka: KafkaSettings) -> None:
    nobody = replace(kafka, bootstrap=f"127.0.0.1:{free_port()}")
    with pytest.raises(BrokerDown, match=rf"looking at topics: broker {nobody.bootstrap}: .*is it up"):
        await plan(nobody, LAYOUT)


def test_compacted_topics_keep_deletions_for_a_week() -> None:
    configs = wanted(LAYOUT)[ARTICLES_ENRICHED.name].configs
    assert configs["cleanup.policy"] == "compact"
    assert configs["delete.retention.ms"] == configs["max.compaction.lag.ms"] == str(7 * DAY * 1000)


def test_a_memory_has_one_partition_whatever_the_layout() -> None:
    assert [wanted(Layout(partitions=9))[name].partitions for name in MEMORIES] == [1] * len(MEMORIES)
