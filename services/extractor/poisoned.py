"""Pages that broke a limit, by the digest of their bytes: one that comes again is refused unread. Pure.

What is remembered counts for the same rules under the same limits only: with others the page may do. An
operator who sends a dead letter once more (lane redrive) wants it tried.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from schemas.records import RawPage
from services.stage import Memory, Poison, Remember

PREFIX = "broken/"
MOST = 10_000  # pages remembered: 3 MB; past it the oldest are forgotten


class Broken(msgspec.Struct, frozen=True):
    """What a page did, and under which rules and limits."""

    reason: str
    detail: str
    under: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The memory of such pages. `under` names rules and limits."""

    memory: Memory
    under: str

    def refuse(self, page: RawPage) -> None:
        """Raises Poison, as it was then, for a page whose bytes broke a limit before."""
        found = self.memory.get(PREFIX + page.body_sha256)
        if found is None or page.lane == "redrive":
            return
        broken = msgspec.json.decode(found, type=Broken)
        if broken.under == self.under:
            detail = f"{broken.detail}; not tried again, as on {broken.at:%Y-%m-%d %H:%M} UTC"
            raise Poison(broken.reason, f"{detail} (body {page.body_sha256})")

    def note(self, page: RawPage, refusal: Poison, at: datetime) -> Poison:
        """The refusal with the page's fingerprint in its detail, and what is to be remembered of it."""
        broken = Broken(refusal.reason, refusal.detail, self.under, at)
        told = Poison(refusal.reason, f"{refusal.detail} (body {page.body_sha256})")
        told.remember = (
            *self._forgotten(),
            Remember(PREFIX + page.body_sha256, msgspec.json.encode(broken)),
        )
        return told

    def _forgotten(self) -> tuple[Remember, ...]:
        """Room for one more."""
        known = [
            (msgspec.json.decode(value, type=Broken).at, key) for key, value in self.memory.items(PREFIX)
        ]
        return tuple(Remember(key, None) for _, key in sorted(known)[: max(0, len(known) + 1 - MOST)])
