"""A fetched page as the bytes of a WARC record, zipped by itself (ISO 28500:2017, WARC 1.1).

The body is kept as every stage sees it, its codings undone, so the head has the chosen headers and a length
of its own. Digests are SHA-256 in hex: the same word as `body_sha256`.
"""

import io
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]  # it ships no stubs
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]  # it ships no stubs

from schemas.records import RawPage
from services.fetcher.kept import FIELD, write_kept

ASCII = "".join(map(chr, range(32, 127)))
"""What an HTTP head is written in; the rest is quoted: warcio 1.8.1 stumbles over some of it."""

MOST_REMEMBERED = 50_000
"""Addresses whose last body is remembered: about 10 MB."""


class Seen:
    """Which body each address had last, of the addresses met last."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._last: OrderedDict[bytes, tuple[str, datetime]] = OrderedDict()

    def same(self, page: RawPage) -> datetime | None:
        """When this very body of this address was written; None where it was not, or is forgotten."""
        digest, at = self._last.get(_short(page.url), ("", page.fetched_at))
        return at if digest == page.body_sha256 else None

    def note(self, page: RawPage) -> None:
        """Its body is written whole."""
        key = _short(page.url)
        self._last[key] = (page.body_sha256, page.fetched_at)
        self._last.move_to_end(key)
        if len(self._last) > self._most:
            self._last.popitem(last=False)


def response_record(page: RawPage, body: bytes) -> bytes:
    """The page with its body."""
    writer, out = _writer()
    fields = _fields(page, "response") | {"WARC-Payload-Digest": f"sha256:{page.body_sha256}"}
    if page.truncated:
        fields["WARC-Truncated"] = "disconnect"
    writer.write_record(
        writer.create_warc_record(
            page.url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=_http_head(page, len(body)),
            warc_headers_dict=fields,
        )
    )
    return out.getvalue()


def revisit_record(page: RawPage, before: datetime, length: int) -> bytes:
    """That the page was the same as `before`; its head without its body (identical-payload-digest)."""
    writer, out = _writer()
    writer.write_record(
        writer.create_revisit_record(
            page.url,
            f"sha256:{page.body_sha256}",
            page.url,
            _date(before),
            http_headers=_http_head(page, length),
            warc_headers_dict=_fields(page, "revisit"),
        )
    )
    return out.getvalue()


def info_record(name: str, at: datetime, software: str) -> bytes:
    """The first record of a file: who wrote it."""
    writer, out = _writer()
    said = f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode()
    fields = {"WARC-Record-ID": _record_id(name, _date(at)), "WARC-Date": _date(at), "WARC-Filename": name}
    writer.write_record(
        writer.create_warc_record(
            "", "warcinfo", payload=io.BytesIO(said), length=len(said), warc_headers_dict=fields
        )
    )
    return out.getvalue()


def _writer() -> tuple[Any, io.BytesIO]:
    out = io.BytesIO()
    return WARCWriter(out, gzip=True, warc_version="1.1"), out


def _fields(page: RawPage, kind: str) -> dict[str, str]:
    at = _date(page.fetched_at)
    return {
        "WARC-Record-ID": _record_id(kind, page.url, at, page.body_sha256),
        "WARC-Date": at,
        FIELD: write_kept(page),
    }


def _http_head(page: RawPage, length: int) -> Any:
    headers: Mapping[str, str] = {**page.headers, "content-length": str(length)}
    lines = [(name, quote(" ".join(value.splitlines()), safe=ASCII)) for name, value in headers.items()]
    phrase = HTTPStatus(page.status).phrase if page.status in set(HTTPStatus) else ""
    return StatusAndHeaders(f"{page.status} {phrase}".strip(), lines, protocol="HTTP/1.1")


def _date(at: datetime) -> str:
    """To the millisecond, in UTC (WARC 1.1 section 5.4)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _record_id(*parts: str) -> str:
    """The same record has the same id."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ' '.join(parts))}>"


def _short(url: str) -> bytes:
    return sha256(url.encode()).digest()[:16]
