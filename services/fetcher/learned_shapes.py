"""The shapes of article addresses that a site's lists have taught, remembered by site."""

from collections.abc import Iterable

import msgspec

from services.fetcher.url_shapes import Shapes
from services.runtime.state import State
from services.stage import Remember

SHAPES = "shapes:"
"""Under this prefix lies what was learned of each site: a few kilobytes at most."""


class LearnedShapes:
    """By site."""

    def __init__(self, state: State) -> None:
        self._state = state

    def of(self, site: str) -> Shapes:
        """What was learned so far; nothing where the value does not read."""
        value = self._state.get(SHAPES + site)
        try:
            return msgspec.json.decode(value, type=Shapes) if value else Shapes()
        except msgspec.DecodeError:
            return Shapes()

    async def learn(self, site: str, canonical_urls: Iterable[str]) -> None:
        """Learn from pages of a site that its lists have named for the first time. Raises Transient."""
        before = self.of(site)
        after = before.learn(canonical_urls)
        if after != before:
            await self._state.remember([Remember(SHAPES + site, msgspec.json.encode(after))])
