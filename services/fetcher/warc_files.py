"""WARC files in a folder: one is written, the others are finished. Blocking; for one thread at a time.

A file is called `<name>.warc.gz.open` while it is written, and is locked. It is finished at its size, or when
the process ends: then the suffix goes. What a process that was killed left behind is cut after its last whole
record, and finished.
"""

import fcntl
import os
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

OPEN = ".open"
UNFIT = re.compile(r"[^A-Za-z0-9.]+")
MEMBER = b"\x1f\x8b\x08\x00"  # how each record begins: gzip, deflate, no flags
TAIL = 64 * 1024 * 1024  # bytes from the end in which the last whole record is looked for

Begin = Callable[[str, datetime], bytes]
"""The first record of a file of this name."""


class WarcFiles:
    """Appends records. After an OSError the file is as it was before, and the next record may be tried."""

    def __init__(self, folder: Path, replica: str, most: int, begin: Begin) -> None:
        self._folder = folder
        self._replica = UNFIT.sub("-", replica)
        self._most = most
        self._begin = begin
        self._file: BinaryIO | None = None
        self._path = folder
        self._size = 0  # bytes of whole records
        self._mended = False

    def append(self, record: bytes, now: datetime) -> None:
        """Write one record behind the others. Raises OSError."""
        file = self._file or self._open(now)
        if not self._size:
            self._write(file, self._begin(self._path.stem, now))
        self._write(file, record)
        if self._size >= self._most:
            self.finish()

    def finish(self) -> None:
        """Nothing more comes into the file that is written, if there is one. Raises OSError."""
        file, self._file = self._file, None
        if file is not None:
            self._mended = False
            with file:
                os.fsync(file.fileno())
                self._path.rename(self._path.with_suffix(""))
            self._mended = True

    def _open(self, now: datetime) -> BinaryIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._mended:
            mend(self._folder, self._replica)
            self._mended = True
        number = 0
        while self._file is None:
            name = f"sirwan-{now:%Y%m%d%H%M%S}-{number:05d}-{self._replica}.warc.gz"
            self._path = self._folder / (name + OPEN)
            if not (self._folder / name).exists():
                with suppress(FileExistsError):
                    self._file = self._path.open("xb", buffering=0)
            number += 1
        self._size = 0
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self._file

    def _write(self, file: BinaryIO, record: bytes) -> None:
        """All of it or nothing."""
        left = memoryview(record)
        try:
            while left:
                left = left[file.write(left) :]
        except OSError:
            self._take_back(file)
            raise
        self._size += len(record)

    def _take_back(self, file: BinaryIO) -> None:
        """Cut off what was half written; a file that cannot even be cut is left as a crash would leave it."""
        try:
            file.truncate(self._size)
            file.seek(self._size)
        except OSError:
            self._file, self._mended = None, False
            with suppress(OSError):
                file.close()


def mend(folder: Path, replica: str) -> None:
    """Finish what an earlier process of this replica left, not what is being written. Raises OSError."""
    for path in sorted(folder.glob(f"sirwan-*-{replica}.warc.gz{OPEN}")):
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            whole = whole_records(file)
            if whole is None:
                continue
            file.truncate(whole)
            if whole:
                path.rename(path.with_suffix(""))
            else:
                path.unlink()


def whole_records(file: BinaryIO) -> int | None:
    """How many bytes from the start are whole records, each a gzip member; None where the end has not one."""
    start = max(0, file.seek(0, os.SEEK_END) - TAIL)
    file.seek(start)
    tail = file.read(TAIL)
    at = len(tail)
    while (at := tail.rfind(MEMBER, 0, at + len(MEMBER) - 1)) >= 0:
        inflater = zlib.decompressobj(wbits=31)
        with suppress(zlib.error):
            inflater.decompress(memoryview(tail)[at:])
        if inflater.eof:
            return start + len(tail) - len(inflater.unused_data)
    return None if start else 0
