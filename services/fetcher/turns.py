"""Something of which only so many may have one at a time; who waits for it is called by lane."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.fetcher.lanes import Line, rank


class Turns:
    """Like a semaphore, with services/fetcher/lanes.py in place of first come, first served."""

    def __init__(self, free: int = 1) -> None:
        self._free = free
        self._line: Line[asyncio.Future[None]] = Line()

    async def acquire(self, lane: str) -> None:
        """Have one; waits where none is free."""
        if self._free > 0:
            self._free -= 1
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.join(called, rank(lane))
        try:
            await called
        except asyncio.CancelledError:
            self._line.leave(called)
            if not called.cancelled():  # called in the same moment: the turn is for the next
                self.release()
            raise

    def release(self) -> None:
        """Give it back, or on to who is called."""
        while (following := self._line.call()) is not None:
            if not following.done():
                following.set_result(None)
                return
        self._free += 1

    @asynccontextmanager
    async def held(self, lane: str) -> AsyncIterator[None]:
        """Have one for the length of the context."""
        await self.acquire(lane)
        try:
            yield
        finally:
            self.release()
