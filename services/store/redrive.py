"""Dead letters sent again, one after the other: noted first, then published as they were.

The note is the letter itself with its count and the time, published on `<topic>.dlq` and kept by the store.
What is noted is never sent by another redrive, unless its message turns out to have never been published:
then the redrive that noted it was interrupted, and the next one goes on with it, under the same count.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from schemas.records import DeadLetter
from schemas.topics import DEAD_LETTERS
from services.runtime.bus import Bus
from services.runtime.clock import Clock
from services.runtime.place import Place
from services.runtime.publish import publish
from services.runtime.redriving import headers_of, noted
from services.stage import Emit, Poison
from services.store.letter_states import Letter, Plan
from services.store.letters import Wanted, whole

BATCH = 20
"""Letters noted together, before the first of them is sent; with messages of 8 MiB at most, in memory."""

TOO_LARGE = "too-large"
"""Why a letter cannot be sent: its message was too large to be kept, or is with its note."""

STAGE = "redrive"

Passed = Callable[[Letter], None]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator asks for."""

    wanted: Wanted
    parked: bool = False  # those that are parked too
    limit: int = 1000  # letters
    rate: float = 10.0  # letters a second
    go: bool = False  # else say what would be sent


class Redriven(msgspec.Struct, frozen=True, kw_only=True):
    """What a redrive did, or would do."""

    went: bool  # else it was a dry run
    letters: tuple[Letter, ...]  # sent, or to be sent
    resumed: int  # of them those that an interrupted redrive had noted and not sent
    left: dict[str, int]  # letters that are wanted and were not sent, by why
    ended: dict[str, int] = {}  # pages of those sent by how they ended, where that is known already


@dataclass(slots=True)
class Sender:
    """Sends letters again on a bus, `rate` a second at most.

    `settle` returns once every note that was confirmed is kept; `passed` hears of each letter sent.
    """

    bus: Bus
    place: Place
    clock: Clock
    rate: float
    settle: Callable[[], Awaitable[None]]
    passed: Passed = lambda _: None
    sent: list[Letter] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    async def send(self, letters: Sequence[Letter]) -> None:
        """Send them, in order. Raises BrokerDown, Transient("store-unavailable")."""
        for begin in range(0, len(letters), BATCH):
            together = await self._noted(letters[begin : begin + BATCH])
            await self.settle()
            for letter, dead in together:
                await self._again(dead)
                self.sent.append(letter)
                self.passed(letter)
                await self.clock.sleep(1 / self.rate)

    async def _noted(self, letters: Sequence[Letter]) -> list[tuple[Letter, DeadLetter]]:
        """The letters as they are to be sent; those whose message is too large, or was, are left."""
        found: list[tuple[Letter, DeadLetter]] = []
        for each in whole(self.place, letters):
            dead = each.record
            with suppress(Poison):  # with its note it is larger than its topic takes
                if dead.redriven_at is None and dead.original.value is not None:
                    dead = noted(dead, self.clock.now())
                    await self._note(dead)
                if dead.original.value is not None:
                    found.append((each.letter, dead))
        if len(found) < len(letters):
            self.left[TOO_LARGE] = self.left.get(TOO_LARGE, 0) + len(letters) - len(found)
        return found

    async def _note(self, dead: DeadLetter) -> None:
        original = dead.original
        emit = Emit(
            DEAD_LETTERS[f"{original.topic}.dlq"], _key(dead), dead, original.headers.get("ce_subject", "")
        )
        await (await publish(self.bus, emit, stage=STAGE, at=self.clock.now(), parent=original.headers))

    async def _again(self, dead: DeadLetter) -> None:
        original = dead.original
        await (await self.bus.publish(original.topic, _key(dead), original.value, headers_of(dead)))


def _key(dead: DeadLetter) -> str:
    return dead.original.key.decode("utf-8", "surrogateescape")


def unsent(letters: Iterable[Letter]) -> list[Letter]:
    """Noted, and not known to have come to their stage: on their way, or never sent."""
    return [each for each in letters if each.redriven_at is not None and not each.passed]


def would(plan: Plan) -> Redriven:
    """What there is to say of a dry run."""
    return _told(plan, went=False, sent=plan.send, left={})


def did(plan: Plan, sender: Sender) -> Redriven:
    """What there is to say of a redrive."""
    return _told(plan, went=True, sent=sender.sent, left=sender.left)


def _told(plan: Plan, *, went: bool, sent: Sequence[Letter], left: dict[str, int]) -> Redriven:
    resumed = sum(each.redriven_at is not None for each in sent)
    return Redriven(went=went, letters=tuple(sent), resumed=resumed, left={**plan.left, **left})
