"""What this process has cost so far: its peak of memory, and how long its loop stood still."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

BEAT = 0.01  # seconds


@dataclass
class Beats:
    """Filled in at the end."""

    stalled: float = 0.0  # seconds between two beats of the loop at most


@asynccontextmanager
async def beating() -> AsyncIterator[Beats]:
    """Measures how long anything kept the loop from all else."""
    found, stop = Beats(), asyncio.Event()

    async def beat() -> None:
        last = time.monotonic()
        while not stop.is_set():
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            found.stalled, last = max(found.stalled, now - last - BEAT), now

    task = asyncio.ensure_future(beat())
    await asyncio.sleep(0)
    try:
        yield found
    finally:
        stop.set()
        await task


def memory_peak() -> int:
    """MiB this process has had at most (proc(5): VmHWM; what getrusage says survives an exec)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) // 1024 if found else 0
