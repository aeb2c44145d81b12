"""A tiny news web on loopback: invented newsrooms, one port each, served from `sites/`.

As a library, `with NewsWeb() as web:` starts all of them in background threads; by hand,
`python deploy/demo/server.py` prints the addresses and serves until interrupted. Files may name any
newsroom as `{{tigris}}`: it becomes `http://127.0.0.1:8741` when served, or whatever `address` says.
"""

import contextlib
import gzip
import hashlib
import socketserver
import ssl
import sys
import threading
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"
ADDRESS = "http://127.0.0.1:{port}"
NEWSROOMS = ("tigris", "zagros", "basra", "gulf", "caspian", "hawler", "arvand")
PORTS: Mapping[str, int] = {name: 8741 + n for n, name in enumerate(NEWSROOMS)}
# A fixed date, not the file's: two clones of the repository must serve the same headers.
MODIFIED = datetime(2026, 11, 19, 21, 0, tzinfo=UTC)
TYPES: Mapping[str, str] = {
    ".html": "text/html", ".txt": "text/plain", ".xml": "application/xml", ".pdf": "application/pdf",
    ".rss": "application/rss+xml", ".atom": "application/atom+xml", ".json": "application/feed+json",
}  # fmt: skip


class Reply(NamedTuple):
    """What a newsroom answers; `cut` is how many bytes of the body are really sent."""

    status: int
    type: str
    body: bytes
    etag: str = ""  # weak, because the gzipped body has the same one (RFC 9110, 8.8.3)
    cut: int | None = None


def media_type(suffix: str, body: bytes) -> str:
    """Content-Type of a file. What is not UTF-8 gets no charset: its meta element must say it."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return TYPES[suffix]
    return f"{TYPES[suffix]}; charset=utf-8"


def find_files(sites: Path) -> dict[str, Path]:
    """Files by newsroom and path; an index page also by its folder, with and without the slash."""
    found = {path.relative_to(sites).as_posix(): path for path in sites.rglob("*") if path.is_file()}
    fronts = {
        key.removesuffix("index.html"): path for key, path in found.items() if path.name == "index.html"
    }
    return found | fronts | {key.rstrip("/"): path for key, path in fronts.items()}


class NewsWeb:
    """All newsrooms; a context manager. A default port that is taken is replaced by a free one.

    They listen on `host`, and are known to others by `address`, which may use {name} and {port}.
    """

    def __init__(
        self,
        ports: Mapping[str, int] = PORTS,
        folder: Path = HERE,
        host: str = HOST,
        address: str = ADDRESS,
    ) -> None:
        self.ports, self.folder, self.host, self.address = ports, folder, host, address
        self.files = find_files(folder / "sites")
        self.faults = tomllib.loads((folder / "faults.toml").read_text("utf-8"))
        # newsroom -> http://127.0.0.1:8741; while it serves, with the ports it really got
        self.addresses = {name: address.format(name=name, port=port) for name, port in ports.items()}
        self.asked: list[tuple[str, str, int]] = []  # newsroom, path, status of every request so far
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Listen everywhere before anything is served, so that every address is known."""
        servers = [self._running.enter_context(self._listen(*item)) for item in self.ports.items()]
        self.addresses = {
            server.name: self.address.format(name=server.name, port=server.server_address[1])
            for server in servers
        }
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self._running.callback(server.shutdown)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _listen(self, name: str, port: int) -> "_Server":
        try:
            return _Server(name, port, self)
        except OSError:
            return _Server(name, 0, self)

    def url(self, key: str) -> str:
        """Where a page of expected.toml is: `zagros/latest.atom` -> `http://127.0.0.1:8742/latest.atom`."""
        name, _, path = key.partition("/")
        return f"{self.addresses[name]}/{path}"

    def fill(self, content: bytes) -> bytes:
        """`content` with every `{{newsroom}}` replaced by its address."""
        for name, address in self.addresses.items():
            content = content.replace(b"{{%s}}" % name.encode(), address.encode())
        return content

    def write_sources(self, folder: Path) -> Path:
        """Write sources.toml with the real addresses into `folder`; gives the path of the new file."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "demo.toml"
        target.write_bytes(self.fill((self.folder / "sources.toml").read_bytes()))
        return target

    def take_over(self, _handler: "_Handler") -> bool:
        """Answer in a way no newsroom would, and say so: tests/hostile_web does. Here it never does."""
        return False

    def answer(self, name: str, target: str) -> Reply:
        """What newsroom `name` says to a request for `target`; the query is ignored."""
        file = self.files.get(name + unquote(urlsplit(target).path))
        if file is None:
            return Reply(404, "text/html", b"<!doctype html><title>404</title><h1>No such page</h1>\n")
        body = self.fill(file.read_bytes())
        fault = self.faults.get(file.relative_to(self.folder / "sites").as_posix(), {})
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
        return Reply(fault.get("status", 200), media_type(file.suffix, body), body, etag, fault.get("cut"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every keep-alive answer waits 40 ms for an acknowledgement
    timeout = 30  # seconds an idle connection is kept
    server: "_Server"

    def do_GET(self) -> None:
        """Answer GET and HEAD."""
        if self.server.web.take_over(self):
            return
        reply = self.server.web.answer(self.server.name, self.path)
        status = 304 if reply.status == 200 and self._is_known(reply.etag) else reply.status
        self.server.web.asked.append((self.server.name, urlsplit(self.path).path, status))
        body, headers = (b"" if status == 304 else reply.body), {"Vary": "Accept-Encoding"}
        if reply.etag:
            headers |= {"ETag": reply.etag, "Last-Modified": format_datetime(MODIFIED, usegmt=True)}
        if "gzip" in self.headers.get("Accept-Encoding", "") and status == 200 and reply.cut is None:
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        if status != 304:
            headers |= {"Content-Type": reply.type, "Content-Length": str(len(body))}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: reply.cut])
        self.close_connection = self.close_connection or reply.cut is not None

    do_HEAD = do_GET  # noqa: N815 - http.server looks methods up by this name

    def _is_known(self, etag: str) -> bool:
        """Whether the client has this already: its ETag decides, else its date (RFC 9110, 13.2.2)."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return etag in (tag.strip() for tag in tags.split(","))
        with contextlib.suppress(TypeError, ValueError):
            return parsedate_to_datetime(self.headers.get("If-Modified-Since", "")) >= MODIFIED
        return False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the inherited name
        """Say nothing: `NewsWeb.asked` has every request."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, name: str, port: int, web: NewsWeb) -> None:
        self.name, self.web = name, web
        super().__init__((web.host, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that hang up; report anything else."""
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)


if __name__ == "__main__":
    with NewsWeb() as web, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write("".join(f"{name:<8} {address}/\n" for name, address in web.addresses.items()))
        sys.stdout.flush()
        threading.Event().wait()
