"""A worker of the pool: answers one page after the other, under limits that the kernel keeps.

A limit that is kept by a signal needs no cooperation: a regular expression or a parser that never comes
back to Python is ended all the same.
"""

import os
import resource
import signal
import socket
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from services.extractor.wire import ENCODER, HEAD, Limits, Reply, framed
from services.stage import Refusal

FIRST_TO_GO = b"800"  # of 1000: where the machine has no memory left, a worker ends and not who feeds it

_PROC = Path("/proc/self")


def serve(sock: socket.socket, answer: Callable[[bytes], bytes], limits: Limits) -> None:
    """Answer until nobody asks any more, or a new worker should."""
    _confine(limits)
    born, answered, last = _resident(), 0, False
    while not last and (frame := receive(sock)) is not None:
        signal.setitimer(signal.ITIMER_PROF, limits.seconds)
        reply = _reply(answer, frame)
        signal.setitimer(signal.ITIMER_PROF, 0)
        answered += 1
        grown = _resident() - born
        last = reply.kind == "memory" or answered >= limits.pages or grown > limits.growth
        sock.sendall(framed(ENCODER.encode(msgspec.structs.replace(reply, last=last))))


def receive(sock: socket.socket) -> bytes | None:
    """The next frame; None where the other side has gone."""
    head = _exactly(sock, HEAD.size)
    return None if head is None else _exactly(sock, HEAD.unpack(head)[0])


def _exactly(sock: socket.socket, size: int) -> bytes | None:
    with suppress(ConnectionError):
        # One call and one copy; no signal comes here but those that end the process.
        frame = sock.recv(size, socket.MSG_WAITALL)
        return frame if len(frame) == size else None
    return None


def _reply(answer: Callable[[bytes], bytes], frame: bytes) -> Reply:
    try:
        return Reply("done", answer(frame))
    except Refusal as exc:
        return Reply("refused", fate=exc.fate, reason=exc.reason, detail=exc.detail)
    except MemoryError:
        return Reply("memory")
    except Exception as exc:  # noqa: BLE001 - nothing is swallowed: whoever asked gets it
        return Reply("bug", reason=repr(exc)[:500], detail=traceback.format_exc()[-4000:])


def _confine(limits: Limits) -> None:
    """Limits on memory, and no core files; the limit on time begins with each page."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # no /proc: a system whose kernel does not keep this limit anyway
        most = int((_PROC / "statm").read_text().split()[0]) * resource.getpagesize() + limits.memory
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        (_PROC / "oom_score_adj").write_bytes(FIRST_TO_GO)


def _resident() -> int:
    """Bytes of memory in use; 0 where the system does not say."""
    with suppress(OSError):
        return int((_PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
