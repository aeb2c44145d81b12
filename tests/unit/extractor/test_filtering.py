"""`sirwan extract`: lines in, lines out, in order, whatever one of them does."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

import pytest

from services.extractor import filtering
from services.extractor.filtering import extract_lines, read_line
from services.extractor.forks import ForkServer
from services.runtime.config import Settings
from tests.rules.reading import ROOT

WORK = "tests.unit.extractor.misbehaving:lines"
SETTINGS = Settings(extract_seconds=0.4, extract_memory=128, extract_workers=3)


def answered(source: BinaryIO | bytes, sink: Any = None, settings: Settings = SETTINGS) -> list[Any]:
    sink = sink or io.BytesIO()
    given = io.BytesIO(source) if isinstance(source, bytes) else source
    extract_lines(ForkServer(WORK), settings, given, sink)
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def a_line(ident: object, deed: str) -> bytes:
    return json.dumps({"id": ident, "deed": deed}).encode() + b"\n"


def test_lines_come_out_in_their_order_however_long_each_takes() -> None:
    deeds = ["nap 0.2" if each % 4 == 0 else "echo x" for each in range(40)]
    out = answered(b"".join(a_line(each, deed) for each, deed in enumerate(deeds)))
    assert [line["id"] for line in out] == list(range(40))


@pytest.mark.parametrize(
    ("line", "ident", "fate", "reason"),
    [
        (a_line("a", "spin"), "a", "dead", "extraction-timeout"),
        (a_line("a", "hog 200"), "a", "dead", "extraction-memory"),
        (a_line("a", "crash"), "a", "dead", "extraction-crash"),
        (a_line("a", "skip few"), "a", "skipped", "too-short"),
        (a_line(7, "bug x"), 7, "dead", "bug"),
        (b"{\n", None, "dead", "bad-request"),
        (b"[]\n", None, "dead", "bad-request"),
        (b"\xff\n", None, "dead", "bad-request"),
    ],
)
def test_a_line_that_fails_is_answered_with_its_reason_and_the_filter_goes_on(
    line: bytes, ident: object, fate: str, reason: str
) -> None:
    first, failed, last = answered(a_line(1, "echo x") + line + b"\n" + a_line(2, "echo y"))
    assert (failed["id"], failed["error"]["fate"], failed["error"]["reason"]) == (ident, fate, reason)
    assert (first["id"], last["id"]) == (1, 2)


def test_a_line_longer_than_any_page_is_refused_and_read_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "MAX_LINE", 5_000_000)
    long = a_line(1, "echo " + "x" * 5_000_000)
    refused, after = answered(long + a_line(2, "echo y"))
    assert (refused["id"], refused["error"]["reason"], after["id"]) == (None, "page-too-large", 2)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"", [b""]),
        (b"a\nb", [b"a\n", b"b", b""]),
        (b"12345678\n1\n", [b"12345678\n", b"1\n", b""]),
        (b"123456789\n1\n", [None, b"1\n", b""]),
        (b"1234567890", [None, b""]),
    ],
)
def test_lines_are_read_up_to_a_limit(
    text: bytes, lines: list[bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtering, "MAX_LINE", 9)
    source = io.BytesIO(text)
    assert [read_line(source) for _ in lines] == lines


class Endless(io.RawIOBase):
    """As many lines as are asked for, each of so many bytes; counts them."""

    def __init__(self, size: int, most: int) -> None:
        self.taken = 0
        self.size, self.most = size, most

    def readline(self, _: int | None = -1, /) -> bytes:
        if self.taken == self.most:
            return b""
        self.taken += 1
        return a_line(self.taken, "echo " + "x" * self.size)


@pytest.mark.parametrize(("size", "at_most"), [(10, filtering.PAGES + 2), (20_000_000, 4)])
def test_only_so_many_lines_and_bytes_are_under_way(size: int, at_most: int) -> None:
    """Nobody reads our output: then little of the input is read."""
    source, may_write = Endless(size, 300 if size < 1000 else 6), threading.Event()
    ahead: list[int] = []

    class Sink(io.BytesIO):
        def write(self, given: Any, /) -> int:
            may_write.wait(1.5)
            may_write.set()
            ahead.append(source.taken)
            return len(given)

    generous = Settings(extract_seconds=20, extract_memory=1024)
    answered(source, Sink(), generous)  # type: ignore[arg-type]  # of a file only readline is needed
    assert source.taken == source.most == len(ahead)
    assert ahead[0] <= at_most


def test_a_reader_that_is_slow_costs_no_page_its_time() -> None:
    class Slow(io.BytesIO):
        numbers: Iterator[int] = count()

        def write(self, given: Any, /) -> int:
            if next(self.numbers) == 0:
                threading.Event().wait(2.5)
            return super().write(given)

    out = answered(b"".join(a_line(each, "nap 0.05") for each in range(20)), Slow())
    assert [line["id"] for line in out if "error" not in line] == list(range(20))


def sirwan_extract() -> "subprocess.Popen[bytes]":
    # a shell that runs the tests in the background has them ignore Ctrl-C, and children inherit that
    heard = "from signal import *; signal(SIGINT, default_int_handler)"
    command = [sys.executable, "-c", f"{heard}; from services.cli import main; main()", "extract"]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )


def page(ident: int, words: int = 60) -> bytes:
    text = " ".join(f"The ministry said in line {each} that the river rose." for each in range(words))
    return json.dumps({"id": ident, "text": text}).encode() + b"\n"


def test_an_answer_comes_before_the_next_line_is_asked() -> None:
    with sirwan_extract() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for each in range(3):
            process.stdin.write(page(each))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == each
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(20) == 0


def test_it_ends_quietly_where_nobody_reads_any_more_even_in_mid_input() -> None:
    with sirwan_extract() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(page(0))
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(page(1))
        process.stdin.flush()
        assert process.wait(20) == 141
        assert process.stderr.read() == b""


def test_ctrl_c_ends_it_and_its_workers() -> None:
    with sirwan_extract() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(page(0))
        process.stdin.flush()
        process.stdout.readline()
        begun = monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert monotonic() - begun < 10
        assert process.returncode in (1, 130)
        assert children_of(process.pid) == []


def children_of(process: int) -> list[str]:
    """Commands of the processes that this one began and that still run."""
    listing = subprocess.run(["ps", "-eo", "ppid,stat,args"], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listing.stdout.splitlines()[1:]]
    return [args for ppid, stat, args in rows if int(ppid) == process and not stat.startswith("Z")]


def test_a_parent_that_is_killed_leaves_nobody_behind() -> None:
    with sirwan_extract() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(page(0))
        process.stdin.flush()
        process.stdout.readline()
        listing = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True)
        pairs = [line.split() for line in listing.stdout.splitlines()[1:]]
        parents = {int(pid): int(ppid) for pid, ppid in pairs}
        server = next(pid for pid, ppid in parents.items() if ppid == process.pid)
        workers = [pid for pid, ppid in parents.items() if ppid == server]
        assert workers
        process.kill()
        process.wait()
        end = monotonic() + 10
        while monotonic() < end and any(map(running, [server, *workers])):
            threading.Event().wait(0.05)
        assert not any(map(running, [server, *workers]))


def running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
