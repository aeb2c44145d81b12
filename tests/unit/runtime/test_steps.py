"""A step that hangs costs its own message and nobody else's."""

import asyncio
import threading

import pytest

from services.runtime.metrics import Metrics
from services.runtime.steps import StepThread


async def test_a_step_gives_its_result_or_raises_what_it_raises() -> None:
    thread = StepThread("test")
    assert await thread.run(lambda: 7) == 7
    empty: dict[str, int] = {}
    with pytest.raises(KeyError, match="x"):
        await thread.run(lambda: empty["x"])


async def test_after_a_hung_step_the_next_one_runs_at_once() -> None:
    thread, over = StepThread("test"), threading.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await thread.run(over.wait)
    async with asyncio.timeout(5):
        assert await thread.run(lambda: "next") == "next"
    over.set()


async def test_steps_of_one_thread_run_one_after_the_other() -> None:
    thread = StepThread("test")
    names = await asyncio.gather(*(thread.run(lambda: threading.current_thread().name) for _ in range(5)))
    assert set(names) == {"test"}


async def test_a_step_left_behind_is_counted() -> None:
    metrics, over = Metrics(), threading.Event()
    thread = StepThread("extractor", metrics)
    assert await thread.run(lambda: 7) == 7
    assert metrics.value("sirwan_step_restarts_total", stage="extractor") == 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await thread.run(over.wait)
    assert metrics.value("sirwan_step_restarts_total", stage="extractor") == 1
    over.set()
