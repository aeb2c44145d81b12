"""Many small pages on loopback for load and kill tests: the same number always gives the same page.

The words are made up, and long, so that no two articles resemble each other by chance (of words of two or
three syllables they shared a dozen, and one pair in a million was like enough for a story); what is real in
them (Iraq) makes them relevant.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or")]
LINKS = " ".join(f'<li><a href="/menu/{n}">Menu {n}</a></li>' for n in range(8))
FRAME = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title></head><body>"
    "<nav><ul>" + LINKS + "</ul></nav><article><h1>{title}</h1>{body}</article>"
    "<footer>All rights reserved.</footer></body></html>"
)

KINDS = ("relevant",) * 14 + ("copy",) * 2 + ("irrelevant", "short", "missing", "noise")
"""What page n is: KINDS[n % 20]. A copy carries the text of the page before its block of twenty."""


def kind_of(number: int) -> str:
    """relevant | copy | irrelevant | short | missing | noise."""
    return KINDS[number % len(KINDS)]


def sentence(chance: random.Random, about: str) -> str:
    """A dozen made-up words around a real one."""
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(3, 4))) for _ in range(11)]
    words.insert(chance.randint(1, 9), about)
    return " ".join(["The", *words]) + "."


def paragraphs(number: int, about: tuple[str, ...]) -> str:
    """Eight paragraphs that only this number has."""
    chance = random.Random(number)
    text = (" ".join(sentence(chance, about[turn % len(about)]) for turn in range(3)) for _ in range(8))
    return "".join(f"<p>{paragraph}</p>" for paragraph in text)


def page(number: int) -> bytes | None:
    """The bytes of page `number`; None where there is none."""
    kind = kind_of(number)
    if kind == "missing":
        return None
    if kind == "noise":
        return bytes(random.Random(number).choices(range(256), k=3000))
    chance = random.Random(-number)
    name = " ".join("".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(4))
    if kind == "short":
        return FRAME.format(title=f"Iraq {name}", body="<p>Iraq.</p>").encode()
    if kind == "irrelevant":
        return FRAME.format(title=name, body=paragraphs(number, ("of", "with"))).encode()
    text = paragraphs(original_of(number), ("in Iraq", "with", "after"))
    return FRAME.format(title=f"{name} Iraq", body=text).encode()


def original_of(number: int) -> int:
    """Which page a copy was taken from: one of the same block. Any other page is its own original."""
    return number - 14 if kind_of(number) == "copy" else number


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        body = page(int(name)) if name.isdigit() else None
        self.send_response(404 if body is None else 200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        pass


@contextmanager
def generated_web(hosts: int, listen: str = "127.0.0.1", port: int = 0) -> Iterator[list[str]]:
    """Addresses of that many hosts, all serving the same pages; from `port` on, or on free ones."""
    servers = [
        ThreadingHTTPServer((listen, port + number if port else 0), _Handler) for number in range(hosts)
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield [f"http://127.0.0.1:{server.server_address[1]}" for server in servers]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
