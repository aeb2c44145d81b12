"""How fast our loop is beside a bare aiokafka loop in the same run: `python -m bench.kafka [messages]`.

Every loop reads the same articles of about 10 KB from 4 partitions, publishes each on another topic and
commits. The worker's loops also decode, run a step, add the headers and journal a fate per message, which
is one more message each. Broker: SIRWAN_TEST_KAFKA=host:port, else the developer's, which is started.
"""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer  # type: ignore[import-untyped]  # no annotations

from schemas.codec import encode
from schemas.records import Access, Article, Discovered, Quality, Record, Revision, Rights
from schemas.topics import ARTICLES_CLASSIFIED, ARTICLES_EXTRACTED, JOURNAL
from services.runtime.bus import Message
from services.runtime.clock import SystemClock
from services.runtime.gate import Gate
from services.runtime.health import Health
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_faust import faust_subscribe
from services.runtime.kafka_topics import Layout, apply
from services.runtime.metrics import Metrics
from services.runtime.service import Service
from services.runtime.worker import Subscribe, Worker
from services.stage import Emit, Outgoing

MESSAGES, REPEATS, CHARS = 20_000, 3, 9_000
WINDOW = 256  # unconfirmed messages of one loop, as in the worker
IN, OUT = ARTICLES_EXTRACTED.name, ARTICLES_CLASSIFIED.name

Loop = Callable[[KafkaSettings, int], Awaitable[float]]
"""Moves so many messages from IN to OUT under a group of its own; seconds from the first to the last."""


