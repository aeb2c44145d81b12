"""kill -9 at any moment: nothing lost, no duplicate effect, the same content as an undisturbed run."""

import asyncio
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from schemas.records import Fate, FetchRequest
from schemas.topics import JOURNAL
from services.embedded.pipeline import running
from services.fetcher.postpone import again
from services.runtime.config import Settings
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from services.store.reading import reading
from services.store.rows import stored_form
from tests.deployment import (
    STAGES,
    Deployment,
    Settled,
    ask,
    dead_letters,
    deployed,
    drained,
    every_message_has_one_fate,
    lag,
    page_requests,
    read_all,
    settled_places,
)
from tests.generated_web import generated_web, kind_of

PAGES = 2000
HOSTS = 8
KILLS = 10  # two of each stage
PATIENCE = 420.0  # seconds; about 120 measured on two cores

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]


def stored(database: Path) -> dict[str, Any]:
    """What is stored of each page, without the times of the run."""
    with reading(database) as store:
        rows = store.rows("SELECT page_id, record FROM articles")
        return {row["page_id"]: json.loads(stored_form(row["record"])) for row in rows}


def kept(database: Path, table: str) -> set[Settled]:
    """What the store knows the end of."""
    with reading(database) as store:
        rows = store.rows(f'SELECT stage, topic, partition, "offset" FROM {table}')  # noqa: S608 - our own names
        return {(row["stage"], row["topic"], row["partition"], row["offset"]) for row in rows}


async def undisturbed(home: Path, phases: list[list[FetchRequest]]) -> dict[str, Any]:
    """The same pages through the embedded pipeline, where nothing is killed."""
    (home / "sources").mkdir(parents=True)
    settings = Settings(
        home=home, sources=home / "sources", allow_private_hosts=True, fetch_delay=0.0, retry_attempts=2
    )
    async with running(settings, {}) as pipeline:
        for phase in phases:
            await pipeline.put(map(again, phase), "test")
            await pipeline.drained()
    return stored(settings.database)


async def kill_at_random(deployment: Deployment, order: list[str], chance: random.Random) -> None:
    """Kill each stage of `order` while it works, restarting it a moment later."""
    for stage in order:
        await asyncio.sleep(chance.uniform(0.5, 2.5))
        while not (await lag(deployment.kafka))[stage]:
            if not any((await lag(deployment.kafka)).values()):
                break  # everything is done already: kill it idle
            await asyncio.sleep(0.2)
        deployment.kill(stage)
        await asyncio.sleep(chance.uniform(0.0, 0.5))
        deployment.start([stage])


async def test_kill_9_of_every_stage_loses_nothing_and_repeats_nothing(
    kafka: KafkaSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(7)
    order = list(STAGES) * (KILLS // len(STAGES))
    chance.shuffle(order)
    await apply(kafka, Layout())
    with generated_web(HOSTS) as addresses, deployed(kafka, tmp_path) as deployment:
        # Copies are asked for when their originals are in: then which is the copy does not depend on luck.
        everything = page_requests(addresses, range(PAGES))
        copies = [each for number, each in enumerate(everything) if kind_of(number) == "copy"]
        others = [each for number, each in enumerate(everything) if kind_of(number) != "copy"]
        begun = time.monotonic()
        await ask(kafka, others)
        deployment.start()
        await kill_at_random(deployment, order, chance)
        await drained(deployment, PATIENCE)
        await ask(kafka, copies)
        deployment.kill("linker")  # what it remembers of the originals must not depend on this process
        await drained(deployment, PATIENCE)
        seconds = time.monotonic() - begun
        codes = deployment.stop()
        expected = await undisturbed(tmp_path / "undisturbed", [others, copies])

    fates = [each for each in await read_all(kafka, JOURNAL) if isinstance(each, Fate)]
    await every_message_has_one_fate(kafka, fates)
    found = stored(tmp_path / "sirwan.db")
    assert len(expected) > 0.75 * PAGES, "the undisturbed run stored too little to prove anything"
    assert found.keys() == expected.keys()
    for each in (expected, found):
        # Who is like enough to whom depends a little on the order of arrival: here nobody may be, but copies.
        stories = {article["story"]["id"] for article in each.values()}
        assert len(stories) == sum(article["copy"]["verdict"] == "original" for article in each.values())
    different = [page for page in found if found[page] != expected[page]]
    assert not different, f"{len(different)} differ: {found[different[0]]} and {expected[different[0]]}"
    verdicts = Counter(each["copy"]["verdict"] for each in found.values())
    assert verdicts["reprint"] == sum(kind_of(number) == "copy" for number in range(PAGES))
    assert kept(tmp_path / "sirwan.db", "fates") == settled_places(fates)
    assert kept(tmp_path / "sirwan.db", "dead_letters") == await dead_letters(kafka)
    assert codes == dict.fromkeys(STAGES, 0)
    with capsys.disabled():
        print(
            f"\nno-loss: {PAGES} pages, {sum(deployment.kills.values())} × kill -9 {deployment.kills}, "
            f"{len(found)} stored, 0 lost, 0 different, {len(fates) - _messages(fates)} fates repeated, "
            f"{seconds:.0f} s"
        )


def _messages(fates: list[Fate]) -> int:
    return len({(fate.stage, fate.from_) for fate in fates})
