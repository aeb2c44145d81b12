"""Pure steps run in a thread of their own stage, so that one stage's trouble is not another's.

A thread cannot be killed: after a time limit it is left to itself and a new one takes over. It is a
daemon, so that it does not keep the process from ending either.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from services.runtime.metrics import Metrics

T = TypeVar("T")

Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class StepThread:
    """Runs one step at a time."""

    def __init__(self, name: str, metrics: Metrics | None = None) -> None:
        self._name = name
        self._metrics = metrics or Metrics()
        self._metrics.count("sirwan_step_restarts_total", by=0, stage=name)
        self._jobs: queue.SimpleQueue[Job | None] | None = None

    async def run(self, step: Callable[[], T]) -> T:
        """The result of `step`, or what it raises. A cancelled call leaves its thread behind."""
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), name=self._name, daemon=True).start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        jobs = self._jobs
        jobs.put((step, loop, future))
        try:
            return await future
        except asyncio.CancelledError:
            jobs.put(None)  # when it comes back, if ever, it ends
            self._metrics.count("sirwan_step_restarts_total", stage=self._name)
            if self._jobs is jobs:
                self._jobs = None
            raise


def _work(jobs: "queue.SimpleQueue[Job | None]") -> None:
    while (job := jobs.get()) is not None:
        step, loop, future = job
        result: Any = None
        error: BaseException | None = None
        try:
            result = step()
        except BaseException as exc:  # noqa: BLE001 - nothing is swallowed: whoever waits gets it
            error = exc
        try:
            loop.call_soon_threadsafe(_tell, future, result, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return


def _tell(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
