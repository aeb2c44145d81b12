"""How fast the fetcher is beside a bare httpx loop in the same run: `python -m bench.fetch [pages]`.

Speed: on one core, pages of 94 KB median from 200 hosts that have another core; the peer is what the
documentation of httpx shows, with as many at once. Ours is the whole service on the bus in memory: robots.txt
of each host, addresses checked, rights read, one RawPage and one fate per page.
Memory: peak of a process of its own with 50,000 requests queued for the same hosts, a second apart at each.
Latency: from when a poll is due to when the page that its feed names by then is published, with the delay
between two requests to a site that is the default.
"""

import asyncio
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench.hosts import hosts
from schemas.codec import decode
from schemas.records import Discovered, Feed, FetchRequest, Source
from schemas.topics import PAGES_FETCHED
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.feed_state import feed_key, read_state
from services.fetcher.postpone import again
from services.fetcher.service import fit
from services.runtime.clock import SystemClock
from services.runtime.config import Settings
from services.runtime.fitting import Surroundings, worker_for
from services.runtime.health import Health
from services.runtime.live_sources import LiveSources
from services.runtime.memory import BOUND, MemoryBus, MemorySubscription
from services.runtime.metrics import Metrics
from services.runtime.publish import publish
from services.runtime.state import SqliteState
from services.runtime.tracing import NO_TRACES

HOSTS, PAGES, REPEATS = 200, 6_000, 3
AT_ONCE = 16  # the default of SIRWAN_FETCH_CONCURRENCY
QUEUED, WORKED = 50_000, 30.0  # requests, and seconds that are worked on them
FEEDS, CHANGES = 40, 200
FLOOR = 5.0  # seconds between two polls of a feed


@dataclass(frozen=True, slots=True)
class Fetcher:
    """The fetcher at work, and what is around it."""

    bus: MemoryBus
    state: SqliteState
    pages: MemorySubscription

    async def ask(self, requests: Sequence[FetchRequest]) -> None:
        """Queue requests."""
        for request in requests:
            await publish(self.bus, again(request), stage="bench", at=datetime.now(UTC))

    async def published(self, count: int) -> AsyncIterator[bytes]:
        """So many pages, as they come and as they are published."""
        taken = 0
        async for message in self.pages:
            await self.pages.acknowledge(message)
            taken += 1
            yield message.value or b""
            if taken == count:
                return


def a_request(url: str) -> FetchRequest:
    """As discovery makes it."""
    canonical = canonical_url(url)
    return FetchRequest(
        url=url, canonical_url=canonical, page_id=page_id(canonical), lane="live",
        discovered=Discovered(via="rss", title="A title of the usual length for a page of news"),
        requested_at=datetime.now(UTC),
    )  # fmt: skip


@asynccontextmanager
async def fetcher(delay: float, sources: Sequence[Source] = (), bound: int = BOUND) -> AsyncIterator[Fetcher]:
    """The service as `sirwan run` has it, alone on the bus; `bound` messages a partition of that may wait."""
    with tempfile.TemporaryDirectory(prefix="sirwan-bench-") as folder:
        home = Path(folder)
        settings = Settings(home=home, fetch_delay=delay, allow_private_hosts=True)
        bus, clock, metrics = MemoryBus(settings.partitions, bound), SystemClock(), Metrics()
        state = SqliteState(home / "memory.db", "fetcher")
        around = Surroundings(
            settings, LiveSources({each.id: each for each in sources}), bus, clock,
            Health("fetcher", metrics), state, metrics, NO_TRACES,
        )  # fmt: skip
        async with fit(around) as fitted:
            pages = bus.subscribe([PAGES_FETCHED.name], "bench")
            worker = worker_for(fitted, around)
            tasks = [asyncio.ensure_future(worker.run())]
            tasks += [asyncio.ensure_future(work()) for work in fitted.background if sources]
            try:
                yield Fetcher(bus, state, pages)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def bare(urls: Sequence[str]) -> float:
    """httpx as its documentation shows it, so many at once; seconds."""
    left = iter(urls)
    async with httpx.AsyncClient(http2=True) as client:

        async def take() -> None:
            for url in left:
                (await client.get(url)).raise_for_status()

        begun = time.perf_counter()
        await asyncio.gather(*(take() for _ in range(AT_ONCE)))
        return time.perf_counter() - begun


async def ours(urls: Sequence[str]) -> float:
    """The same pages asked for and published; seconds."""
    requests = [a_request(url) for url in urls]
    async with fetcher(delay=0.0) as at_work:
        begun = time.perf_counter()
        asking = asyncio.ensure_future(at_work.ask(requests))
        async for _ in at_work.published(len(urls)):
            pass
        await asking
        return time.perf_counter() - begun


WAYS: dict[str, Callable[[Sequence[str]], Awaitable[float]]] = {"bare httpx": bare, "fetcher": ours}


