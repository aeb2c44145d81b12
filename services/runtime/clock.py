"""Time as an argument: the only place that asks the machine what time it is."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, a steady counter, and waiting."""

    def now(self) -> datetime:
        """The current instant in UTC, whole milliseconds."""

    def steady(self) -> float:
        """Seconds on a counter that never goes back; only differences mean anything."""

    async def sleep(self, seconds: float) -> None:
        """Wait without holding the loop."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current instant in UTC, whole milliseconds."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def steady(self) -> float:
        """Seconds since some moment in the past."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait without holding the loop."""
        await asyncio.sleep(seconds)


async def sleep_unless(clock: Clock, seconds: float, stop: asyncio.Event) -> None:
    """Sleep, but not past a stop."""
    both = {asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(stop.wait())}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
