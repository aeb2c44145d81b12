"""What a worker promises, the same on every driver: one fate each, poison kept with its reason, outputs
confirmed before anything is acknowledged, a crash repeats instead of losing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.records import Article, DeadLetter, Fate, RawPage, Record
from schemas.topics import ARTICLES_EXTRACTED, DEAD_LETTERS, JOURNAL, PAGES_FETCHED, Topic
from services.runtime.bus import BrokerDown, Bus
from services.runtime.clock import SystemClock
from services.runtime.health import Health
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_faust import faust_subscribe
from services.runtime.kafka_topics import Layout, apply
from services.runtime.memory import MemoryBus
from services.runtime.metrics import Metrics
from services.runtime.retry import Retry
from services.runtime.service import from_stage
from services.runtime.worker import Patience, Subscribe, Worker
from services.stage import Emit, Outgoing, Poison, Skip, Stage
from tests.records import a_page, an_article

TOPICS = (PAGES_FETCHED, ARTICLES_EXTRACTED, JOURNAL, DEAD_LETTERS[PAGES_FETCHED.dead])
PATIENCE = 40.0  # seconds for what must happen


def extract(page: RawPage) -> list[Outgoing]:
    """A stage in miniature; the path of the URL says how it ends."""
    if "skip" in page.url:
        raise Skip("not-an-article", "a list")
    if "poison" in page.url:
        raise Poison("not-text", "noise")
    article = an_article(page.url)
    return [Emit(ARTICLES_EXTRACTED, article.page_id, article, article.canonical_url)]


@dataclass
class World:
    """One driver with its topics made."""

    bus: Bus
    subscribe: Subscribe | None

    def worker(self, bus: Bus | None = None) -> Worker:
        metrics = Metrics()
        return Worker(
            lambda: from_stage(Stage("extractor", PAGES_FETCHED, extract)),
            bus or self.bus,
            SystemClock(),
            metrics,
            Health("extractor", metrics),
            subscribe=self.subscribe,
            retry=Retry(attempts=2, first_wait=0.01, longest_wait=0.02),
            patience=Patience(broker=0.1),
        )

    async def put(self, *urls: str) -> None:
        for url in urls:
            page = a_page(url)
            value = encode(PAGES_FETCHED, page)
            await (await self.bus.publish(PAGES_FETCHED.name, page.page_id, value, {"ce_subject": url}))

    async def read(self, topic: Topic[Any], count: int) -> list[Any]:
        """Records of a topic until that many different ones have come: a crash repeats some."""
        subscription = self.bus.subscribe([topic.name], f"reader-of-{topic.name}")
        found: dict[bytes, Record] = {}
        async with asyncio.timeout(PATIENCE):
            async for message in subscription:
                value = message.value or b""
                found[value] = decode(topic, value)
                if len(found) == count:
                    break
        await subscription.close()
        return list(found.values())


@pytest.fixture(
    params=[
        "memory",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("faust", marks=pytest.mark.kafka),
    ]
)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        memory = MemoryBus()
        yield World(memory, None)
        await memory.stop()
        return
    settings: KafkaSettings = request.getfixturevalue("kafka")
    await apply(settings, Layout(partitions=2), [topic.name for topic in TOPICS])
    bus = KafkaBus(settings)
    await bus.start()
    yield World(bus, faust_subscribe(settings) if request.param == "faust" else None)
    await bus.stop()


async def until_stopped(worker: Worker, task: "asyncio.Task[None]") -> None:
    worker.stop()
    async with asyncio.timeout(PATIENCE):
        await task


async def test_every_message_has_one_fate_and_poison_is_kept_with_its_reason(world: World) -> None:
    await world.put(
        "http://t.example/1", "http://t.example/skip", "http://t.example/poison", "http://t.example/2"
    )
    await (await world.bus.publish(PAGES_FETCHED.name, "noise", b"\xc1", {}))
    worker = world.worker()
    task = asyncio.create_task(worker.run())
    fates: list[Fate] = await world.read(JOURNAL, 5)
    articles: list[Article] = await world.read(ARTICLES_EXTRACTED, 2)
    letters: list[DeadLetter] = await world.read(DEAD_LETTERS[PAGES_FETCHED.dead], 2)
    await until_stopped(worker, task)
    assert sorted(fate.reason for fate in fates) == ["not-an-article", "not-text", "ok", "ok", "undecodable"]
    assert {(fate.reason == "undecodable", fate.source_id) for fate in fates} == {
        (False, "tigris"),
        (True, None),
    }
    assert len({(fate.from_.partition, fate.from_.offset) for fate in fates}) == 5
    assert {article.url for article in articles} == {"http://t.example/1", "http://t.example/2"}
    assert {letter.reason for letter in letters} == {"not-text", "undecodable"}
    (noise,) = [letter for letter in letters if letter.reason == "undecodable"]
    assert (noise.original.key, noise.original.value) == (b"noise", b"\xc1")


class Unconfirmed:
    """A bus that hands articles over but never hears of them again."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.handed_over = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def publish(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str]
    ) -> Awaitable[None]:
        if topic != ARTICLES_EXTRACTED.name:
            return await self._bus.publish(topic, key, value, headers)
        self.handed_over.set()
        return asyncio.get_running_loop().create_future()


async def test_nothing_is_acknowledged_before_its_outputs_are_confirmed(world: World) -> None:
    await world.put("http://t.example/1")
    silent = Unconfirmed(world.bus)
    crashing = asyncio.create_task(world.worker(silent).run())
    async with asyncio.timeout(PATIENCE):
        await silent.handed_over.wait()
    await asyncio.sleep(1.0)  # two commits' time: there is nothing to commit
    crashing.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    worker = world.worker()
    task = asyncio.create_task(worker.run())
    (article,) = await world.read(ARTICLES_EXTRACTED, 1)
    (fate,) = await world.read(JOURNAL, 1)
    await until_stopped(worker, task)
    assert (article.url, fate.fate) == ("http://t.example/1", "done")


class Down:
    """A bus that goes down for its first messages."""

    def __init__(self, bus: Bus, times: int) -> None:
        self._bus = bus
        self._times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def publish(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str]
    ) -> Awaitable[None]:
        if self._times:
            self._times -= 1
            raise BrokerDown("it went away")
        return await self._bus.publish(topic, key, value, headers)


async def test_a_worker_resumes_by_itself_when_the_broker_is_back(world: World) -> None:
    urls = [f"http://t.example/{number}" for number in range(20)]
    await world.put(*urls)
    worker = world.worker(Down(world.bus, 2))
    task = asyncio.create_task(worker.run())
    articles: list[Article] = await world.read(ARTICLES_EXTRACTED, 20)
    await until_stopped(worker, task)
    assert {article.url for article in articles} == set(urls)
    assert worker.metrics.value("sirwan_pauses_total", stage="extractor", why="broker") == 2
