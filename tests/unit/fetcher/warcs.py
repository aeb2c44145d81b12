"""WARC files made by hand, so that the reader is not tested with its own library's writer."""

import gzip
from collections.abc import Iterable

HTML = b"<html><body><p>The canal from Basra to the sea.</p></body></html>"
NAME = "rivers.warc.gz"


def http(body: bytes = HTML, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP answer as it is archived; underscores in names are hyphens."""
    headers = {"content_type": "text/html; charset=utf-8", **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def record(
    block: bytes | None = None,
    url: str | None = "http://tigris.example/a",
    kind: str = "response",
    date: str = "2026-11-01T08:30:00Z",
    length: str | None = None,
    **fields: str,
) -> bytes:
    """One record, not zipped; `length` may lie."""
    block = http() if block is None else block
    said = {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": date}
    said |= {name.replace("_", "-"): value for name, value in fields.items()}
    said["Content-Length"] = str(len(block)) if length is None else length
    lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in said.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def zipped(records: Iterable[bytes]) -> bytes:
    """Each record a gzip member of its own, as the standard has it."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)


def chunked(body: bytes, size: int = 16) -> bytes:
    """The body as chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
