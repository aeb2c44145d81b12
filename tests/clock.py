"""A clock that tests move by hand."""

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Starts at a fixed instant; `sleep` moves it at once and lets others run."""

    def __init__(self, at: datetime | None = None) -> None:
        self._now = at or datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
        self._steady = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return self._steady

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._steady += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)
