"""What a group member has delivered, what is settled, and what may be committed. Pure.

An acknowledgement counts only under the generation its message was delivered in. A generation ends at
each rebalance, and for one partition also when its offsets go back: Faust may seek to the committed
offset by itself, and then what was in flight comes again and must be settled again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Place = tuple[str, int]  # topic without prefix, partition


@dataclass(slots=True)
class _Progress:
    generation: int
    delivered: int  # the next offset expected
    settled: int  # everything before it is acknowledged
    committed: int  # everything before it is known to the broker as such


class Offsets:
    """Bookkeeping of one member of a group; a committed offset names the next message, as in Kafka."""

    def __init__(self) -> None:
        self._generation = 0
        self._places: dict[Place, _Progress] = {}

    def renew(self) -> None:
        """A rebalance: whatever was delivered before can no longer be acknowledged."""
        self._generation += 1
        self._places.clear()

    def begin(self, place: Place, offset: int) -> None:
        """The partition starts at `offset`; does nothing once something of it was delivered."""
        self._places.setdefault(place, _Progress(self._generation, offset, offset, offset))

    def deliver(self, place: Place, offset: int) -> int:
        """A message is handed out. Returns the generation it belongs to."""
        self.begin(place, offset)
        progress = self._places[place]
        if offset < progress.delivered:
            self._generation += 1
            committed = min(progress.committed, offset)
            progress = self._places[place] = _Progress(self._generation, offset, offset, committed)
        progress.delivered = offset + 1
        return progress.generation

    def acknowledge(self, place: Place, offset: int, generation: int) -> None:
        """This message and all before it in its partition are settled, if it is of this generation."""
        progress = self._places.get(place)
        if progress is not None and progress.generation == generation:
            progress.settled = max(progress.settled, offset + 1)

    def pending(self) -> Mapping[Place, int]:
        """What should be committed now."""
        return {
            place: progress.settled
            for place, progress in self._places.items()
            if progress.settled > progress.committed
        }

    def note_committed(self, places: Mapping[Place, int]) -> None:
        """The broker has confirmed these commits."""
        for place, offset in places.items():
            progress = self._places.get(place)
            if progress is not None and progress.settled >= offset:
                progress.committed = max(progress.committed, offset)

    def committed(self) -> Mapping[Place, int]:
        """Committed offsets of the current assignment, as far as known."""
        return {place: progress.committed for place, progress in self._places.items()}

    def settled(self, place: Place) -> int | None:
        """The first offset not acknowledged; None while nothing is known of the partition."""
        progress = self._places.get(place)
        return None if progress is None else progress.settled

    def outstanding(self) -> bool:
        """Whether anything was handed out and is not acknowledged."""
        return any(progress.delivered > progress.settled for progress in self._places.values())
