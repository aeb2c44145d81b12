"""The demo's newsrooms with hosts beside them that misbehave, each as its switch says."""

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from deploy.demo.server import NEWSROOMS, NewsWeb, _Handler, _Server

BUFFER = 64 * 1024  # bytes the kernel holds for us: what was sent was nearly all taken
LOOK = 0.05  # seconds between two looks whether anybody still listens


class Closing(Exception):
    """The web is taken down in the middle of an answer."""


@dataclass
class Visit:
    """One request, and what it got out of a host."""

    host: str
    path: str
    headers: Mapping[str, str]  # lower-case names
    began: float  # steady seconds
    ended: float = 0.0
    sent: int = 0  # bytes, head included


@dataclass
class Talk:
    """One request being answered: what a trick does its harm with."""

    web: "HostileWeb"
    visit: Visit
    handler: _Handler
    status: str = ""

    @property
    def path(self) -> str:
        return self.visit.path

    @property
    def origin(self) -> str:
        """The address of this host, as in `http://127.0.0.1:1234`."""
        return self.web.addresses[self.visit.host]

    def send(self, data: bytes) -> None:
        """Raises OSError once the other side has gone, Closing once we go ourselves."""
        for start in range(0, len(data), BUFFER):
            if self.web.closing.is_set():
                raise Closing
            piece = data[start : start + BUFFER]
            self.handler.wfile.write(piece)
            self.visit.sent += len(piece)

    def answer(self, body: bytes = b"", status: str = "200 OK", **headers: str) -> None:
        """A whole answer; its `content_length` may lie."""
        self.head(status, **{"content_length": str(len(body)), **headers})
        self.send(body)

    def head(self, status: str = "200 OK", **headers: str) -> None:
        lines = [
            f"HTTP/1.1 {status}",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        self.send("\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1"))

    def wait(self, seconds: float) -> None:
        """Do nothing; raises ConnectionError once the other side has gone, Closing once we go ourselves."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.web.closing.is_set():
                raise Closing
            said, _, _ = select.select([self.handler.connection], (), (), min(left, LOOK))
            if said and not self.handler.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionError

    def reset(self) -> None:
        """End the connection with a RST: whatever was not read yet is lost."""
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Trick = Callable[[Talk], None]


class HostileWeb(NewsWeb):
    """Newsrooms, and hosts that do what their switch says: `web.switch(host, trick)`, or None for honesty.

    A newsroom may be switched too. Where a host is not switched and no newsroom, it answers 404.
    """

    def __init__(
        self,
        tricks: Mapping[str, Trick],
        newsrooms: tuple[str, ...] = NEWSROOMS,
        secure: Mapping[str, ssl.SSLContext] | None = None,
    ) -> None:
        super().__init__(dict.fromkeys([*newsrooms, *tricks], 0))
        self.secure = secure or {}
        self.log: list[Visit] = []
        self.closing = threading.Event()
        self._tricks: dict[str, Trick] = dict(tricks)

    def __enter__(self) -> Self:
        super().__enter__()
        for name in self.secure:
            self.addresses[name] = self.addresses[name].replace("http:", "https:")
        return self

    def __exit__(self, *reason: object) -> None:
        self.closing.set()
        super().__exit__(*reason)

    def switch(self, host: str, trick: Trick | None) -> None:
        """From the next request on this host does that."""
        if trick is None:
            self._tricks.pop(host, None)
        else:
            self._tricks[host] = trick

    def visits(self, host: str, *, robots: bool = True) -> list[Visit]:
        """What this host was asked for, in order."""
        return [v for v in self.log if v.host == host and (robots or v.path != "/robots.txt")]

    def cost(self, host: str) -> "Cost":
        """What this host got out of us so far."""
        seen, now = self.visits(host), time.monotonic()
        longest = max(((each.ended or now) - each.began for each in seen), default=0.0)
        return Cost(len(seen), sum(each.sent for each in seen), longest)

    def take_over(self, handler: _Handler) -> bool:
        name = handler.server.name
        trick = self._tricks.get(name)
        headers = {key.lower(): value for key, value in handler.headers.items()}
        visit = Visit(name, handler.path, headers, time.monotonic())
        self.log.append(visit)
        if trick is None:
            visit.ended = visit.began
            return False
        handler.close_connection = True
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        try:
            trick(Talk(self, visit, handler))
        except (OSError, Closing):
            pass  # they had enough of us
        finally:
            visit.ended = time.monotonic()
        return True

    def _listen(self, name: str, port: int) -> _Server:
        server = super()._listen(name, port)
        if name in self.secure:
            server.socket = self.secure[name].wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        return server


@dataclass(frozen=True)
class Cost:
    """What a host got out of us."""

    requests: int
    sent: int  # bytes it got rid of
    longest: float  # seconds, of one answer
