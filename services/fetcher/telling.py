"""Tells everybody which sources are read: `sources.v1`, then what was told is remembered."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from schemas.records import Source
from services.fetcher.known_sources import KNOWN, changes, compare, read_known, told, told_no_more
from services.runtime.bus import BrokerDown, Bus
from services.runtime.clock import Clock
from services.runtime.publish import publish
from services.runtime.state import State
from services.stage import Emit, Transient

log = structlog.get_logger()

PAUSE = 5.0  # seconds to wait while nothing can be told or remembered


class Teller:
    """What the fetcher has told of its sources."""

    def __init__(self, bus: Bus, state: State, clock: Clock) -> None:
        self._bus = bus
        self._state = state
        self._clock = clock

    async def tell(self, sources: Mapping[str, Source], *, all_of_them: bool = False) -> None:
        """Tell what is new, changed or gone, however long the broker or the memory is away.

        `all_of_them` tells the others again, as they were told: a store that is new has not heard of them.
        """
        while True:
            try:
                return await self._tell(sources, all_of_them=all_of_them)
            except (Transient, BrokerDown) as exc:
                log.warning("sources-not-told", why=str(exc))
                await self._clock.sleep(PAUSE)

    async def _tell(self, sources: Mapping[str, Source], *, all_of_them: bool) -> None:
        differences, now = compare(read_known(self._state.items(KNOWN)), sources), self._clock.now()
        for known in differences.same if all_of_them else ():
            await self._publish(told(known.source), known.at)
        for source in (*differences.started, *differences.changed):
            await self._publish(told(source), now)
        for source in differences.stopped:
            await self._publish(told_no_more(source), now)
        remembered = changes(differences, now)
        if remembered:
            await self._state.remember(remembered)

    async def _publish(self, emit: Emit, at: datetime) -> None:
        await (await publish(self._bus, emit, stage="fetcher", at=at))
