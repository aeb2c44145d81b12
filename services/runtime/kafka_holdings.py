"""Which keys come to this member of a group, told by its subscription at each rebalance."""

from collections.abc import Callable, Iterable, Mapping

from aiokafka.partitioner import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    DefaultPartitioner,
)

from services.runtime.clock import Clock
from services.runtime.kafka_offsets import Place


class KafkaHoldings:
    """Keeps the promise of holdings.py for the partitions of one member.

    A partition counts as new at every rebalance, even one that stays: who was out of touch for a while does
    not know who had it meanwhile.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._partition = DefaultPartitioner()
        self._held: frozenset[Place] = frozenset()
        self._counts: Mapping[str, int] = {}
        self._since = 0.0
        self._watchers: list[tuple[Callable[[], None], Callable[[], None]]] = []

    def since(self, topic: str, key: str) -> float | None:
        """As every producer deals out keys: murmur2 of the key, by the number of partitions."""
        every = range(self._counts.get(topic, 0))
        if not every:
            return None
        place = (topic, self._partition(key.encode(), list(every), list(every)))
        return self._since if place in self._held else None

    def watch(self, leave: Callable[[], None], stop: Callable[[], None]) -> None:
        """Called by `lose` and by `stop`."""
        self._watchers.append((leave, stop))

    def lose(self) -> None:
        """A rebalance begins, or the subscription ends: nothing new may begin."""
        self._held = frozenset()
        for leave, _ in self._watchers:
            leave()

    def stop(self) -> bool:
        """Others may begin: what is under way must end now. Whether there is anybody to whom that matters."""
        for _, stop in self._watchers:
            stop()
        return bool(self._watchers)

    def gain(self, places: Iterable[Place], counts: Mapping[str, int]) -> None:
        """The rebalance is over; `counts` are the partitions of each topic."""
        self._held, self._counts = frozenset(places), dict(counts)
        self._since = self._clock.steady()
