"""Which keys of a topic come to this process, for what must be done by one process a key at a time."""

from collections.abc import Callable
from typing import Protocol


class Holdings(Protocol):
    """What a process holds. On Kafka it changes with every rebalance."""

    def since(self, topic: str, key: str) -> float | None:
        """Since when, in steady seconds, messages under this key come here; None while they do not."""

    def watch(self, leave: Callable[[], None], stop: Callable[[], None]) -> None:
        """Call `leave` when all is lost and nothing new may begin, `stop` when what is under way must end."""


class Everything:
    """All of it, always: a process that is alone."""

    def since(self, topic: str, key: str) -> float | None:
        """From the beginning."""
        del topic, key
        return 0.0

    def watch(self, leave: Callable[[], None], stop: Callable[[], None]) -> None:
        """It never comes to that."""
        del leave, stop


EVERYTHING = Everything()
