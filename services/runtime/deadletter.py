"""Dead letters: how a message that cannot be used is kept, and when there are too many of them. Pure."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime

from schemas.records import DeadLetter, Original
from services.runtime.bus import Message
from services.runtime.redriving import redriven, without


def dead_letter(
    message: Message, stage: str, reason: str, error: str, at: datetime, attempts: int = 1
) -> DeadLetter:
    """The message byte for byte, with who refused it and why.

    One that was sent again is the same letter still: it keeps its first place and time, and its count.
    """
    again = redriven(message.headers)
    original = Original(
        topic=message.topic,
        partition=again.partition if again else message.partition,
        offset=again.offset if again else message.offset,
        key=message.key.encode("utf-8", "surrogateescape"),
        value=message.value,
        headers=without(message.headers),
    )
    return DeadLetter(
        original=original,
        stage=stage,
        reason=reason,
        error=error[:2000],
        attempts=attempts,
        first_at=again.first_at if again else at,
        last_at=at,
        redrives=again.redrives if again else 0,
    )


@dataclass(slots=True)
class DeadLetterLimit:
    """At most `limit` dead letters in `window` seconds; past it the stage should pause.

    One broken page is a dead letter; a thousand in a minute is a broken producer or a broken release,
    and letting the topic back up is better than emptying it into the dead-letter topic.
    """

    limit: int
    window: float
    _seen: deque[tuple[float, str]] = field(default_factory=deque)

    def count(self, reason: str, now: float) -> None:
        """Note one dead letter at `now` (steady seconds)."""
        self._seen.append((now, reason))

    def exceeded(self, now: float) -> str | None:
        """Why to pause, or None."""
        while self._seen and self._seen[0][0] <= now - self.window:
            self._seen.popleft()
        if len(self._seen) <= self.limit:
            return None
        (commonest, times), *_ = Counter(seen for _, seen in self._seen).most_common(1)
        return f"{len(self._seen)} dead letters in {self.window:g} s, {times} of them {commonest}"

    def clear(self) -> None:
        """Begin again after a pause."""
        self._seen.clear()
