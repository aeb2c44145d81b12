"""A receiver of webhooks on loopback: it keeps what comes and answers as it is told, path by path."""

import hashlib
import hmac
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

TOLERANCE = (
    300.0  # seconds between a signature and the clock here; Standard Webhooks leaves it to the receiver
)
LONG = 30.0  # seconds that a handler waits, unless it is released

Answer = tuple[
    int, Mapping[str, str]
]  # status and headers; 0 hangs until the end, 1 answers 200 and never ends


@dataclass(frozen=True, slots=True)
class Posted:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    at: float  # Unix time

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> bool:
        """As a receiver of the specification verifies it, from its words alone."""
        sent = self.headers["webhook-timestamp"]
        if abs(int(sent) - self.at) > TOLERANCE:
            return False
        key = b64decode(secret.removeprefix("whsec_"))
        content = f"{self.id}.{sent}.".encode() + self.body
        wanted = hmac.new(key, content, hashlib.sha256).digest()
        given = (each.split(",", 1) for each in self.headers["webhook-signature"].split(" "))
        return any(kind == "v1" and hmac.compare_digest(b64decode(said), wanted) for kind, said in given)


@dataclass
class Receiver:
    """Answers 204, unless a path has a script: one answer after the other, the last of them for ever."""

    scripts: dict[str, list[Answer]] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def take(self, posted: Posted) -> Answer:
        """Keep it; how to answer."""
        with self._came:
            self.posted.append(posted)
            self._came.notify_all()
            script = self.scripts.get(posted.path, [(204, {})])
            return script.pop(0) if len(script) > 1 else script[0]

    def at(self, path: str) -> list[Posted]:
        """What came on a path so far, in order."""
        with self._came:
            return [each for each in self.posted if each.path == path]

    def until(self, enough: Callable[[list[Posted]], bool], seconds: float) -> None:
        """Return once enough has come. Raises AssertionError."""
        with self._came:
            assert self._came.wait_for(lambda: enough(self.posted), seconds), f"only {len(self.posted)} came"

    def hang(self) -> None:
        self._over.wait(LONG)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = receiver.take(Posted(self.path, headers, body, time.time()))
            if not status:
                receiver.hang()
                self.close_connection = True
                return
            length = "0" if status > 1 else "999999"
            self.send_response(max(status, 200))
            for name, value in {"content-length": length, **more}.items():
                self.send_header(name, value)
            self.end_headers()
            if status == 1:
                receiver.hang()

        do_GET = do_POST  # noqa: N815 - http.server looks methods up by this name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the inherited name
            """Say nothing: `posted` has it all."""

    return Handler
