"""One page out of the archives: files are written anew without its records, whole or not at all. Blocking.

A file that a fetcher is writing is locked and left alone: it is finished at its size, or when that ends.
"""

import fcntl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.kept import FIELD, read_kept
from services.fetcher.warc_files import OPEN
from services.runtime.drafts import write_whole
from services.stage import Skip

STEP = 1024 * 1024  # bytes read at once
MOST_HEAD = 256 * 1024  # bytes the head of a record may take, as in warc_reader.py


@dataclass(frozen=True, slots=True)
class Held:
    """What one file holds of a page."""

    file: Path
    records: int
    trouble: str = ""  # why they are still there, or may be


@dataclass(frozen=True, slots=True)
class _Member:
    """One record: a gzip member from `start` to `end`, and how it begins when it is unzipped."""

    start: int
    end: int
    head: bytes


def held_in(folder: Path, ident: str, *, remove: bool) -> Iterator[Held]:
    """The files that hold records of the page with this id, and those that cannot be read to their end.

    With `remove` the records are gone on return but where `trouble` says why not. Reads every file whole.
    """
    for path in sorted({*folder.glob("sirwan-*.warc.gz"), *folder.glob(f"sirwan-*.warc.gz{OPEN}")}):
        now = path if path.exists() else path.with_suffix("")  # it may have been finished meanwhile
        try:
            with now.open("rb") as file:
                found = _held(now, file, ident, remove=remove)
        except OSError as exc:
            found = Held(now, 0, exc.strerror or str(exc))
        if found.records or found.trouble:
            yield found


def _held(path: Path, file: BinaryIO, ident: str, *, remove: bool) -> Held:
    written = path.suffix == OPEN and not _locked(file)
    keep: list[_Member] = []
    records, trouble = 0, ""
    try:
        for member in _members(file):
            if _page_of(member.head) == ident:
                records += 1
            else:
                keep.append(member)
    except (EOFError, zlib.error):  # of a file that is open: what a killed process had half written
        if path.suffix != OPEN:
            trouble = f"damaged behind byte {keep[-1].end if keep else 0}: what is there cannot be read"
    if records and written:
        return Held(path, records, "a fetcher is writing it")
    if records and remove and not trouble:
        mode = path.stat().st_mode
        write_whole(path, _pieces(file, keep))
        path.chmod(mode)
    return Held(path, records, trouble)


def _locked(file: BinaryIO) -> bool:
    """Whether the file is ours now, and no process is writing it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _members(file: BinaryIO) -> Iterator[_Member]:
    """The records in order. Raises EOFError where the last one ends early, zlib.error where one is broken."""
    start, rest = 0, file.read(STEP)
    while rest:
        inflater, head, length = zlib.decompressobj(wbits=31), b"", 0
        while not inflater.eof:
            rest = rest or _more(file)
            said = inflater.decompress(rest, STEP)
            head += said[: MOST_HEAD - len(head)]
            left = inflater.unused_data or inflater.unconsumed_tail
            length += len(rest) - len(left)
            rest = left
        rest = rest or file.read(STEP)
        yield _Member(start, start + length, head)
        start += length


def _more(file: BinaryIO) -> bytes:
    if not (more := file.read(STEP)):
        raise EOFError
    return more


def _page_of(head: bytes) -> str:
    """The id of the page that a record is of; nothing where it is of none."""
    lines = head.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    try:
        kept = read_kept(fields.get(FIELD.lower(), ""))
        return page_id(kept.canonical_url or canonical_url(fields.get("warc-target-uri", "")))
    except Skip:
        return ""


def _pieces(file: BinaryIO, members: list[_Member]) -> Iterator[bytes]:
    for member in members:
        file.seek(member.start)
        left = member.end - member.start
        while left:
            piece = file.read(min(left, STEP))
            left -= len(piece)
            yield piece
