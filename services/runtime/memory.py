"""A broker in this process, with the semantics of Kafka that matter.

Partitions, order per key, consumer groups with generations, explicit acknowledgement, redelivery
after a crash, bounded queues. Contract tests on it therefore mean something. What it does not have
is durability: after a crash the embedded pipeline asks again for what has no fate (embedded/pipeline.py).
"""

import asyncio
import zlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.runtime.bus import Message
from services.stage import Poison

BOUND = 1000
"""Unacknowledged messages a partition may hold for its slowest group before `publish` waits."""

PATIENCE = 5.0
"""Seconds `publish` waits for a group that makes no progress at all before it goes ahead."""

RETAINED = 1024 * 1024
"""Bytes of acknowledged messages a partition keeps, as Kafka's retention would."""

MAX_RECORD = 8 * 1024 * 1024
"""Bytes of one value; the largest topic of the table allows as much."""


@dataclass(slots=True)
class _Partition:
    first: int = 0  # offset of records[0]
    retained: int = 0  # bytes in records
    records: deque[Message] = field(default_factory=deque)

    @property
    def end(self) -> int:
        return self.first + len(self.records)

    def append(self, message: Message) -> None:
        self.records.append(message)
        self.retained += len(message.value or b"")

    def trim(self, acknowledged: int) -> None:
        while self.records and self.first < acknowledged and self.retained > RETAINED:
            self.retained -= len(self.records.popleft().value or b"")
            self.first += 1


@dataclass(slots=True)
class _Group:
    generation: int = 0
    members: list["MemorySubscription"] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)  # ever read; a group that is away still holds its place
    committed: dict[tuple[str, int], int] = field(default_factory=dict)