def measure_speed(addresses: Sequence[str], count: int) -> None:
    """The ways take turns, so that a busy minute of the machine hits all of them."""
    urls = [f"{addresses[number % len(addresses)]}/page/{number}" for number in range(count)]
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(REPEATS):
        for name, way in WAYS.items():
            rates[name].append(count / asyncio.run(way(urls)))  # type: ignore[arg-type]  # they are coroutines
    peer = statistics.median(rates["bare httpx"])
    print(f"{count} pages of {len(addresses)} hosts, {AT_ONCE} at once, one core, median of {REPEATS}")
    print(f"  {'':<12}{'pages/s':>9}{'ratio':>7}   runs")
    for name, found in rates.items():
        median = statistics.median(found)
        print(
            f"  {name:<12}{median:>9.0f}{median / peer:>7.2f}   {' '.join(f'{rate:.0f}' for rate in found)}"
        )


async def work_on_queue(addresses: Sequence[str]) -> None:
    """Queue all, work for a while, print the peak of this process in MB."""
    urls = [f"{addresses[number % len(addresses)]}/page/{number}" for number in range(QUEUED)]
    before = peak()
    async with fetcher(Settings().fetch_delay, bound=QUEUED) as at_work:
        taking = asyncio.ensure_future(_count(at_work.published(QUEUED)))
        await at_work.ask([a_request(url) for url in urls])
        await asyncio.sleep(WORKED)
        taking.cancel()
        print(f"{before:.0f} {peak():.0f}")


async def _count(pages: AsyncIterator[bytes]) -> None:
    async for _ in pages:
        pass


def peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_memory(addresses: Sequence[str]) -> None:
    """In a process of its own, for a peak never goes down."""
    asked = subprocess.run(
        [sys.executable, "-m", "bench.fetch", "queue", *addresses],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    before, most = asked.stdout.split()
    print(f"{QUEUED} requests queued, {WORKED:.0f} s worked on: peak {most} MB, {before} MB before")


class Changing:
    """Hosts of this process whose feeds get new items."""

    def __init__(self) -> None:
        self.items: list[list[int]] = [[CHANGES] for _ in range(FEEDS)]  # one that is there from the start
        self.addresses: list[str] = []

    async def start(self) -> list[asyncio.Server]:
        """Listen; one port a host."""
        servers = [await asyncio.start_server(self._for(number), "127.0.0.1", 0) for number in range(FEEDS)]
        self.addresses = [f"http://127.0.0.1:{each.sockets[0].getsockname()[1]}" for each in servers]
        return servers

    def _for(self, number: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
            status, body = (
                ("200 OK", self._feed(number)) if asked == b"/feed" else ("200 OK", b"<html>" + asked)
            )
            if asked == b"/robots.txt":
                status, body = "404 Not Found", b""
            head = f"HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n"
            writer.write(head.encode() + b"connection: close\r\n\r\n" + body)
            await writer.drain()
            writer.close()

        return answer

    def _feed(self, number: int) -> bytes:
        items = (f"<item><link>{self.addresses[number]}/{item}</link></item>" for item in self.items[number])
        return f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()


async def measure_latency() -> None:
    """Feeds change at random moments; when each page comes, counted from when its feed was due."""
    web, chance = Changing(), random.Random(1)
    servers = await web.start()
    sources = [
        Source(id=f"s{number}", name="S", homepage=address, poll_floor=FLOOR, poll_ceiling=FLOOR,
               feeds=(Feed(url=f"{address}/feed", kind="feed"),))
        for number, address in enumerate(web.addresses)
    ]  # fmt: skip
    due: dict[str, datetime] = {}
    taken: list[float] = []
    async with fetcher(Settings().fetch_delay, sources) as at_work:

        def waiting(number: int) -> bool:  # a second page of a site waits for the first, by design
            return any(f"{web.addresses[number]}/{item}" in due for item in web.items[number][-1:])

        async def change() -> None:
            for item in range(CHANGES):
                await asyncio.sleep(chance.uniform(0.0, 0.5))
                number = chance.choice([each for each in range(FEEDS) if not waiting(each)])
                address = web.addresses[number]
                next_at = read_state(at_work.state.get(feed_key(f"{address}/feed"))).next_at
                due[f"{address}/{item}"] = max(datetime.now(UTC), next_at or datetime.now(UTC))
                web.items[number].append(item)

        # The first page of a site waits for its robots.txt and tdmrep.json, once a day.
        _ = [page async for page in at_work.published(FEEDS)]
        changing = asyncio.ensure_future(change())
        taken += [
            (datetime.now(UTC) - due.pop(decode(PAGES_FETCHED, page).url)).total_seconds()
            async for page in at_work.published(CHANGES)
        ]
        await changing
    for server in servers:
        server.close()
    taken.sort()
    p95 = taken[int(len(taken) * 0.95)]
    print(
        f"{CHANGES} changes of {FEEDS} feeds, from a poll that is due to the page published:"
        f" median {statistics.median(taken):.2f} s, p95 {p95:.2f} s, most {taken[-1]:.2f} s,"
        f" {Settings().fetch_delay:.2f} s of it between feed and page for the site's sake"
    )


def main(count: int) -> None:
    """Print all three."""
    cores = sorted(os.sched_getaffinity(0))
    with hosts(HOSTS, cores[-1]) as addresses:
        os.sched_setaffinity(0, {cores[0]})
        measure_speed(addresses, count)
        os.sched_setaffinity(0, set(cores))
        measure_memory(addresses)
    asyncio.run(measure_latency())


if __name__ == "__main__":
    if sys.argv[1:2] == ["queue"]:
        asyncio.run(work_on_queue(sys.argv[2:]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
