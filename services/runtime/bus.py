"""What a stage sees of a broker. Two drivers keep this contract: `memory` and `kafka`.

The contract (tests/contract/test_bus.py runs it on both):

- messages of one key keep their order; they share a partition;
- a message is delivered again after a crash until it is acknowledged (at least once);
- `acknowledge` is called in offset order per partition (`gate.py` sees to it) and covers all before it;
- `publish` hands over in call order and the awaitable it returns is done once the broker has confirmed.

Topic names are without the deployment's prefix; a driver adds it.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class BrokerDown(Exception):
    """The broker cannot be reached or does not confirm; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as delivered."""

    topic: str  # without prefix
    partition: int
    offset: int
    key: str
    value: bytes | None  # None is a tombstone
    headers: Mapping[str, str]
    generation: int = 0  # of the assignment it was delivered under; an old one is no longer acknowledged


class Subscription(Protocol):
    """A member of a consumer group, reading whole topics or its share of them."""

    def __aiter__(self) -> AsyncIterator[Message]:
        """Messages as they come; ends when the subscription is closed."""

    async def acknowledge(self, message: Message) -> None:
        """This message and all before it in its partition are settled."""

    async def close(self) -> None:
        """Leave the group after committing what was acknowledged. Iteration ends."""

    async def joined(self) -> None:
        """Return once the group has dealt out its partitions; iterate meanwhile, or it never does."""

    def lag(self) -> Mapping[tuple[str, int], int]:
        """Messages not yet acknowledged, by (topic, partition), as last known; empty if unknown."""

    def committed(self) -> Mapping[tuple[str, int], int]:
        """Offsets the broker has confirmed, by (topic, partition)."""


class Bus(Protocol):
    """A broker."""

    async def start(self) -> None:
        """Connect; waits for a broker that is not there yet and says so once."""

    async def stop(self) -> None:
        """Flush and disconnect."""

    async def publish(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str]
    ) -> Awaitable[None]:
        """Hand one message over, in order. The awaitable returned is done when the broker has confirmed it.

        Either may raise BrokerDown; then nothing is known of the message and it must be published again.
        """

    def subscribe(self, topics: Sequence[str], group: str) -> Subscription:
        """Join `group` (without prefix) on `topics`, from the first message it has not acknowledged."""
