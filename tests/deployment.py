"""The five services as five processes on a real broker, for tests that kill them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    TopicPartition,
)
from aiokafka.admin import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaAdminClient,
)
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    GroupCoordinatorNotAvailableError,
)

from schemas.codec import decode
from schemas.records import DeadLetter, Discovered, Fate, FetchRequest, Position, Record
from schemas.topics import (
    ARTICLES_CLASSIFIED,
    ARTICLES_ENRICHED,
    ARTICLES_EXTRACTED,
    DEAD_LETTERS,
    FETCH_REQUESTS,
    PAGES_FETCHED,
    STORIES,
    Topic,
)
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.postpone import again
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.publish import publish
from services.store.service import KEPT
from tests.clock import FakeClock

STAGES = ("fetcher", "extractor", "classifier", "linker", "store")

INPUTS: Mapping[str, tuple[Topic[Record], ...]] = {
    "fetcher": (FETCH_REQUESTS,),
    "extractor": (PAGES_FETCHED,),
    "classifier": (ARTICLES_EXTRACTED,),
    "linker": (ARTICLES_CLASSIFIED,),
    "store": (ARTICLES_ENRICHED, STORIES),
}
"""What has a fate at each stage: in = done + skipped + dead."""

READS: Mapping[str, tuple[Topic[Record], ...]] = {**INPUTS, "store": KEPT}
"""What each stage reads: the store keeps the journal and the dead letters too."""


@dataclass(slots=True)
class Deployment:
    """Processes under our own process ids; only those are ever ended."""

    kafka: KafkaSettings
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    login: Callable[[str], Mapping[str, str]] = lambda _stage: {}  # the settings that make a stage somebody

    def start(self, stages: Iterable[str] = STAGES) -> None:
        """Start stages that are not running."""
        for stage in stages:
            if stage in self.running and self.running[stage].poll() is None:
                continue
            with (self.home / f"{stage}.log").open("ab") as log:
                self.running[stage] = subprocess.Popen(
                    [sys.executable, "-m", f"services.{stage}"],
                    env=self._environment(stage),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                )

    def _environment(self, stage: str) -> dict[str, str]:
        ours = {
            "SIRWAN_KAFKA": self.kafka.bootstrap,
            "SIRWAN_TOPIC_PREFIX": self.kafka.prefix,
            "SIRWAN_HOME": str(self.home),
            "SIRWAN_SOURCES": str(self.home / "sources"),
            "SIRWAN_ALLOW_PRIVATE_HOSTS": "true",
            "SIRWAN_FETCH_DELAY": "0",
            "SIRWAN_RETRY_ATTEMPTS": "2",
            "SIRWAN_INSTANCE": "0",  # a killed process takes its partitions back without a wait
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
        return {**kept, **ours, **self.settings, **self.login(stage)}

    def kill(self, stage: str) -> None:
        """kill -9, without a word."""
        process = self.running[stage]
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills[stage] = self.kills.get(stage, 0) + 1

    def stop(self) -> dict[str, int]:
        """SIGTERM to all; their exit codes."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        return {stage: process.wait(60) for stage, process in self.running.items()}

    def tail(self) -> str:
        """The last lines each stage logged, for a failure's message."""
        logs = ((stage, self.home / f"{stage}.log") for stage in self.running)
        return "\n".join(f"--- {stage}\n{log.read_text()[-1500:]}" for stage, log in logs)


@contextmanager
def deployed(kafka: KafkaSettings, home: Path, **settings: str) -> Iterator[Deployment]:
    """A deployment whose processes end with the context, whatever happens."""
    (home / "sources").mkdir(parents=True, exist_ok=True)
    (home / "sources" / "none.toml").touch()  # a folder without any file is a mistake
    deployment = Deployment(kafka, home, settings)
    try:
        yield deployment
    finally:
        for process in deployment.running.values():
            if process.poll() is None:
                process.kill()
                process.wait()


