"""Acknowledge strictly in offset order.

Messages of a partition may be settled out of order (confirmations arrive when they arrive), but a
broker only knows "everything up to here". An acknowledgement out of order loses the head on a crash
(reference: 7 and 10 of 20,000 messages lost with Faust 0.15.3), so the gate holds each one back until
all before it in its partition and generation are settled.
"""

from collections import OrderedDict, defaultdict

from services.runtime.bus import Message

Lane = tuple[str, int, int]


class Gate:
    """Pure bookkeeping: what was taken, what is settled, what may be acknowledged now."""

    def __init__(self) -> None:
        self._taken: dict[Lane, OrderedDict[int, tuple[Message, bool]]] = defaultdict(OrderedDict)

    def take(self, message: Message) -> None:
        """A message is being worked on. Call in the order of delivery."""
        self._taken[_lane(message)][message.offset] = (message, False)

    def settle(self, message: Message) -> tuple[Message | None, int]:
        """Mark as settled. Returns the newest message that may be acknowledged now, if any, and how many
        that acknowledges."""
        lane = self._taken[_lane(message)]
        lane[message.offset] = (message, True)
        newest, passed = None, 0
        while lane:
            offset, (head, settled) = next(iter(lane.items()))
            if not settled:
                break
            del lane[offset]
            newest, passed = head, passed + 1
        return newest, passed

    @property
    def open(self) -> int:
        """Messages taken and not yet past the gate."""
        return sum(len(lane) for lane in self._taken.values())


def _lane(message: Message) -> Lane:
    return (message.topic, message.partition, message.generation)
