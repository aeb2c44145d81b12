"""Three fetchers that come and go: no host ever sees two requests at once, or one sooner than agreed."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.records import RawPage
from schemas.topics import FETCH_REQUESTS, PAGES_FETCHED
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from tests.deployment import Deployment, ask, deployed, ends, lag, page_requests, read_all
from tests.generated_web import page

HOSTS, PAGES = 40, 6  # pages of each that are asked for; as many more are named by its feed
DELAY = 0.4  # seconds, our own
CRAWL_DELAY = 1.2  # seconds, of every eighth host
TOLERANCE = 0.03  # seconds that a timer and a thread of the server may be early or late
PATIENCE = 240.0

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(420)]


@dataclass
class Host:
    """One host and its own log."""

    number: int
    port: int = 0
    seen: list[tuple[float, float, bool]] = field(default_factory=list)  # begun, ended, answered whole

    @property
    def delay(self) -> float:
        return CRAWL_DELAY if self.number % 8 == 0 else DELAY

    def answer(self, path: str) -> bytes | None:
        if path == "/robots.txt":
            return f"User-agent: *\nCrawl-delay: {self.delay}\n".encode() if self.number % 8 == 0 else None
        if path == "/feed":
            links = (f"http://127.0.0.1:{self.port}/named/{number}" for number in self.numbers())
            items = "".join(f"<item><link>{link}</link></item>" for link in links)
            return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
        number = path.rsplit("/", 1)[-1]
        return page(20 * int(number)) if number.isdigit() else None

    def numbers(self) -> range:
        """Of its pages."""
        return range(self.number * PAGES, (self.number + 1) * PAGES)


def _handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            begun, whole = time.monotonic(), False
            try:
                time.sleep(0.05)  # so that two at once would be seen
                body = host.answer(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")
                whole = True
            finally:
                host.seen.append((begun, time.monotonic(), whole))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
            pass

    return Handler


@contextmanager
def hosts() -> Iterator[list[Host]]:
    every = [Host(number) for number in range(HOSTS)]
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(host)) for host in every]
    for host, server in zip(every, servers, strict=True):
        host.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield every
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def sources_of(every: list[Host]) -> str:
    """Each host a source with one feed."""
    return "\n".join(
        f'[[source]]\nid = "host-{host.number}"\nname = "Host {host.number}"\n'
        f'homepage = "http://127.0.0.1:{host.port}/"\nkind = "newspaper"\n'
        f'[[source.feeds]]\nurl = "http://127.0.0.1:{host.port}/feed"\nkind = "feed"\n'
        for host in every
    )


async def all_fetched(kafka: KafkaSettings, wanted: int) -> None:
    """Return once so many pages were asked for and all of them taken, twice in a row."""
    end, quiet = time.monotonic() + PATIENCE, 0
    while quiet < 2:
        asked = sum((await ends(kafka, [FETCH_REQUESTS.name])).values())
        behind = (await lag(kafka))["fetcher"]
        assert time.monotonic() < end, f"{asked} asked for, {behind} left after {PATIENCE:g} s"
        quiet = quiet + 1 if asked >= wanted and not behind else 0
        await asyncio.sleep(0.5)


async def come_and_go(fetchers: list[Deployment]) -> None:
    """Two begin, a third joins, one is killed and comes back, another leaves for good."""
    first, second, third = fetchers
    for fetcher in (first, second):
        fetcher.start(["fetcher"])
    await asyncio.sleep(8)
    third.start(["fetcher"])
    await asyncio.sleep(6)
    first.kill("fetcher")
    await asyncio.sleep(1)
    first.start(["fetcher"])
    await asyncio.sleep(6)
    assert second.stop() == {"fetcher": 0}


async def test_no_host_is_asked_too_soon_or_twice_at_once_while_fetchers_come_and_go(
    kafka: KafkaSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await apply(kafka, Layout(partitions=12))
    changes = {"SIRWAN_PARTITIONS": "12", "SIRWAN_FETCH_DELAY": str(DELAY)}
    with (
        hosts() as every,
        deployed(kafka, tmp_path / "0", **changes, SIRWAN_INSTANCE="0") as first,
        deployed(kafka, tmp_path / "1", **changes, SIRWAN_INSTANCE="1") as second,
        deployed(kafka, tmp_path / "2", **changes, SIRWAN_INSTANCE="2") as third,
    ):
        for fetcher in (first, second, third):
            (fetcher.home / "sources" / "hosts.toml").write_text(sources_of(every), "utf-8")
        wanted = [
            each
            for host in every
            for each in page_requests([f"http://127.0.0.1:{host.port}"], host.numbers())
        ]
        await ask(kafka, wanted)
        await come_and_go([first, second, third])
        await all_fetched(kafka, 2 * HOSTS * PAGES)

    pages = [each for each in await read_all(kafka, PAGES_FETCHED) if isinstance(each, RawPage)]
    assert len({each.page_id for each in pages}) == 2 * HOSTS * PAGES
    gaps = []
    for host in every:
        for (_, ended, whole), (begun, _, _) in pairwise(sorted(host.seen)):
            if whole:  # a request that a kill cut off has ended for us before it has for the host
                gaps.append((begun - ended) / host.delay)
                assert begun - ended >= host.delay - TOLERANCE, f"host {host.number}: {host.seen}"
    requests = sum(len(host.seen) for host in every)
    with capsys.disabled():
        print(
            f"\npoliteness: 3 fetchers, {HOSTS} hosts, {requests} requests for {len(pages)} pages,"
            f" shortest gap {min(gaps):.2f} of what was agreed"
        )
