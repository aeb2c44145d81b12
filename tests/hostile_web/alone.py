"""One list or page read in a process of its own: `python -m tests.hostile_web.alone` WHAT URL KIND.

Prints what became of it and what it cost as one line of JSON. The reader, the manners, the poller and the
memory are those of the fetcher; requests for pages are counted instead of published. WHAT is `page`, `list`,
or `reading` for a list that is read to its last entry, and none of them asked for.
"""

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from schemas.records import Discovered, Feed, FetchRequest, Source
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.list_reader import ListReader
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import PageFetcher
from services.fetcher.polling import Poller
from services.runtime.clock import SystemClock
from services.runtime.metrics import Metrics
from services.runtime.state import SqliteState
from services.stage import Refusal
from tests.hostile_web.measuring import beating, memory_peak
from tests.hostile_web.tricks import WARM_UP


@dataclass(frozen=True)
class Alone:
    """What was recorded, and what it cost."""

    reason: str  # "ok" where nothing was refused
    asked: int = 0  # pages that a list led to, or named
    received: int = 0  # bytes of bodies
    seconds: float = 0.0
    cpu: float = 0.0  # seconds
    memory: int = 0  # MiB over what the process had before
    stalled: float = 0.0  # longest time, in seconds, that the loop did nothing else


async def measured(what: str, url: str, kind: str = "feed") -> Alone:
    """Read it once."""
    clock, metrics = SystemClock(), Metrics()
    asked = 0

    async def request(_wanted: FetchRequest) -> None:
        nonlocal asked
        asked += 1

    with tempfile.TemporaryDirectory() as home:
        state = SqliteState(Path(home) / "memory.db", "fetcher")
        await state.open()
        async with HttpReader(HttpSettings(allow_private_hosts=True), clock, metrics) as reader:
            manners = Manners(reader, clock, MannersSettings(delay=0.0))
            poller = Poller(reader, manners, state, clock, request)
            pages = PageFetcher(reader, manners, clock, Path(home) / "blobs")
            feed = Feed(url=url, kind=kind)
            source = Source(id="hostile", name="Hostile", homepage=url, feeds=(feed,))
            # whatever is imported and allocated once does not count
            await poller.poll(source, Feed(url=url.rpartition("/")[0] + WARM_UP, kind="feed"))
            asked, reason, memory = 0, "ok", memory_peak()
            began, cpu = time.monotonic(), time.process_time()
            received = metrics.value("sirwan_fetch_bytes_total")
            async with beating() as beats:
                try:
                    if what == "list":
                        await poller.poll(source, feed)
                    elif what == "reading":
                        lists = ListReader(reader, manners, clock)
                        asked = len((await lists.read(feed, await lists.ask(url, {}, feed.kind))).entries)
                    else:
                        await pages.handle(_request(url))
                except Refusal as exc:
                    reason = exc.reason
            seconds, cpu = time.monotonic() - began, time.process_time() - cpu
            received = metrics.value("sirwan_fetch_bytes_total") - received
            memory = memory_peak() - memory
        await state.close()
    return Alone(
        reason, asked, int(received), round(seconds, 2), round(cpu, 2), memory, round(beats.stalled, 2)
    )


def _request(url: str) -> FetchRequest:
    canonical = canonical_url(url)
    found = Discovered(via="request")
    now = SystemClock().now()
    return FetchRequest(
        url=url, canonical_url=canonical, page_id=page_id(canonical), lane="live", discovered=found,
        requested_at=now,
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(measured(*sys.argv[1:])))))
