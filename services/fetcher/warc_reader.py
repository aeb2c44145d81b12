"""Reads WARC files record by record, whatever their size, and gives the pages in them.

warcio reads the head of a record. The stream below it is ours, for a file may come from anywhere: it has a
bound on what a head may take, and says where the damage is instead of guessing what comes after it.
"""

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # it ships no stubs
from warcio.recordloader import ArcWarcRecordLoader  # type: ignore[import-untyped]  # it ships no stubs
from warcio.statusandheaders import StatusAndHeadersParser  # type: ignore[import-untyped]  # the same

from schemas.records import RawPage
from services.fetcher.archived import ABOUT_OTHERS, Refused, page_from_archive, read_head
from services.fetcher.files import MAX_FILE
from services.stage import Poison, Refusal, Skip

MOST_HEAD = 256 * 1024  # bytes the heads of one record may take: its own and that of HTTP
STEP = 64 * 1024  # bytes read at once of what is passed over
GZIP = b"\x1f\x8b"
LENGTH = re.compile(r"\d{1,10}")  # a record of 10 GB is none of ours
LOADER = ArcWarcRecordLoader(verify_http=False, arc2warc=False)


class Damaged(Exception):
    """The file cannot be read any further."""


class Lines:
    """What warcio reads from: like the stream itself, but a head has its bound."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile) -> None:
        self._stream = stream
        self._left = MOST_HEAD
        self.at = 0  # bytes read so far, decompressed

    def begin(self) -> None:
        """A record begins."""
        self._left = MOST_HEAD

    def read(self, length: int) -> bytes:
        """At most so many bytes; fewer only at the end."""
        data = self._stream.read(length)
        self.at += len(data)
        return data

    def readline(self, length: int | None = None) -> bytes:
        """One line with its end. Raises Damaged past the bound."""
        line = self._stream.readline(self._left if length is None else min(length, self._left))
        self._left -= len(line)
        self.at += len(line)
        if self._left <= 0:
            raise Damaged(f"a head of more than {MOST_HEAD} bytes")
        return line

    def tell(self) -> int:
        """How far it was read."""
        return self.at


def read_warc(opened: BinaryIO, name: str, now: datetime) -> Iterator[RawPage | Refused]:
    """Its pages in order, and what is refused; records that only tell of others are passed over.

    One record is in memory at a time, and of its payload 8 MiB at most. Raises Poison("warc-damaged") where
    the file ends early or cannot be read on; what stood before was given.
    """
    zipped = opened.read(len(GZIP)) == GZIP
    opened.seek(0)
    lines = Lines(gzip.GzipFile(fileobj=opened) if zipped else opened)
    records = begun = 0
    try:
        while line := _first_line(lines):
            begun = lines.at - len(line)
            records += 1
            found = _read_record(lines, line, name, now)
            if found is not None:
                yield found
    except (Damaged, ArchiveLoadFailed, EOFError, OSError, zlib.error) as exc:
        where = f"{name}: record {records or 1}, at byte {begun}{' after unzipping' if zipped else ''}"
        raise Poison("warc-damaged", f"{where}: {_one_line(exc)}") from exc
    if not records:
        raise Poison("warc-damaged", f"{name}: not one record in it")


def _first_line(lines: Lines) -> bytes:
    """The next line that is not blank; empty at the end."""
    lines.begin()
    line = lines.readline()
    while line and not line.strip():
        line = lines.readline()
    return line


def _read_record(lines: Lines, line: bytes, name: str, now: datetime) -> RawPage | Refused | None:
    """What a record is: a page, refused, or neither. Reads to its end. Raises Damaged."""
    record = LOADER.parse_record_stream(lines, line, "warc", no_record_parse=True)
    fields = {key.lower(): value for key, value in record.rec_headers.headers}
    if not LENGTH.fullmatch(fields.get("content-length", "")):
        raise Damaged("no Content-Length")
    found: RawPage | Refused | None = None
    try:
        found = _page(record.raw_stream, fields, name, now)
    except Refusal as exc:
        found = Refused(fields.get("warc-target-uri", ""), exc)
    while record.raw_stream.read(STEP):
        pass
    if record.raw_stream.limit:
        raise Damaged(f"it ends {record.raw_stream.limit} bytes early")
    return found


def _page(block: Any, fields: Mapping[str, str], name: str, now: datetime) -> RawPage | None:
    """The page in a record. Raises Skip and Poison for those that are none, and Damaged."""
    kind = fields.get("warc-type", "")
    if kind in ABOUT_OTHERS:
        return None
    if kind == "revisit":
        raise Skip("no-payload", "a revisit record: the page was the same as before")
    if kind != "response":
        raise Skip("not-a-response", f"a record of type {kind[:40]!r}")
    try:
        http = StatusAndHeadersParser([], verify=False).parse(block)
    except EOFError:
        raise Poison("broken-record", "an empty block") from None
    status_line = f"{http.protocol} {http.statusline}"
    head = read_head(fields, status_line, http.headers, now)
    payload = block.read(MAX_FILE + 1)
    if block.limit and len(payload) <= MAX_FILE:
        raise Damaged(f"it ends {block.limit} bytes early")
    if len(payload) > MAX_FILE:
        raise Poison("body-too-large", f"over {MAX_FILE} bytes")
    return page_from_archive(head, payload, name)


def _one_line(exc: Exception) -> str:
    return " ".join(str(exc).split())[:200]
