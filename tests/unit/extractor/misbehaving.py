"""Work for a pool that does what its frame says: how a page misbehaves, without the page."""

import ctypes
import logging
import os
import re
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.extractor.wire import Work
from services.runtime.filters import answer_line
from services.stage import Poison, Skip

HELD: list[bytes] = []


def work() -> Work:
    return Work(answer)


def broken() -> Work:
    raise RuntimeError("the imports fail")


def answer(frame: bytes) -> bytes:
    name, _, rest = frame.decode().partition(" ")
    return DEEDS[name](rest)


def who(_: str) -> bytes:
    return str(os.getpid()).encode()


def echo(rest: str) -> bytes:
    return rest.encode()


def spin(_: str) -> bytes:
    """In C, and never back: Python's own signal handlers are not heard."""
    return str(re.match(r"(a+)+$", "a" * 60 + "b")).encode()


def nap(rest: str) -> bytes:
    time.sleep(float(rest))
    return who("")


def deaf(_: str) -> bytes:
    """Asleep, and not to be woken but by SIGKILL."""
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    return nap("60")


def hog(rest: str) -> bytes:
    return str(len(bytearray(int(rest) * 2**20))).encode()


def hoard(rest: str) -> bytes:
    HELD.append(b"x" * (int(rest) * 2**20))
    return who("")


def crash(_: str) -> bytes:
    ctypes.string_at(0)
    return b""


def leave(rest: str) -> bytes:
    os._exit(int(rest))


def shout(rest: str) -> bytes:
    os.write(2, rest.encode())
    logging.getLogger("a.library").error(rest)
    return who("")


def skip(rest: str) -> bytes:
    raise Skip("too-short", rest)


def poison(rest: str) -> bytes:
    raise Poison("not-text", rest)


def bug(rest: str) -> bytes:
    raise KeyError(rest)


def once(rest: str) -> bytes:
    """Killed the first time, well the second: what the machine did, not the page."""
    if not Path(rest).exists():
        Path(rest).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"well"


def starved(rest: str) -> bytes:
    """The machine has no time for it, the first time."""
    if not Path(rest).exists():
        Path(rest).touch()
        time.sleep(60)
    return b"well"


def flood(rest: str) -> bytes:
    return b"x" * (int(rest) * 2**20)


DEEDS = {deed.__name__: deed for deed in (
    who, echo, spin, nap, deaf, hog, hoard, crash, leave, shout, skip, poison, bug, once, starved, flood,
)}  # fmt: skip


def lines() -> Work:
    """The same for lines: `{"id": …, "deed": …}`."""
    return Work(lambda frame: answer_line(frame, said))


def said(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "said": answer(request["deed"].encode()).decode()}


def barren() -> Work:
    """For a fork server that may have no children."""

    def fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    os.fork = fork
    return Work(answer)
