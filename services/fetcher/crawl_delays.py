"""The crawl-delays that sites ask for, remembered for whoever asks them next: it saw no request before."""

import asyncio
from contextlib import suppress

from services.runtime.state import State
from services.stage import Remember, Transient

DELAY = "delay:"
"""Under this prefix lies the crawl-delay of each site that asks for one, in seconds."""


class CrawlDelays:
    """By site, as its robots.txt last said."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._known_since = 0.0  # steady seconds
        self._catching_up = asyncio.Lock()

    async def catch_up(self, since: float) -> None:
        """Know what others have remembered of sites that are ours since then, as far as it can be read."""
        async with self._catching_up:
            if since > self._known_since:
                with suppress(Transient):
                    await self._state.refresh()
                    self._known_since = since

    def of(self, site: str) -> float | None:
        """Seconds, or None where it asks for none, as far as known."""
        value = self._state.get(DELAY + site)
        try:
            return float(value) if value else None
        except ValueError:
            return None

    async def keep(self, site: str, seconds: float | None) -> None:
        """Remember it where it is new; a memory that cannot be written now learns it the next time."""
        if seconds != self.of(site):
            value = None if seconds is None else str(seconds).encode()
            with suppress(Transient):
                await self._state.remember([Remember(DELAY + site, value)])