def an_article(number: int, chance: random.Random) -> Article:
    """Invented text of words that compress about as well as prose does."""
    words = ("".join(chance.choices("aeinorst", k=chance.randint(2, 9))) for _ in range(CHARS // 6))
    return Article(
        page_id=f"{number:064x}", revision=Revision(digest="0" * 16), url="http://a.example/", lane="live",
        canonical_url="http://a.example/", text=" ".join(words), access=Access(verdict="open"),
        quality=Quality(chars=CHARS, words=CHARS // 6, score=1.0), rights=Rights(verdict="allowed"),
        discovered=Discovered(via="rss"), fetched_at=datetime(2026, 11, 21, tzinfo=UTC),
    )  # fmt: skip


async def fill(settings: KafkaSettings, count: int) -> int:
    """Publish the articles; the bytes of one."""
    chance, bus = random.Random(1), KafkaBus(settings)
    different = [encode(ARTICLES_EXTRACTED, an_article(number, chance)) for number in range(500)]
    await bus.start()
    for first in range(0, count, len(different)):
        sent = [
            await bus.publish(IN, str(first + number), value, {})
            for number, value in enumerate(different[: count - first])
        ]
        await asyncio.gather(*sent)
    await bus.stop()
    return statistics.fmean(map(len, different)).__round__()


def a_group() -> str:
    """A name no other loop has."""
    return f"bench-{uuid.uuid4().hex[:8]}"


async def bare(settings: KafkaSettings, count: int) -> float:
    """aiokafka as its documentation shows it: take a batch, send it, wait for it, commit."""
    consumer = AIOKafkaConsumer(
        settings.full(IN), bootstrap_servers=settings.bootstrap, group_id=a_group(),
        enable_auto_commit=False, auto_offset_reset="earliest", max_partition_fetch_bytes=8 << 20,
    )  # fmt: skip
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap, acks="all", enable_idempotence=True,
        linger_ms=settings.linger_ms, compression_type="zstd",
        max_batch_size=256 << 10, max_request_size=8 << 20,
    )  # fmt: skip
    await consumer.start()
    await producer.start()
    done, begun = 0, 0.0
    while done < count:
        batches = await consumer.getmany(timeout_ms=1000, max_records=WINDOW)
        begun = begun or time.perf_counter()
        records = [record for batch in batches.values() for record in batch]
        sent = [await producer.send(settings.full(OUT), record.value, key=record.key) for record in records]
        await asyncio.gather(*sent)
        await consumer.commit()
        done += len(records)
    seconds = time.perf_counter() - begun
    await consumer.stop()
    await producer.stop()
    return seconds


async def _bus_loop(bus: KafkaBus, subscribe: Subscribe, count: int) -> float:
    subscription, gate, room = subscribe([IN], a_group()), Gate(), asyncio.Semaphore(WINDOW)
    done, begun = 0, 0.0

    async def settle(message: Message, confirmation: Awaitable[None]) -> None:
        await confirmation
        newest, _ = gate.settle(message)
        if newest is not None:
            await subscription.acknowledge(newest)
        room.release()

    async with asyncio.TaskGroup() as tasks:
        async for message in subscription:
            begun = begun or time.perf_counter()
            await room.acquire()
            gate.take(message)
            confirmation = await bus.publish(OUT, message.key, message.value, message.headers)
            tasks.create_task(settle(message, confirmation))
            done += 1
            if done == count:
                break
    await subscription.close()
    return time.perf_counter() - begun


async def our_bus(settings: KafkaSettings, count: int) -> float:
    """KafkaBus and its subscription with the gate: bytes through, nothing decoded."""
    bus = KafkaBus(settings)
    await bus.start()
    seconds = await _bus_loop(bus, bus.subscribe, count)
    await bus.stop()
    return seconds


async def our_bus_on_faust(settings: KafkaSettings, count: int) -> float:
    """The same, fed by Faust."""
    bus = KafkaBus(settings)
    await bus.start()
    seconds = await _bus_loop(bus, faust_subscribe(settings), count)
    await bus.stop()
    return seconds


async def _work(settings: KafkaSettings, count: int, subscribe: Subscribe | None) -> float:
    bus, metrics = KafkaBus(settings), Metrics()
    begun, taken = 0.0, 0

    async def handle(record: Record, message: Message) -> Sequence[Outgoing]:
        nonlocal begun, taken
        begun, taken = begun or time.perf_counter(), taken + 1
        if taken == count:
            crew.stop()
        return [Emit(ARTICLES_CLASSIFIED, message.key, record, "http://a.example/")]

    service = Service(a_group(), (ARTICLES_EXTRACTED,), handle)
    health = Health(service.name, metrics)
    crew = Worker(lambda: service, bus, SystemClock(), metrics, health, subscribe=subscribe)
    await bus.start()
    await crew.run()
    seconds = time.perf_counter() - begun
    await bus.stop()
    return seconds


async def worker(settings: KafkaSettings, count: int) -> float:
    """The whole worker: decode, step, headers, output, fate."""
    return await _work(settings, count, None)


async def worker_on_faust(settings: KafkaSettings, count: int) -> float:
    """The whole worker as the pure stages run it."""
    return await _work(settings, count, faust_subscribe(settings))


LOOPS: Mapping[str, Loop] = {
    "bare aiokafka": bare,
    "our bus": our_bus,
    "our bus on Faust": our_bus_on_faust,
    "worker": worker,
    "worker on Faust": worker_on_faust,
}


def a_broker() -> str:
    """Address of the broker to measure on."""
    outside = os.environ.get("SIRWAN_TEST_KAFKA")
    if outside:
        return outside
    started = subprocess.run(
        [sys.executable, "-m", "tests.broker", "start"], check=True, capture_output=True, text=True
    )
    return started.stdout.split()[0]


async def measure(address: str, count: int) -> None:
    """Print the table. The loops take turns, so that a busy minute of the machine hits all of them."""
    settings = KafkaSettings(address, prefix=f"bench{uuid.uuid4().hex[:6]}", client_id="bench")
    await apply(settings, Layout(partitions=4), [IN, OUT, JOURNAL.name])
    size = await fill(settings, count)
    print(f"{count} messages of {size} bytes, 4 partitions, {address}, median of {REPEATS}")
    seconds: dict[str, list[float]] = {name: [] for name in LOOPS}
    for _ in range(REPEATS):
        for name, loop in LOOPS.items():
            seconds[name].append(await loop(settings, count))
    bare_rate = count / statistics.median(seconds["bare aiokafka"])
    print(f"{'loop':<20}{'msg/s':>8}{'ratio':>8}   runs")
    for name, runs in seconds.items():
        rate = count / statistics.median(runs)
        shown = " ".join(f"{count / each:.0f}" for each in runs)
        print(f"{name:<20}{rate:>8.0f}{rate / bare_rate:>8.2f}   {shown}")


if __name__ == "__main__":
    asyncio.run(measure(a_broker(), int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES))
