"""What the fetcher's tests run in: a small hostile web."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

TLS_HELLO = b"\x16"


def response(body: bytes = b"", status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An HTTP/1.1 answer as bytes; `length` may lie."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + body


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    headers: Mapping[str, str]


Page = bytes | Callable[[asyncio.StreamWriter, Asked], Awaitable[None]]


@dataclass
class Web:
    """A server on loopback: path to raw answer."""

    pages: dict[str, Page]
    port: int = 0
    log: list[Asked] = field(default_factory=list)
    open_now: int = 0
    open_most: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.log)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        try:
            first = await reader.readexactly(1)
            if first == TLS_HELLO:  # we speak none
                writer.write(response(b"", "400 Bad Request"))
                return
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(": ") for line in head[1:] if line)
            asked = Asked(head[0].split(" ")[1], {name.lower(): value for name, _, value in pairs})
            self.log.append(asked)
            page = self.pages.get(asked.path, response(b"none", "404 Not Found"))
            if isinstance(page, bytes):
                writer.write(page)
            else:
                await page(writer, asked)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_now -= 1
            writer.close()


@asynccontextmanager
async def serving(pages: dict[str, Page], port: int = 0) -> AsyncIterator[Web]:
    """The server while the block runs."""
    web = Web(pages)
    server = await asyncio.start_server(web.answer, "127.0.0.1", port)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        await server.wait_closed()
