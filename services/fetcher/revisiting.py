"""Asks for pages again when their time has come: published, then remembered.

A crash between the two asks once more, and the same body again is no news. What is planned is durable
(services/fetcher/revisits.py); here is an index of it, so that a round looks at what is due and nothing else.
Of a site only one turn in SHARE is for pages read again: what is due beyond that waits here, where waiting
costs nothing, and not in the queue.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from schemas.codec import Undecodable, decode
from schemas.records import FetchRequest, RawPage, Source
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import site_key
from services.fetcher.feed_state import asked_key
from services.fetcher.revisits import (
    REVISIT,
    Planned,
    Spacings,
    after_page,
    due_at,
    planned_bytes,
    read_planned,
    request_for,
    revisit_key,
    take_turn,
)
from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock
from services.runtime.state import State
from services.stage import Emit, Poison, Remember, Transient

log = structlog.get_logger()

ROUND = 1.0  # seconds between two looks at what is due
MOST = 50  # pages looked at in a round: half a million would take three hours
SHARE = 3  # one turn of a site in so many
ELSEWHERE = 60.0  # seconds until a page of another fetcher's site is looked at again: it may be ours by then
WALK = 300.0  # seconds between two looks at all that is planned, where other fetchers plan too
BREATH = 200  # pages of such a look before others may work: 3 ms; 100,000 pages take a second in all
MOST_SITES = 10_000  # whose turns are remembered, but for those that are given away already
PAUSE = 5.0  # seconds to wait while nothing can be published or remembered

Since = Callable[[str], float | None]
"""Since when, in steady seconds, an address is ours to ask (Manners.since)."""

Gap = Callable[[str], float]
"""Seconds between two requests to the site of an address, as things are (Manners.gap)."""

Request = Callable[[FetchRequest], Awaitable[None]]
"""Publishes a request; done when the broker has confirmed it."""


class Revisits:
    """What is planned, soonest first. A page stands in it once."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        since: Since,
        request: Request,
        spacings: Spacings,
        gap: Gap,
        *,
        shared: bool = False,  # with other fetchers, each its own sites
        sources: Mapping[str, Source] | None = None,  # as they are now; None: pages of any are read again
    ) -> None:
        self._state = state
        self._clock = clock
        self._since = since
        self._request = request
        self._spacings = spacings
        self._gap = gap
        self._shared = shared
        self._sources = sources
        self._heap: list[tuple[float, str]] = []  # seconds since 1970, page id
        self._indexed: set[str] = set()
        self._turns: dict[str, datetime] = {}  # by site: until when its turns are given away
        self._promised: set[str] = set()  # pages that have such a turn
        self._known_since = 0.0  # steady seconds: what we hold since then is known as others left it
        self._walked_at = 0.0  # steady seconds

    def __len__(self) -> int:
        return len(self._heap)

    def plan(self, request: FetchRequest, emits: Sequence[Emit]) -> Sequence[Remember]:
        """What is to be remembered of a page that was read, beside publishing it."""
        pages = (emit.record for emit in emits)
        return [change for page in pages if isinstance(page, RawPage) for change in self._plan(request, page)]

    def _plan(self, request: FetchRequest, page: RawPage) -> Sequence[Remember]:
        key = revisit_key(page.page_id)
        before = read_planned(self._state.get(key))
        planned = after_page(before, request, page, self._spacings)
        if planned is None or planned == before:
            return ()
        self._index(page.page_id, planned)
        return [Remember(key, planned_bytes(planned))]

    async def run(self) -> None:
        """Ask for whatever is due, until cancelled."""
        await self._walk()
        while True:
            await self._clock.sleep(ROUND)
            try:
                await self.ask_due()
            except (Transient, BrokerDown) as exc:
                log.warning("revisits-paused", why=str(exc))
                await self._clock.sleep(PAUSE)

    async def ask_due(self) -> int:
        """One round; how many pages were asked for. Raises Transient of the state, BrokerDown."""
        if self._shared and self._clock.steady() - self._walked_at >= WALK:
            await self._walk()
        now = self._clock.now()
        taken = self._take(now)
        try:
            decided = [await self._decide(page_id, now) for page_id in taken]
            asks = [each.ask for each in decided if each.ask]
            await asyncio.gather(*(self._ask(ask) for ask in asks))
            if changes := [each.change for each in decided if each.change]:
                await self._state.remember(changes)
        except (Transient, BrokerDown):  # what was not remembered is asked for again
            for page_id in taken:
                self._push(page_id, now)
            raise
        for each in decided:
            if each.again:
                self._push(each.page_id, each.again)
        return len(asks)

    async def _ask(self, wanted: FetchRequest) -> None:
        """One that the broker takes from nobody must not keep the others from being asked for."""
        try:
            await self._request(wanted)
        except Poison as exc:
            log.warning("revisit-refused", url=wanted.url, reason=exc.reason, detail=exc.detail)

    def _take(self, now: datetime) -> list[str]:
        """The pages to look at now, out of the index."""
        taken: list[str] = []
        while self._heap and self._heap[0][0] <= now.timestamp() and len(taken) < MOST:
            _, page_id = heapq.heappop(self._heap)
            self._indexed.discard(page_id)
            taken.append(page_id)
        return taken

    async def _decide(self, page_id: str, now: datetime) -> "_Decided":
        key, promised = revisit_key(page_id), page_id in self._promised
        self._promised.discard(page_id)
        planned = read_planned(self._state.get(key))
        visit, after = take_turn(planned, page_id, self._spacings, now) if planned else (0, None)
        asked = self._asked(page_id)
        if planned is None or asked is None or (after is None and not visit):
            return _Decided(page_id, change=Remember(key, None) if self._state.get(key) else None)
        if not visit:  # it was asked for meanwhile
            return _Decided(page_id, again=due_at(planned, page_id, self._spacings))
        since = self._since(asked.url)
        if since is None:
            return _Decided(page_id, again=now + timedelta(seconds=ELSEWHERE))
        if since > self._known_since:  # who had it before has remembered more than we know
            await self._catch_up(since)
            return _Decided(page_id, again=now)
        turn = now if promised else self._turn(page_id, asked.url, now)
        if turn > now:
            return _Decided(page_id, again=turn)
        return _Decided(
            page_id,
            ask=request_for(asked, planned, visit, self._spacings, now),
            change=Remember(key, planned_bytes(after) if after else None),
            again=due_at(after, page_id, self._spacings) if after else None,
        )

    def _asked(self, page_id: str) -> FetchRequest | None:
        """The request that a list led to; None where there was none, or its source is not read any more."""
        value = self._state.get(asked_key(page_id))
        try:
            asked = decode(FETCH_REQUESTS, value) if value else None
        except Undecodable:
            return None
        return asked if asked and self._is_read(asked.discovered.source_id or "") else None

    def _is_read(self, ident: str) -> bool:
        """Whether a source is still read: one that was taken out of the list is left alone at once."""
        if self._sources is None:
            return True
        source = self._sources.get(ident)
        return source is not None and bool(source.feeds)

    def _turn(self, page_id: str, url: str, now: datetime) -> datetime:
        """When the site may be asked for this page; a turn in the future is promised."""
        site = site_key(url)
        turn = max(now, self._turns.get(site, now))
        self._turns[site] = turn + timedelta(seconds=SHARE * self._gap(url))
        if turn > now:
            self._promised.add(page_id)
        if len(self._turns) > MOST_SITES:
            self._turns = {each: until for each, until in self._turns.items() if until > now}
        return turn

    async def _catch_up(self, since: float) -> None:
        await self._state.refresh()
        self._known_since = since
        await self._walk()

    async def _walk(self) -> None:
        """Index all that is planned and not in the index yet."""
        self._walked_at = self._clock.steady()
        for number, (key, value) in enumerate(list(self._state.items(REVISIT))):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            page_id = key.removeprefix(REVISIT)
            if page_id not in self._indexed:
                self._index(page_id, read_planned(value))

    def _index(self, page_id: str, planned: Planned | None) -> None:
        """One that is over, or does not read, is looked at at once, and then forgotten."""
        due = due_at(planned, page_id, self._spacings) if planned else None
        self._push(page_id, due or self._clock.now())

    def _push(self, page_id: str, at: datetime) -> None:
        if page_id not in self._indexed:
            self._indexed.add(page_id)
            heapq.heappush(self._heap, (at.timestamp(), page_id))


@dataclass(frozen=True, slots=True)
class _Decided:
    """What is done about one page."""

    page_id: str
    ask: FetchRequest | None = None
    change: Remember | None = None
    again: datetime | None = None  # when to look at it again
