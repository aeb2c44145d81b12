"""Fetches the pages asked for: robots, politeness, GET, rights, one RawPage each."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.records import FetchRequest, RawPage, RightsSignal, Robots
from schemas.topics import PAGES_FETCHED
from services.fetcher.canonical import site_key
from services.fetcher.challenged import Challenged, challenge_in
from services.fetcher.http import Answer, Exchange, HttpReader
from services.fetcher.manners import Manners
from services.fetcher.media import CHOSEN_HEADERS, media_type, refuse_media
from services.fetcher.postpone import ask_whole, put_off, wait_for_turn
from services.fetcher.revisits import OUTCOMES, conditions, let_go, outcome_of, refuse_same
from services.fetcher.rights import POLICIES, read_rights, rights_of, signals_in_headers
from services.fetcher.schedule import retry_after_seconds
from services.fetcher.turns import Turns
from services.fetcher.waiting import LEAST, LOOK, MOST, NEAR, Lane, Round
from services.runtime.blobs import CLAIM_CHECK, keep_body
from services.runtime.bus import Message
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.stage import Emit, Refusal, Skip, Transient

ASK_TO_WAIT = frozenset(
    ("too-many-requests", "server-error", "challenge-page")
)  # with a time: for the whole site
NOT_ASKED = Robots(verdict="not-asked")

Keep = Callable[[RawPage], Awaitable[None]]
"""Keeps a fetched page beside what is published of it; never raises and never takes long."""


async def keep_none(_page: RawPage) -> None:
    """Pages are not kept."""


class WaitingRoom:
    """Where requests wait whose time has not come (services/fetcher/waiting.py). Shared by all hands."""

    def __init__(self, clock: Clock, hands: int) -> None:
        self._clock = clock
        self._seats = asyncio.Semaphore(max(1, hands // 4))
        self._rounds: dict[Lane, Round] = {}

    @property
    def waiting(self) -> int:
        """Requests that wait for their round to end."""
        return sum(len(each) for each in self._rounds.values())

    async def is_time(self, request: FetchRequest) -> bool:
        """Whether the request may be made, after waiting in hand where that is near."""
        if request.not_before is None:
            return True
        early = (request.not_before - self._clock.now()).total_seconds()
        if early > 0.0:
            if early > NEAR or self._seats.locked():
                return False
            async with self._seats:
                await self._clock.sleep(early)
        return True

    async def hold(self, request: FetchRequest, message: Message | None = None) -> Sequence[Emit]:
        """What goes back to the queue after a round: nothing where another carries the request.

        `message` is what the request came in; without it the request waits alone.
        """
        now = self._clock.now()
        lane = (message.topic, message.partition, message.generation) if message else None
        if lane is not None and lane in self._rounds:
            self._rounds[lane].join(request, now)
            return ()
        waiting = Round()
        waiting.join(request, now)
        if lane is None:
            return await self._stay(waiting)
        self._rounds[lane] = waiting
        try:
            return await self._stay(waiting)
        finally:  # in the same breath as the list is made: nobody comes too late to be on it
            del self._rounds[lane]

    async def _stay(self, waiting: Round) -> Sequence[Emit]:
        leave = self._clock.steady() + MOST
        await self._clock.sleep(LEAST)
        while self._clock.steady() < leave and waiting.early(self._clock.now()) > NEAR:
            await self._clock.sleep(LOOK)
        return waiting.leave()


@dataclass(slots=True)
class Visit:
    """One page being asked for."""

    url: str  # the hop it is at
    latest: float  # on the loop's clock: no request begins after it
    robots: Robots = NOT_ASKED  # for that hop
    stated: tuple[RightsSignal, ...] = ()  # of its reuse, outside the page


class PageFetcher:
    """Handles FetchRequest. Safe to call for several requests at once.

    `hands` is how many pages are fetched at once; `turns` how many seconds all waiting for hands, robots.txt
    and turns at sites may take together: with one page's time it must stay below the service's limit.
    """

    def __init__(
        self,
        reader: HttpReader,
        manners: Manners,
        clock: Clock,
        blobs: Path,
        *,
        hands: int = 16,
        turns: float = 75.0,
        metrics: Metrics | None = None,
        keep: Keep = keep_none,
        rights_policy: str = "record",
    ) -> None:
        self._reader = reader
        self._keep = keep
        self._heed = POLICIES[rights_policy]
        self._challenged = Challenged()
        self._manners = manners
        self._clock = clock
        self._blobs = blobs
        self._hands = Turns(hands)
        self._turns = turns
        self._room = WaitingRoom(clock, hands)
        self._metrics = metrics or Metrics()
        for outcome in OUTCOMES:
            self._metrics.count("sirwan_revisits_total", by=0, outcome=outcome)

    async def handle(self, request: FetchRequest, message: Message | None = None) -> Sequence[Emit]:
        """The page as one Emit on PAGES_FETCHED; or the request once more, where it has to wait long.

        Nothing where a request of the same partition that waits takes it along (services/fetcher/waiting.py).
        Raises Skip "robots-disallowed", "rights-reserved", "not-html"; Poison "bad-redirect",
        "challenge-page"; Transient "robots-unreachable", "blobs-unavailable"; and what HttpReader raises.
        A page read again is refused by Skip alone: for any of these, and "unchanged", "gone", "cut-off"
        (services/fetcher/revisits.py).
        """
        if not await self._room.is_time(request):
            return await self._room.hold(request, message)
        visit = Visit(request.url, asyncio.get_running_loop().time() + self._turns)
        try:
            found = await self._page_or_later(request, visit)
        except Refusal as exc:
            if not request.visit:
                raise
            self._metrics.count("sirwan_revisits_total", outcome=outcome_of(exc.reason))
            raise let_go(request, exc) from exc
        if isinstance(found, Emit):
            return [found]
        await self._keep(found)
        page = found
        if len(page.body or b"") > CLAIM_CHECK:  # nothing to write, no thread
            page = await asyncio.to_thread(keep_body, page, self._blobs)
        if request.visit:
            self._metrics.count("sirwan_revisits_total", outcome="changed")
        return [Emit(PAGES_FETCHED, page.page_id, page, page.canonical_url)]

    @property
    def waiting(self) -> int:
        """Requests in hand whose time has not come."""
        return self._room.waiting

    async def _page_or_later(self, request: FetchRequest, visit: Visit) -> RawPage | Emit:
        """The page; or the request for later. Raises what `handle` does."""
        try:
            page = await self._fetch(request, visit)
        except Transient as exc:
            later = self._put_off(request, visit, exc)
            self._metrics.count("sirwan_requests_put_off_total", reason=exc.reason)
            return later
        if page.truncated and (once_more := ask_whole(request, self._clock.now())):
            self._metrics.count("sirwan_requests_put_off_total", reason="truncated")
            return once_more
        if page.truncated and request.visit:  # half a page would look like a change
            raise Skip("cut-off", f"{page.url} at visit {request.visit}")
        return page

    def _put_off(self, request: FetchRequest, visit: Visit, exc: Transient) -> Emit:
        """The request for later. Raises the refusal itself where the runtime may try again at once."""
        now = self._clock.now()
        if exc.reason == "site-busy":
            return wait_for_turn(request, visit.url, now, self._manners.book(visit.url, request.lane))
        if exc.reason == "site-elsewhere":  # under the key of the hop it was at it comes to who may ask there
            return wait_for_turn(request, visit.url, now, 0.0)
        if exc.retry_after and exc.reason in ASK_TO_WAIT:
            self._manners.defer(visit.url, exc.retry_after)
        later = put_off(request, exc, now, self._manners.gap(visit.url))
        if later is None:
            raise exc
        return later

    async def _fetch(self, request: FetchRequest, visit: Visit) -> RawPage:
        @asynccontextmanager
        async def permitted(url: str) -> AsyncIterator[Exchange]:
            visit.url = url
            self._refuse_challenged(url)
            async with AsyncExitStack() as turn:
                async with _in_time(visit):
                    visit.robots, visit.stated = await self._permission(url)
                    exchange = await turn.enter_async_context(self._manners.turn(url, request.lane))
                self._refuse_challenged(url)  # another page may have met one while we stood in line
                yield exchange

        def admit(headers: Mapping[str, str]) -> None:
            refuse_media(headers)
            self._heed(rights_of((*visit.stated, *signals_in_headers(headers))))

        async with AsyncExitStack() as hand:
            async with _in_time(visit):
                await hand.enter_async_context(self._hands.held(request.lane))
            answer = await self._reader.get(
                request.url, headers=conditions(request), gate=permitted, admit=admit
            )
        self._look_at(request, answer)
        page = _page(request, self._reader.require_ok(answer), visit, self._clock)
        self._heed(page.rights)
        return page

    def _look_at(self, request: FetchRequest, answer: Answer) -> None:
        """Raises Transient("challenge-page"), and Skip where a page read again brings nothing new."""
        if sign := challenge_in(answer.status, answer.headers, answer.body):
            now = self._clock.now()
            wait = retry_after_seconds(answer.headers.get("retry-after"), now)
            self._challenged.note(site_key(answer.url), self._clock.steady(), wait or 0.0)
            raise Transient("challenge-page", f"status {answer.status} from {answer.url}: {sign}", wait)
        if request.visit:
            refuse_same(request, answer.status, answer.url, _digest(answer.body))

    def _refuse_challenged(self, url: str) -> None:
        site = site_key(url)
        if left := self._challenged.left(site, self._clock.steady()):
            raise Transient("challenge-page", f"{site} served one; {url} is not asked for in {left:.0f} s")

    async def _permission(self, url: str) -> tuple[Robots, tuple[RightsSignal, ...]]:
        said = await self._manners.robots(url)
        if said.verdict == "disallowed":
            raise Skip("robots-disallowed", f"{said.rule} forbids {url}")
        stated = await self._manners.reuse(url)
        self._heed(rights_of(stated))
        return said, stated


@asynccontextmanager
async def _in_time(visit: Visit) -> AsyncIterator[None]:
    """Raises Transient("site-busy") where what is waited for takes too long."""
    try:
        async with asyncio.timeout_at(visit.latest):
            yield
    except TimeoutError:
        raise Transient("site-busy", f"no turn in time for {visit.url}") from None


def _page(request: FetchRequest, answer: Answer, visit: Visit, clock: Clock) -> RawPage:
    content_type, charset = media_type(answer.headers)
    return RawPage(
        page_id=request.page_id,
        url=answer.url,
        requested_url=request.url,
        redirects=answer.redirects,
        canonical_url=request.canonical_url,
        status=answer.status,
        headers={name: answer.headers[name] for name in CHOSEN_HEADERS if name in answer.headers},
        content_type=content_type,
        charset=charset,
        body=answer.body,
        body_sha256=_digest(answer.body),
        truncated=answer.truncated,
        fetched_at=clock.now(),
        robots=visit.robots,
        rights=read_rights(answer.headers, answer.body, visit.stated),
        discovered=request.discovered,
        lane=request.lane,
        first_fetched_at=request.first_fetched_at,
    )


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
