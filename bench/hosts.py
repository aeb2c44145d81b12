"""Many small hosts on loopback in a process of their own: `with hosts(200) as addresses`.

Each has a port, so that it is a site of its own (services/fetcher/canonical.py: site_key). Pages are invented
HTML whose sizes are lognormal: median 94 KB, a tenth over 260 KB.
"""

import asyncio
import json
import math
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, cast

PAGES = 61  # different ones; page n is n modulo so many
MEDIAN, SPREAD = 94_000, 0.8  # bytes, and the sigma of their logarithm
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "in")]
HEAD = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>"
    '<meta name="description" content="{title}"><meta property="og:title" content="{title}">'
    '<meta name="robots" content="max-image-preview:large">{links}</head><body>'
)


def a_page(number: int) -> bytes:
    """A page of its size: head, menu, text, scripts in the proportions of news pages."""
    chance = random.Random(number)
    size = int(MEDIAN * math.exp(chance.gauss(0.0, SPREAD)))
    size = min(max(size, 5_000), 900_000)
    links = "".join(f'<link rel="stylesheet" href="/style/{n}.css">' for n in range(12))
    parts = [HEAD.format(title=_sentence(chance), links=links)]
    parts += [f'<li class="menu-item"><a href="/{n}">{_sentence(chance)[:20]}</a></li>' for n in range(60)]
    parts += [f"<p>{' '.join(_sentence(chance) for _ in range(4))}</p>" for _ in range(20)]
    script = f"<script>window.state={json.dumps([_sentence(chance) for _ in range(40)])}</script>"
    length = sum(map(len, parts))
    while length < size:
        parts.append(script)
        length += len(script)
    return ("".join(parts)[:size] + "</body></html>").encode()


def _sentence(chance: random.Random) -> str:
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(12))


class _Host(asyncio.Protocol):
    """HTTP/1.1 as far as a GET without a body needs it; cheap, so that it is not what is measured."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self._answers = answers
        self._asked = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while (end := self._asked.find(b"\r\n\r\n")) >= 0:
            path = bytes(self._asked[:end]).split(b" ", 2)[1]
            del self._asked[: end + 4]
            number = path.rpartition(b"/")[2]
            answer = self._answers[int(number) % PAGES] if number.isdigit() else NOT_FOUND
            self._transport.write(answer)


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


def _answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _serve(count: int) -> None:
    loop = asyncio.get_running_loop()
    answers = [_answer(a_page(number)) for number in range(PAGES)]
    servers = [await loop.create_server(lambda: _Host(answers), "127.0.0.1", 0) for _ in range(count)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until who started us goes


@contextmanager
def hosts(count: int, core: int | None = None) -> Iterator[list[str]]:
    """So many addresses like `http://127.0.0.1:41234`, served on one core, until the context ends."""
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    process = subprocess.Popen(
        [*pinned, sys.executable, "-m", "bench.hosts", str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    asked, told = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    try:
        yield [f"http://127.0.0.1:{port}" for port in json.loads(told.readline())]
    finally:
        asked.close()
        process.wait(10)
        told.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
