"""When a receiver that fails is left alone, so that the others do not wait for it. Pure."""

from dataclasses import dataclass

FIRST, LONGEST = 60.0, 900.0  # seconds; doubling with each failure in a row


@dataclass(slots=True)
class Resting:
    """How a receiver did lately. Times are steady seconds."""

    failures: int = 0  # in a row: deliveries given up after all their attempts
    until: float = 0.0

    def rests(self, now: float) -> float:
        """Seconds that it is left alone yet; 0 when it may be asked."""
        return max(0.0, self.until - now)

    def failed(self, now: float) -> float:
        """One more; for how many seconds it rests."""
        seconds: float = min(FIRST * 2.0 ** min(self.failures, 10), LONGEST)
        self.failures += 1
        self.until = now + seconds
        return seconds

    def delivered(self) -> None:
        """It works."""
        self.failures, self.until = 0, 0.0
