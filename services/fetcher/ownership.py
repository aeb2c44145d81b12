"""Which sites are ours to ask: those whose requests come to us, until a rebalance takes them away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import site_key
from services.runtime.holdings import Holdings
from services.stage import Transient


class SiteElsewhere(Transient):
    """The site of an address is another fetcher's to ask, or was lost to it just now."""

    def __init__(self, url: str) -> None:
        super().__init__("site-elsewhere", f"another fetcher asks {site_key(url)}")
        self.url = url


class Ownership:
    """What stands in line leaves it when all is lost, what is under way when others may begin."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._in_line: set[asyncio.Timeout] = set()
        self._under_way: set[asyncio.Timeout] = set()
        holdings.watch(lambda: _end(self._in_line), lambda: _end(self._under_way))

    def since(self, url: str) -> float | None:
        """Since when, in steady seconds, the site of `url` is ours; None while it is not."""
        return self._holdings.since(FETCH_REQUESTS.name, site_key(url))

    def required(self, url: str) -> float:
        """The same of a site that must be ours. Raises SiteElsewhere."""
        since = self.since(url)
        if since is None:
            raise SiteElsewhere(url)
        return since

    def in_line(self, url: str) -> AbstractAsyncContextManager[None]:
        """Around what waits for its turn. Raises SiteElsewhere when all is lost."""
        return _until_ended(url, self._in_line)

    def under_way(self, url: str) -> AbstractAsyncContextManager[None]:
        """Around a request. Raises SiteElsewhere when others may begin."""
        return _until_ended(url, self._under_way)


@asynccontextmanager
async def _until_ended(url: str, among: set[asyncio.Timeout]) -> AsyncIterator[None]:
    end = asyncio.timeout(None)
    try:
        async with end:
            among.add(end)
            yield
    except TimeoutError:
        if not end.expired():
            raise
        raise SiteElsewhere(url) from None
    finally:
        among.discard(end)


def _end(among: set[asyncio.Timeout]) -> None:
    for each in among:
        each.reschedule(0.0)