class MemoryBus:
    """Keeps the contract of services/runtime/bus.py inside one event loop."""

    def __init__(self, partitions: int = 4, bound: int = BOUND) -> None:
        self._partitions = partitions
        self._bound = bound
        self._topics: dict[str, list[_Partition]] = {}
        self._groups: dict[str, _Group] = {}
        self._changed = asyncio.Event()

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Close every subscription."""
        for group in self._groups.values():
            for member in list(group.members):
                await member.close()

    async def publish(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str]
    ) -> Awaitable[None]:
        """Append one message; waits while the slowest group is too far behind. Confirmed at once."""
        if len(value or b"") > MAX_RECORD:
            raise Poison("record-too-large", f"{len(value or b'')} bytes for {topic}, {MAX_RECORD} allowed")
        number = zlib.crc32(key.encode()) % self._partitions
        while self._backlog(topic, number) >= self._bound and await self._moves():
            pass
        partition = self._log(topic)[number]
        partition.append(Message(topic, number, partition.end, key, value, dict(headers)))
        self._notify()
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        confirmed.set_result(None)
        return confirmed

    def subscribe(self, topics: Sequence[str], group: str) -> "MemorySubscription":
        """Join `group`; its members share the partitions of `topics` anew."""
        member = MemorySubscription(self, group, tuple(topics))
        joined = self._groups.setdefault(group, _Group())
        joined.members.append(member)
        joined.topics.update(topics)
        self._rebalance(joined)
        return member

    def next_for(self, member: "MemorySubscription") -> Message | None:
        """The next message of a member's partitions, which take turns; None while there is none."""
        places = sorted(member.assigned)
        for step in range(len(places)):
            topic, number = place = places[(member.turn + step) % len(places)]
            partition = self._log(topic)[number]
            offset = member.assigned[place]
            if offset < partition.end:
                member.turn = (member.turn + step + 1) % len(places)
                member.assigned[place] = offset + 1
                message = partition.records[offset - partition.first]
                return replace(message, generation=self._groups[member.group].generation)
        return None

    def commit(self, member: "MemorySubscription", message: Message) -> None:
        """Note that `message` and all before it are settled, unless the group was dealt out anew since."""
        group = self._groups[member.group]
        if message.generation != group.generation:
            return
        place = (message.topic, message.partition)
        group.committed[place] = max(group.committed.get(place, 0), message.offset + 1)
        partition = self._log(message.topic)[message.partition]
        partition.trim(partition.end - self._backlog(*place))
        self._notify()

    def leave(self, member: "MemorySubscription") -> None:
        """The others take over what the member did not acknowledge."""
        group = self._groups[member.group]
        group.members.remove(member)
        self._rebalance(group)

    def lag_of(self, member: "MemorySubscription") -> Mapping[tuple[str, int], int]:
        """Messages not yet acknowledged, by (topic, partition)."""
        committed = self._groups[member.group].committed
        return {
            place: self._log(place[0])[place[1]].end - committed.get(place, 0) for place in member.assigned
        }

    def committed_of(self, member: "MemorySubscription") -> Mapping[tuple[str, int], int]:
        """Offsets acknowledged, by (topic, partition)."""
        return dict(self._groups[member.group].committed)

    async def changed(self) -> None:
        """Return at the next publish, commit or rebalance."""
        await self._changed.wait()

    async def drained(self) -> None:
        """Return once every group has acknowledged everything published on its topics."""
        while any(self._behind(group) for group in self._groups.values()):
            await self.changed()

    def ends(self, topic: str) -> int:
        """Messages ever published on `topic`."""
        return sum(partition.end for partition in self._log(topic))

    async def _moves(self) -> bool:
        """Whether anything happened within PATIENCE; a stage that waits for itself must not wait for ever."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.changed()
        except TimeoutError:
            return False
        return True

    def _log(self, topic: str) -> list[_Partition]:
        if topic not in self._topics:
            self._topics[topic] = [_Partition() for _ in range(self._partitions)]
        return self._topics[topic]

    def _backlog(self, topic: str, number: int) -> int:
        committed = [
            group.committed.get((topic, number), 0)
            for group in self._groups.values()
            if topic in group.topics
        ]
        return self._log(topic)[number].end - min(committed) if committed else 0

    def _behind(self, group: _Group) -> bool:
        return any(
            partition.end > group.committed.get((topic, number), 0)
            for topic in group.topics
            for number, partition in enumerate(self._log(topic))
        )

    def _rebalance(self, group: _Group) -> None:
        """Deal the partitions out again; an eager rebalance, as aiokafka's: everybody starts over."""
        group.generation += 1
        for member in group.members:
            member.assigned.clear()
        for topic in sorted(group.topics):
            takers = [member for member in group.members if topic in member.topics]
            for number, partition in enumerate(self._log(topic) if takers else ()):
                start = max(group.committed.get((topic, number), 0), partition.first)
                takers[number % len(takers)].assigned[topic, number] = start
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class MemorySubscription:
    """One member of a group."""

    def __init__(self, bus: MemoryBus, group: str, topics: tuple[str, ...]) -> None:
        self.group = group
        self.topics = topics
        self.assigned: dict[tuple[str, int], int] = {}  # (topic, partition) → next offset to deliver
        self.turn = 0
        self._bus = bus
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Messages of the assigned partitions in turn; waits for more; ends on close."""
        while not self._closed:
            message = self._bus.next_for(self)
            if message is None:
                await self._bus.changed()
            else:
                yield message

    async def acknowledge(self, message: Message) -> None:
        """Commit up to and including `message`; nothing after close."""
        if not self._closed:
            self._bus.commit(self, message)

    async def close(self) -> None:
        """Leave the group."""
        self.abandon()

    def abandon(self) -> None:
        """Vanish as after kill -9; acknowledgements are kept at once here, so it is the same as leaving."""
        if not self._closed:
            self._closed = True
            self._bus.leave(self)

    async def joined(self) -> None:
        """At once: the bus deals out the partitions when somebody subscribes."""

    def lag(self) -> Mapping[tuple[str, int], int]:
        """Messages not yet acknowledged, by (topic, partition)."""
        return self._bus.lag_of(self)

    def committed(self) -> Mapping[tuple[str, int], int]:
        """Offsets acknowledged, by (topic, partition)."""
        return self._bus.committed_of(self)
