"""The fork server: a process that imports the extractor once and then forks workers when it is told to.

A worker that has to be replaced is so in milliseconds, and all of them share what was imported. It has
one thread, never reads a page, and is the only one that signals workers: it alone knows whether a number
still means the process it was given to.
"""

import gc
import os
import select
import signal
import socket
import sys
from importlib import import_module

from services.extractor.confined import serve
from services.extractor.wire import ENCODER, FORK, ORDER, End, Event, Limits, Ready, Work, framed


def main() -> None:
    """`forking.main` with the number of the control socket, a module, and its function that gives a Work."""
    number, module, name = sys.argv[1:]
    control = socket.socket(fileno=int(number))
    for told in (signal.SIGTERM, signal.SIGINT):  # may be sent to us all, but the parent has pages to settle
        signal.signal(told, signal.SIG_IGN)
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.putenv(variable, "1")  # threads do not survive a fork
    work: Work = getattr(import_module(module), name)()
    gc.collect()
    gc.freeze()  # a collection in a worker would copy every page of memory that is shared
    ForkServer(control, work).run()
    os._exit(0)  # there is nothing to tidy up, and somebody waits


class ForkServer:
    """Obeys its control socket until that is closed; then it ends its workers and itself."""

    def __init__(self, control: socket.socket, work: Work) -> None:
        self._control = control
        self._work = work
        self._workers: dict[int, int] = {}  # process by the parent's number of the worker
        self._bell, ringing = socket.socketpair()
        ringing.setblocking(False)
        self._ringing = ringing
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ringing.fileno())

    def run(self) -> None:
        """Fork, kill, tell who has ended."""
        self._tell(Ready(self._work.stamps))
        while self._obey():
            self._reap()
        for process in self._workers.values():
            os.kill(process, signal.SIGKILL)
        for process in self._workers.values():
            os.waitpid(process, 0)

    def _obey(self) -> bool:
        """One order, or the news that a worker has ended; False where there will be none any more."""
        ready, _, _ = select.select([self._control, self._bell], [], [])
        if self._bell in ready:
            self._bell.recv(1024)
        if self._control not in ready:
            return True
        order, sockets, _, _ = socket.recv_fds(self._control, ORDER.size, 1)
        if len(order) < ORDER.size:
            return False
        what, worker, *limits = ORDER.unpack(order)
        if what == FORK:
            self._fork(worker, socket.socket(fileno=sockets[0]), Limits(*limits))
        elif worker in self._workers:
            os.kill(self._workers[worker], signal.SIGKILL)
        return True

    def _fork(self, worker: int, sock: socket.socket, limits: Limits) -> None:
        with sock:
            try:
                process = os.fork()
            except OSError as exc:
                self._tell(End(worker, 0, f"cannot fork: {exc.strerror}"))
                return
            if process == 0:
                self._become_worker(sock, limits)
            self._workers[worker] = process

    def _become_worker(self, sock: socket.socket, limits: Limits) -> None:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for ours in (self._control, self._bell, self._ringing):
                ours.close()
            # What libraries say of a page is of no use, and one out of memory has them say it 40,000 times.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            serve(sock, self._work.answer, limits)
            code = 0
        finally:
            os._exit(code)

    def _reap(self) -> None:
        for worker, process in list(self._workers.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                del self._workers[worker]
                self._tell(End(worker, os.waitstatus_to_exitcode(status)))

    def _tell(self, event: Event) -> None:
        try:
            self._control.sendall(framed(ENCODER.encode(event)))
        except ConnectionError:
            return  # nobody listens: the next look at the socket says so
