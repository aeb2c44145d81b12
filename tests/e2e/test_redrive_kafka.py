"""`sirwan dlq redrive` on a real broker: the original bytes, once each, whenever the sender is killed."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.codec import encode
from schemas.records import DeadLetter, Fate, Original
from schemas.topics import ARTICLES_ENRICHED, DEAD_LETTERS, JOURNAL, PAGES_FETCHED, STORIES, Topic
from services.runtime.bus import Message
from services.runtime.clock import SystemClock
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_history import history
from services.runtime.kafka_topics import Layout, apply
from services.runtime.publish import publish
from services.runtime.redriving import FIRST_DIED, REDRIVES, redriven
from services.stage import Emit
from services.store.layout import migrate
from services.store.letter_states import Letter
from services.store.letters import Wanted, letters
from tests.deployment import Deployment, deployed, drained, ends, lag, read_all
from tests.e2e.test_bad_input import ARTICLE, ROOT
from tests.records import a_page
from tests.unit.store.records import an_article

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

PATIENCE = 240.0  # seconds for what must happen; five processes start on a machine that others use
DIED = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEADERS = {"ce_id": "0123", "ce_subject": "http://tigris.example/", "content-type": "application/x-msgpack"}


def a_letter(offset: int, key: str, value: bytes | None, topic: Topic[Any] = PAGES_FETCHED) -> DeadLetter:
    """What died at a place that is long gone."""
    original = Original(
        topic=topic.name, partition=0, offset=offset, key=key.encode(), value=value,
        headers={**HEADERS, "ce_subject": f"http://tigris.example/{offset}"},
    )  # fmt: skip
    stage = "store" if topic is ARTICLES_ENRICHED else "extractor"
    return DeadLetter(
        original=original, stage=stage, reason="time-limit", error="over 60 s", first_at=DIED, last_at=DIED
    )


def of_page(offset: int, body: bytes = ARTICLE.encode()) -> DeadLetter:
    page = a_page(f"http://tigris.example/{offset}", body)
    return a_letter(1000 + offset, page.page_id, encode(PAGES_FETCHED, page))


async def bury(kafka: KafkaSettings, *dead: DeadLetter) -> None:
    bus = KafkaBus(kafka)
    await bus.start()
    for each in dead:
        emit = Emit(DEAD_LETTERS[f"{each.original.topic}.dlq"], each.original.key.decode(), each, "")
        await (await publish(bus, emit, stage=each.stage, at=DIED))
    await bus.stop()


async def messages(kafka: KafkaSettings, topic: Topic[Any]) -> list[Message]:
    """Everything on a topic."""
    async with history(kafka, topic.name) as past:
        numbers = [place.partition for place in past.places]
        return [message async for message in past.behind(dict.fromkeys(numbers, -1))]


@pytest.fixture
def deployment(kafka: KafkaSettings, tmp_path: Path) -> Iterator[Deployment]:
    asyncio.run(apply(kafka, Layout(partitions=2)))
    migrate(tmp_path / "sirwan.db")
    with deployed(kafka, tmp_path) as deployment:
        yield deployment


def command(deployment: Deployment, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "from services.cli import main; main()", "dlq", *words],
        env={**kept(os.environ), **environment(deployment)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def kept(around: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in around.items() if not name.startswith("SIRWAN_")}


def environment(deployment: Deployment) -> dict[str, str]:
    kafka, home = deployment.kafka, deployment.home
    return {"SIRWAN_KAFKA": kafka.bootstrap, "SIRWAN_TOPIC_PREFIX": kafka.prefix, "SIRWAN_HOME": str(home)}


def redrive(deployment: Deployment, *words: str) -> Any:
    process = command(deployment, "redrive", "--json", *words)
    said, why = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, why
    return json.loads(said)


def known(deployment: Deployment) -> tuple[Letter, ...]:
    return letters(deployment.home / "sirwan.db", Wanted())


async def read(deployment: Deployment, count: int) -> None:
    """Wait until the store knows so many letters."""
    end = time.monotonic() + PATIENCE
    while len(known(deployment)) < count:
        assert time.monotonic() < end, deployment.tail()
        await asyncio.sleep(0.1)


async def test_original_bytes_go_back_and_what_dies_again_is_the_same_letter(deployment: Deployment) -> None:
    good, noise = of_page(1), of_page(2, bytes(range(256)) * 40)
    gone = a_letter(9, "x", None)
    await bury(deployment.kafka, good, noise, gone)
    deployment.start(["store"])
    await read(deployment, 3)
    assert await messages(deployment.kafka, PAGES_FETCHED) == []
    dry = redrive(deployment)
    assert (len(dry["letters"]), dry["went"]) == (3, False)
    assert await messages(deployment.kafka, PAGES_FETCHED) == []

    went = redrive(deployment, "--go", "--rate", "100")
    assert (len(went["letters"]), went["left"]) == (2, {"too-large": 1})
    sent = {message.key: message for message in await messages(deployment.kafka, PAGES_FETCHED)}
    for each in (good, noise):
        message, original = sent[each.original.key.decode()], each.original
        assert message.value == original.value
        first_died = f"0/{original.offset}/{DIED.isoformat()}"
        assert message.headers == {**original.headers, REDRIVES: "1", FIRST_DIED: first_died}
    assert redrive(deployment, "--go")["left"] == {"sent": 2, "too-large": 1}

    await drained(deployment, PATIENCE, at_least=0)
    by_key = {each.key: each for each in known(deployment)}
    stored, again = (by_key[each.original.key.decode()] for each in (good, noise))
    assert stored.end is not None
    assert (stored.state, stored.end.fate, stored.redrives) == ("ended", "stored", 1)
    assert (again.state, again.reason, again.redrives) == ("waiting", "not-text", 1)
    assert (again.offset, again.first_at) == (noise.original.offset, DIED)
    fates = [each for each in await read_all(deployment.kafka, JOURNAL) if isinstance(each, Fate)]
    written = sum((await ends(deployment.kafka, [PAGES_FETCHED.name])).values())
    assert Counter(each.fate for each in fates if each.stage == "extractor") == {"done": 1, "dead": 1}
    assert written == 2
    assert {each.lane for each in fates if each.from_.topic != STORIES.name} == {"redrive"}


async def test_a_redrive_that_was_killed_goes_on_and_sends_none_twice(deployment: Deployment) -> None:
    dead = [of_page(number) for number in range(30)]
    await bury(deployment.kafka, *dead)
    deployment.start(["store"])
    await read(deployment, len(dead))
    process = command(deployment, "redrive", "--go", "--rate", "4")
    try:
        async with asyncio.timeout(PATIENCE):
            while not await messages(deployment.kafka, PAGES_FETCHED):
                assert process.poll() is None
    finally:
        process.kill()
        process.communicate()
    before = len(await messages(deployment.kafka, PAGES_FETCHED))
    assert 0 < before < len(dead)
    went = redrive(deployment, "--go", "--rate", "100")
    assert len(went["letters"]) == len(dead) - before
    assert went["resumed"] > 0, "the kill came between two batches: nothing was left half done"
    sent = await messages(deployment.kafka, PAGES_FETCHED)
    assert sorted(message.key for message in sent) == sorted(each.original.key.decode() for each in dead)
    counts = [again.redrives for message in sent if (again := redriven(message.headers))]
    assert counts == [1] * len(dead)
    assert redrive(deployment, "--go")["letters"] == []


async def test_an_old_message_never_takes_the_place_of_a_newer_one(deployment: Deployment) -> None:
    """On a compacted topic the last message of a key is the one that is kept."""
    old, alone = an_article("old", version=1), an_article("alone", version=1)
    newer = an_article("old", version=2)
    bus = KafkaBus(deployment.kafka)
    await bus.start()
    for article in (old, alone, newer):
        emit = Emit(ARTICLES_ENRICHED, article.page_id, article, article.canonical_url)
        await (await publish(bus, emit, stage="linker", at=DIED))
    await bus.stop()
    places = {(each.key, each.value): each for each in await messages(deployment.kafka, ARTICLES_ENRICHED)}
    deployment.start(["store"])
    end = time.monotonic() + PATIENCE
    while (await lag(deployment.kafka))["store"]:
        assert time.monotonic() < end, deployment.tail()
        await asyncio.sleep(0.2)
    died = SystemClock().now()  # later than every fate: only the topic says that there is a newer one
    dead = []
    for article in (old, alone):
        at = places[article.page_id, encode(ARTICLES_ENRICHED, article)]
        letter = a_letter(at.offset, at.key, at.value, ARTICLES_ENRICHED)
        original = replace(letter.original, partition=at.partition)
        dead.append(replace(letter, original=original, first_at=died, last_at=died))
    await bury(deployment.kafka, *dead)
    await read(deployment, 2)
    found = redrive(deployment, "--go")
    assert ([each["key"] for each in found["letters"]], found["left"]) == ([alone.page_id], {"superseded": 1})
    # Sent again it is later than all, and still no older: it may be sent once more if it dies.
    await bury(deployment.kafka, replace(dead[1], redrives=1, last_at=SystemClock().now()))
    assert [each["key"] for each in redrive(deployment)["letters"]] == [alone.page_id]


async def test_without_its_store_nothing_is_sent(deployment: Deployment) -> None:
    deployment.start(["store"])
    await bury(deployment.kafka, of_page(1))
    await read(deployment, 1)
    deployment.stop()
    await bury(deployment.kafka, of_page(2))
    process = command(deployment, "redrive", "--go")
    _, why = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert "store-behind: the store has 1 dead letters still to read" in why
    assert await messages(deployment.kafka, PAGES_FETCHED) == []
