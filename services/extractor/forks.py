"""The parent's hand on the fork server and on its workers: sockets, numbers, and what became of each."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import msgspec
import structlog

from services.extractor.wire import (
    EVENTS,
    FORK,
    HEAD,
    KILL,
    MAX_REPLY,
    ORDER,
    REPLIES,
    End,
    Limits,
    Ready,
    Reply,
    framed,
)
from services.stage import Transient

log = structlog.get_logger()

START = 60.0
"""Seconds the imports may take; two seconds on a slow machine that is busy."""

PATIENCE = 5.0
"""Seconds the fork server may need to obey, and to end; it does nothing else."""

UNKNOWN = 1000  # an exit code that no process has: nobody could say how it ended

# It looks for modules where we do, and nowhere else: not in whatever folder it is started in.
_BEGIN = (
    "import sys; sys.path[:] = sys.argv.pop(1).split('\\n');"
    " from services.extractor.forking import main; main()"
)


@dataclass(slots=True)
class Fork:
    """A worker, from here."""

    number: int
    sock: socket.socket
    ended: "asyncio.Future[End]"

    async def ask(self, frame: bytes) -> Reply | None:
        """What it answers; None where it ended instead, or answers nonsense."""
        loop = asyncio.get_running_loop()
        try:
            # At once: it would wake up for the length alone.
            await loop.sock_sendall(self.sock, framed(frame))
            answer = await receive(self.sock)
            return None if answer is None else REPLIES.decode(answer)
        except (OSError, msgspec.DecodeError):
            return None

    def close(self) -> None:
        """Nothing more will be asked: it ends, unless it is at work."""
        self.sock.close()


@dataclass(slots=True)
class _Process:
    """A fork server that was started."""

    process: "subprocess.Popen[bytes]"
    control: socket.socket
    ready: "asyncio.Future[Ready] | None" = None
    listening: "asyncio.Task[None] | None" = None


@dataclass(slots=True)
class ForkServer:
    """A process that forks workers. `work` is `module:function`, which gives a Work there."""

    work: str
    _server: _Process | None = None
    _stopped: bool = False
    _ended: "dict[int, asyncio.Future[End]]" = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    def start(self) -> None:
        """Start the process, unless it runs; `ready` waits for it. Raises Transient."""
        self._running()

    def _running(self) -> _Process:
        if self._stopped:
            raise Transient("extraction-unavailable", "the pool is closed")
        if self._server is None:
            ours, its = socket.socketpair()
            ours.setblocking(False)
            begin = [sys.executable, "-P", "-c", _BEGIN, "\n".join(sys.path), str(its.fileno())]
            try:
                with its:  # a session of its own: Ctrl-C is for us to pass on
                    process = subprocess.Popen(  # noqa: S603 - ourselves, and nothing from outside
                        [*begin, *self.work.split(":")],
                        pass_fds=[its.fileno()],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        start_new_session=True,
                    )
            except OSError as exc:
                ours.close()
                raise Transient("extraction-unavailable", f"cannot start: {exc}") from exc
            self._server = _Process(process, ours)
        return self._server

    async def ready(self) -> Ready:
        """Wait until it has imported everything. Raises Transient("extraction-unavailable")."""
        server = self._running()
        if server.ready is None:
            server.ready = asyncio.get_running_loop().create_future()
            server.listening = asyncio.create_task(self._listen(server, server.ready))
        try:
            async with asyncio.timeout(START):
                return await asyncio.shield(server.ready)
        except TimeoutError as exc:
            await self._forget(server)
            raise Transient("extraction-unavailable", f"no start in {START:g} s") from exc

    async def fork(self, limits: Limits) -> Fork:
        """A new worker. One that cannot be is told as one that has ended. Raises Transient."""
        await self.ready()
        ours, its = socket.socketpair()
        ours.setblocking(False)
        fork = Fork(next(self._numbers), ours, asyncio.get_running_loop().create_future())
        self._ended[fork.number] = fork.ended
        with its:
            self._order(FORK, fork.number, limits, its)
        return fork

    async def end(self, fork: Fork, *, kill: bool = False) -> End:
        """What became of a worker that has ended, or is to be killed. A server that does not say goes too."""
        if kill and not fork.ended.done():
            self._order(KILL, fork.number, Limits())
        fork.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(fork.ended)
        log.error("the extractor's fork server does not obey: starting another")
        if self._server is not None:
            await self._forget(self._server)
        return End(fork.number, UNKNOWN)

    def _order(self, what: bytes, number: int, limits: Limits, sock: socket.socket | None = None) -> None:
        order = ORDER.pack(what, number, *limits)
        with suppress(OSError):  # it is gone: then so are its workers, and `_listen` says so
            if self._server is not None:
                socket.send_fds(self._server.control, [order], [sock.fileno()] if sock else [])

    async def _listen(self, server: _Process, ready: "asyncio.Future[Ready]") -> None:
        while (frame := await receive(server.control)) is not None:
            event = EVENTS.decode(frame)
            if isinstance(event, Ready):
                ready.set_result(event)
            elif (ended := self._ended.pop(event.worker, None)) is not None:
                ended.set_result(event)
        if not ready.done():
            ready.set_exception(Transient("extraction-unavailable", "the fork server ended as it started"))
        await self._forget(server)

    async def _forget(self, server: _Process) -> None:
        """It is gone, or goes now, and its workers with it: the next `ready` starts another."""
        if self._server is not server:
            return
        self._server = None
        orphans, self._ended = self._ended, {}
        _kill(server.process)
        for number, ended in orphans.items():
            ended.set_result(End(number, UNKNOWN))
        await _hang_up(server)
        server.control.close()

    async def stop(self) -> None:
        """End the process and every worker of it, for good, and wait for them."""
        self._stopped = True
        if (server := self._server) is None:
            return
        await _hang_up(server)
        with suppress(OSError):
            server.control.shutdown(socket.SHUT_WR)
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(server.process.wait, PATIENCE)
        await self._forget(server)


async def _hang_up(server: _Process) -> None:
    """Listen no more. Before its socket is closed: the loop knows it by a number that another may get."""
    if server.listening is not None and server.listening is not asyncio.current_task():
        server.listening.cancel()
        await asyncio.gather(server.listening, return_exceptions=True)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """The process and, for they are of its session, its workers; one that has ended took them along."""
    if process.returncode is None:  # not waited for: until then its number means it and nobody else
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def receive(sock: socket.socket) -> bytes | None:
    """The next frame; None where the other side has gone."""
    head = await _exactly(sock, HEAD.size)
    if head is None or (size := HEAD.unpack(head)[0]) > MAX_REPLY:
        return None
    return await _exactly(sock, size)


async def _exactly(sock: socket.socket, size: int) -> bytes | None:
    loop = asyncio.get_running_loop()
    frame = bytearray(size)
    rest = memoryview(frame)
    while rest:
        try:
            got = await loop.sock_recv_into(sock, rest)
        except ConnectionError:
            return None
        if not got:
            return None
        rest = rest[got:]
    return bytes(frame)
