"""Learns from every request whether its host can be reached, and spares those that cannot."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from services.fetcher.http_errors import never_connected
from services.fetcher.origin_files import origin_of
from services.fetcher.unreachable import UnreachableHosts
from services.runtime.clock import Clock
from services.stage import Refusal

log = structlog.get_logger()


class Reaching:
    """Around requests; what is known lies in services/fetcher/unreachable.py."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hosts = UnreachableHosts()

    def tries(self, url: str) -> bool:
        """Whether we are the one to try a host again. Raises HostUnreachable while it is left alone."""
        origin, now = origin_of(url), self._clock.steady()
        if refusal := self._hosts.refusal(origin, url, now):
            raise refusal
        return self._hosts.try_again(origin, now)

    @asynccontextmanager
    async def learning(self, url: str) -> AsyncIterator[None]:
        """Around a request. Raises HostUnreachable where no connection came about."""
        try:
            yield
        except Refusal as exc:
            if never_connected(exc):
                raise self._failed(url, exc) from exc
            self._hosts.reached(origin_of(url))
            raise
        self._hosts.reached(origin_of(url))

    def left_alone(self) -> Mapping[tuple[str, ...], float]:
        """How many hosts are, by reason."""
        return self._hosts.by_reason(self._clock.steady())

    def _failed(self, url: str, exc: Refusal) -> Refusal:
        origin = origin_of(url)
        refusal = self._hosts.failed(origin, url, exc, self._clock.steady())
        if self._hosts.failures(origin) == 1:
            log.warning("host-unreachable", host=origin, reason=exc.reason, detail=refusal.detail)
        return refusal
