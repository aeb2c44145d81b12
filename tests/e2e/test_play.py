"""`sirwan topics play` on a real broker: what was recorded is played, a deployment is left alone."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    TopicPartition,
)

from deploy.demo.record import OUT
from schemas.stream import Recorded, read_line
from schemas.topics import ARTICLES_ENRICHED, STORIES
from services.runtime.kafka_connect import KafkaSettings, message_from
from services.runtime.kafka_topics import Layout, apply
from tests.broker import free_port
from tests.deployment import ends
from tests.e2e.test_bad_input import sirwan
from tests.e2e.test_consumers import PATIENCE, SCHEMA, in_python, running

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

PUBLIC = (ARTICLES_ENRICHED.name, STORIES.name)
MESSAGES = [read_line(line) for line in OUT.read_bytes().splitlines()]


def play(kafka: KafkaSettings, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    ours = {"SIRWAN_KAFKA": kafka.bootstrap, "SIRWAN_TOPIC_PREFIX": kafka.prefix}
    return sirwan(home, "topics", "play", *words, **ours)


async def lying(kafka: KafkaSettings) -> int:
    """Messages on the public topics."""
    return sum((await ends(kafka, PUBLIC)).values())


async def read_back(kafka: KafkaSettings, topic: str) -> list[Recorded]:
    """All messages of a topic of one partition, as a recorder would write them."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap) as consumer:
        place = TopicPartition(kafka.full(topic), 0)
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        found: list[Recorded] = []
        while len(found) < end:
            for record in (await consumer.getmany(timeout_ms=1000)).get(place, ()):
                message = message_from(kafka, record, 0)
                value = b"null" if message.value is None else message.value
                line = json.dumps(
                    {"topic": topic, "key": message.key, "headers": dict(message.headers)}
                ).encode()
                found.append(read_line(line[:-1] + b',"value":' + value + b"}"))
    return found


async def test_what_is_played_lies_on_the_broker_as_it_was_recorded_and_a_reader_follows_it(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout(partitions=1))
    run = await asyncio.to_thread(play, kafka, tmp_path, str(OUT), "--json")
    assert (run.returncode, run.stderr) == (0, "")
    told = {each["topic"]: each["messages"] for each in json.loads(run.stdout)}
    for topic in PUBLIC:
        wanted = [each for each in MESSAGES if each.topic == topic]
        assert await read_back(kafka, topic) == wanted
        assert told[topic] == len(wanted)
    states = [*[("usable", 1)] * 7, ("usable", 2), ("usable", 1), ("canceled", 2), ("gone", None)]
    command = [*in_python(tmp_path), kafka.bootstrap, kafka.full(ARTICLES_ENRICHED.name), str(SCHEMA)]
    with running(command) as reader:
        assert reader.stdout is not None
        async with asyncio.timeout(PATIENCE):
            lines = [json.loads(await asyncio.to_thread(reader.stdout.readline)) for _ in states]
    assert [(each["state"], each.get("version")) for each in lines] == states


async def test_a_file_with_a_bad_line_is_refused_whole_and_the_lines_are_named(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout(partitions=1))
    lines = OUT.read_bytes().splitlines(keepends=True)
    lines[4] = (
        lines[4].replace(b'"version":3', b'"version":"three"').replace(b'"version":1', b'"version":"one"')
    )
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"".join([*lines, b"\n", b"{}\n"]))
    run = await asyncio.to_thread(play, kafka, tmp_path, str(bad))
    assert run.returncode == 1
    assert "(2):\n  bad.jsonl:5: articles.enriched.v1: not a EnrichedArticle: Expected `int`" in run.stderr
    assert f"\n  bad.jsonl:{len(lines) + 2}: Object missing required field `topic`" in run.stderr
    assert await lying(kafka) == 0


async def test_topics_that_hold_messages_or_are_worked_on_are_left_alone_unless_told_otherwise(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout(partitions=1))
    reader = AIOKafkaConsumer(
        *map(kafka.full, PUBLIC), bootstrap_servers=kafka.bootstrap, group_id=kafka.full("store")
    )
    async with reader:  # as the store of a deployment that is new
        run = await asyncio.to_thread(play, kafka, tmp_path, str(OUT))
        assert run.returncode == 1
        assert "services are at work: store; set SIRWAN_TOPIC_PREFIX" in run.stderr
        assert await lying(kafka) == 0
        assert (await asyncio.to_thread(play, kafka, tmp_path, str(OUT), "--anyway")).returncode == 0
    assert await lying(kafka) == len(MESSAGES)
    run = await asyncio.to_thread(play, kafka, tmp_path, str(OUT))
    assert run.returncode == 1
    assert (
        f"topics-in-use: {kafka.bootstrap}, prefix {kafka.prefix}: {len(MESSAGES)} messages lie on"
        in run.stderr
    )
    assert await lying(kafka) == len(MESSAGES)


async def test_without_topics_or_broker_one_line_says_what_to_do(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    run = await asyncio.to_thread(play, kafka, tmp_path, str(OUT))
    assert run.returncode == 3
    assert (
        f"has no topic {kafka.full(PUBLIC[0])}, {kafka.full(PUBLIC[1])}; run `sirwan topics apply`"
        in run.stderr
    )
    nobody = f"127.0.0.1:{free_port()}"
    run = await asyncio.to_thread(sirwan, tmp_path, "topics", "play", str(OUT), SIRWAN_KAFKA=nobody)
    assert (run.returncode, run.stderr) == (3, f"sirwan: no answer from the broker {nobody}\n")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.jsonl", b"", "empty.jsonl: no message in it"),
        ("missing.jsonl", None, "No such file or directory"),
    ],
)
def test_a_file_with_nothing_to_play_is_one_clear_error(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    run = sirwan(tmp_path, "topics", "play", "--dry-run", str(tmp_path / name))
    assert run.returncode == 1
    assert why in run.stderr


def test_of_many_bad_lines_ten_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(b"{}\n" * 25)
    run = sirwan(tmp_path, "topics", "play", "--dry-run", str(tmp_path / "bad.jsonl"))
    assert run.returncode == 1
    told = run.stderr.splitlines()
    assert "(25):" in told[0]
    assert [line.split(":")[1] for line in told[1:-1]] == [str(number) for number in range(1, 11)]
    assert told[-1].strip() == "and 15 more"
