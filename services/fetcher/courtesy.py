"""Were we polite? A second look at the requests of a site, apart from what decides when they leave. Pure."""

from dataclasses import dataclass

TOO_SOON, AT_ONCE = "too-soon", "at-once"
VIOLATIONS = (TOO_SOON, AT_ONCE)

TOLERANCE = 0.01  # seconds a timer may be early


@dataclass(slots=True)
class Seen:
    """The requests of one site as they were seen to leave and to end. Times on the steady clock, seconds."""

    under_way: int = 0
    free_at: float = 0.0  # the end of the last one, and the delay that was agreed then
    ended_at: float | None = None

    def leaves(self, now: float, own_delay: float | None = None) -> str | None:
        """One leaves: what is wrong with that, or None. Where `own_delay` is given, no more is asked."""
        self.under_way += 1
        if self.under_way > 1:
            return AT_ONCE
        if self.ended_at is None:
            return None
        free_at = self.free_at if own_delay is None else min(self.free_at, self.ended_at + own_delay)
        return TOO_SOON if now < free_at - TOLERANCE else None

    def ends(self, now: float, delay: float) -> None:
        """One has its answer; the next may leave after `delay`."""
        self.under_way -= 1
        self.ended_at, self.free_at = now, now + delay
