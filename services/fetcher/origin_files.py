"""Files in which an origin says what it asks of machines: asked for politely, kept for a day at most."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from services.fetcher.http import Answer, Gate, HttpReader
from services.fetcher.http_errors import PrivateAddress
from services.fetcher.robots import RobotsRules, robots_for
from services.fetcher.tdmrep import MOST_BYTES, TdmRules, tdmrep_for
from services.fetcher.unreachable import HostUnreachable
from services.runtime.clock import Clock
from services.stage import Refusal

Said = TypeVar("Said")

KEEP = 24 * 3600.0  # seconds, RFC 9309 section 2.4
KEEP_UNREACHABLE = 600.0  # seconds until a robots.txt that could not be read is asked for again
KEEP_FAILED = 3600.0  # the same of a tdmrep.json, which holds nothing up meanwhile
MOST = 1000  # origins kept in memory
OURS = frozenset(("site-busy", "site-elsewhere"))  # refusals that say nothing of the file


@dataclass(frozen=True, slots=True)
class Kind(Generic[Said]):
    """One such file: where it lies, and what an answer means."""

    path: str
    read: Callable[[Answer], Said]
    failed: Callable[[Refusal], Said]  # what stands for one that cannot be had
    lasts: Callable[[Said], float]  # seconds
    most: int | None = None  # bytes that are taken; None: as of a page


ROBOTS: Kind[RobotsRules] = Kind(
    path="/robots.txt",
    read=lambda answer: robots_for(answer.status, answer.body),
    failed=lambda refusal: RobotsRules(unreachable=f"{refusal.reason}: {refusal.detail}"[:300]),
    lasts=lambda rules: KEEP if rules.unreachable is None else KEEP_UNREACHABLE,
)

TDMREP: Kind[TdmRules] = Kind(
    path="/.well-known/tdmrep.json",
    read=lambda answer: tdmrep_for(answer.status, answer.body),
    failed=lambda _refusal: TdmRules(failed=True),
    lasts=lambda rules: KEEP_FAILED if rules.failed else KEEP,
    most=MOST_BYTES,
)


@dataclass(slots=True)
class _Kept(Generic[Said]):
    """What one origin said."""

    said: Said | None = None  # None before the first time
    until: float = 0.0  # on the steady clock
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def good_at(self, now: float) -> Said | None:
        """What it said, as long as that is good."""
        return self.said if now < self.until else None


class OriginFiles(Generic[Said]):
    """The files of one kind. `gate` is made anew for each that is asked for."""

    def __init__(self, kind: Kind[Said], reader: HttpReader, clock: Clock, gate: Callable[[], Gate]) -> None:
        self._kind = kind
        self._reader = reader
        self._clock = clock
        self._gate = gate
        self._kept: OrderedDict[str, _Kept[Said]] = OrderedDict()

    async def of(self, url: str) -> tuple[Said, bool]:
        """What the origin of `url` says, and whether it was asked just now.

        Raises Transient "site-busy", "site-elsewhere", and HostUnreachable and PrivateAddress of the origin
        itself: its pages cannot be had either, and that is why.
        """
        origin = origin_of(url)
        kept = self._kept.setdefault(origin, _Kept())
        self._kept.move_to_end(origin)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        if (said := kept.good_at(self._clock.steady())) is not None:
            return said, False
        async with kept.asking:
            if (said := kept.good_at(self._clock.steady())) is not None:  # asked for while we waited
                return said, False
            said = kept.said = await self._ask(origin)
            kept.until = self._clock.steady() + self._kind.lasts(said)
            return said, True

    async def _ask(self, origin: str) -> Said:
        try:
            answer = await self._reader.get(origin + self._kind.path, gate=self._gate(), most=self._kind.most)
        except Refusal as exc:
            of_host = isinstance(exc, HostUnreachable | PrivateAddress) and origin_of(exc.url) == origin
            if exc.reason in OURS or of_host:
                raise
            return self._kind.failed(exc)
        return self._kind.read(answer)


def origin_of(url: str) -> str:
    """Scheme, host and port, as printed in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