async def ends(kafka: KafkaSettings, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """Messages ever written, by (topic without prefix, partition)."""
    consumer = AIOKafkaConsumer(*map(kafka.full, topics), **kafka.client)
    await consumer.start()
    try:
        places = consumer.assignment()
        assert {kafka.brief(place.topic) for place in places} == set(topics)
        written = await consumer.end_offsets(places)
        return {(kafka.brief(place.topic), place.partition): end for place, end in written.items()}
    finally:
        await consumer.stop()


async def lag(kafka: KafkaSettings) -> dict[str, int]:
    """Messages not yet acknowledged, by stage."""
    admin = AIOKafkaAdminClient(**kafka.client)
    await admin.start()
    try:
        behind: dict[str, int] = {}
        for stage, topics in READS.items():
            try:
                committed = await admin.list_consumer_group_offsets(kafka.full(stage))
            except GroupCoordinatorNotAvailableError:  # for the first seconds of a fresh broker
                committed = {}
            settled = {
                (kafka.brief(place.topic), place.partition): at.offset for place, at in committed.items()
            }
            written = await ends(kafka, [topic.name for topic in topics])
            behind[stage] = sum(end - max(settled.get(place, 0), 0) for place, end in written.items())
        return behind
    finally:
        await admin.close()


async def drained(deployment: Deployment, seconds: float, at_least: int = 1) -> None:
    """Return once no stage has anything left to do, twice in a row; restarts what was killed or died.

    `at_least` pages must have been asked for: a pipeline that has not begun is not drained.
    """
    end = time.monotonic() + seconds
    quiet = 0
    behind: dict[str, int] = {}
    while quiet < 2:
        assert time.monotonic() < end, f"not drained after {seconds:g} s: {behind}\n{deployment.tail()}"
        deployment.start()
        await asyncio.sleep(0.5)
        behind = await lag(deployment.kafka)
        asked = sum((await ends(deployment.kafka, [FETCH_REQUESTS.name])).values())
        quiet = 0 if any(behind.values()) or asked < at_least else quiet + 1


async def read_all(kafka: KafkaSettings, topic: Topic[Record]) -> list[Record]:
    """Every record on a topic, oldest first in each partition."""
    written = {place: end for place, end in (await ends(kafka, [topic.name])).items() if end}
    if not written:
        return []
    consumer = AIOKafkaConsumer(**kafka.client, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(kafka.full(name), number) for name, number in written])
        records: list[Record] = []
        at = dict.fromkeys(written, 0)
        while any(at[place] < written[place] for place in written):
            for batch in (await consumer.getmany(timeout_ms=1000)).values():
                for message in batch:
                    records.append(decode(topic, message.value))
                    at[kafka.brief(message.topic), message.partition] = message.offset + 1
        return records
    finally:
        await consumer.stop()


Settled = tuple[str, str, int, int]  # stage; topic, partition and offset of the message concerned


async def dead_letters(kafka: KafkaSettings) -> set[Settled]:
    """Which messages died where; one buried twice, after a crash in between, counts once."""
    letters = [letter for topic in DEAD_LETTERS.values() for letter in await read_all(kafka, topic)]
    return {_place(each.stage, each.original) for each in letters if isinstance(each, DeadLetter)}


def settled_places(fates: Iterable[Fate]) -> set[Settled]:
    """Which messages have a fate where."""
    return {_place(each.stage, each.from_) for each in fates}


def _place(stage: str, at: Position) -> Settled:
    return stage, at.topic, at.partition, at.offset


def page_requests(addresses: list[str], numbers: range) -> list[FetchRequest]:
    """Requests for generated pages, dealt out over the addresses."""
    clock = FakeClock()
    found = []
    for number in numbers:
        url = canonical_url(f"{addresses[number % len(addresses)]}/news/{number}")
        found.append(
            FetchRequest(
                url=url,
                canonical_url=url,
                page_id=page_id(url),
                lane="live",
                discovered=Discovered(via="request"),
                requested_at=clock.now(),
            )
        )
    return found


async def ask(kafka: KafkaSettings, wanted: list[FetchRequest]) -> None:
    """Publish requests; returns once the broker has confirmed them."""
    bus = KafkaBus(kafka)
    await bus.start()
    try:
        sent = [await publish(bus, again(each), stage="test", at=each.requested_at) for each in wanted]
        for confirmation in sent:
            await confirmation
    finally:
        await bus.stop()


async def every_message_has_one_fate(kafka: KafkaSettings, fates: list[Fate]) -> None:
    """In = done + skipped + dead, at every stage: each offset of its input has exactly one kind of fate."""
    behind = await lag(kafka)
    assert behind == dict.fromkeys(STAGES, 0)
    for stage, topics in INPUTS.items():
        taken: dict[tuple[str, int, int], set[str]] = {}
        for fate in fates:
            if fate.stage == stage:
                place = (fate.from_.topic, fate.from_.partition, fate.from_.offset)
                taken.setdefault(place, set()).add(f"{fate.fate}/{fate.reason}")
        assert all(len(each) == 1 for each in taken.values()), stage
        written = await ends(kafka, [topic.name for topic in topics])
        every = {(topic, number, offset) for (topic, number), end in written.items() for offset in range(end)}
        assert taken.keys() == every, f"{stage}: {len(every - taken.keys())} without a fate"
        assert FETCH_REQUESTS.name in {topic for topic, _, _ in every} or stage != "fetcher"
