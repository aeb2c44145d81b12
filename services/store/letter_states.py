"""Dead letters as the store knows them, what has become of each since, and which to send again. Pure."""

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from datetime import datetime

import msgspec

PARKED_AFTER = 3
"""Redrives after which a letter is left alone: one after the cause was mended, one after the mending was
mended, one for chance. What dies a fourth time needs a person to look at it, not a fourth try."""

WAITING, PARKED, SUPERSEDED, SENT, ENDED = "waiting", "parked", "superseded", "sent", "ended"

STATES = {
    WAITING: "not sent again since it died",
    PARKED: f"died again after {PARKED_AFTER} redrives: sent again only with --parked",
    SUPERSEDED: "its stage had a later message of the same page, and was done with it: the letter is old",
    SENT: "sent again, its end is not known yet",
    ENDED: "sent again, and its page came to an end",
}
"""What may be said of a letter, and what it means."""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """A fate of the letter's page after the letter was sent again."""

    stage: str
    fate: str  # stored | done | skipped | dead
    reason: str
    at: datetime


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter without its message, and what came of its page later."""

    ident: str  # short, the same for ever: of its stage, its key and its first place
    stage: str
    topic: str
    partition: int
    offset: int
    key: str
    page_id: str
    url: str | None
    reason: str
    error: str
    attempts: int
    redrives: int
    first_at: datetime
    last_at: datetime
    redriven_at: datetime | None = None
    superseded_at: datetime | None = None  # when its stage was done with a later message of its page
    passed: bool = False  # its own stage has settled the message that was sent again
    end: Ending | None = None  # where its page ended after that
    state: str = WAITING  # one of STATES


def state_of(letter: Letter) -> str:
    """One of STATES, of what is known of it otherwise."""
    if letter.redriven_at is not None:
        return ENDED if letter.end else SENT
    if letter.superseded_at is not None:
        return SUPERSEDED
    return PARKED if letter.redrives >= PARKED_AFTER else WAITING


def ident_of(stage: str, topic: str, partition: int, offset: int, key: str) -> str:
    """12 hex digits that name a letter."""
    return hashlib.sha256("\0".join((stage, topic, str(partition), str(offset), key)).encode()).hexdigest()[
        :12
    ]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """All letters of a stage, a reason and a topic; one of them as a sample."""

    stage: str
    reason: str
    topic: str
    letters: int
    oldest: datetime  # when they died last
    newest: datetime
    redrives: int  # of all of them together
    states: dict[str, int]  # letters by state
    ended: dict[str, int]  # those that ended, by fate
    sample: Letter  # the newest that waits, else the newest


def kinds(letters: Iterable[Letter]) -> tuple[Kind, ...]:
    """The histogram, the most frequent first."""
    found: dict[tuple[str, str, str], list[Letter]] = {}
    for letter in letters:
        found.setdefault((letter.stage, letter.reason, letter.topic), []).append(letter)
    return tuple(
        map(_kind, sorted(found.values(), key=lambda each: (-len(each), each[0].stage, each[0].reason)))
    )


def _kind(letters: Sequence[Letter]) -> Kind:
    first = letters[0]
    ended = [letter.end.fate for letter in letters if letter.state == ENDED and letter.end]
    return Kind(
        stage=first.stage,
        reason=first.reason,
        topic=first.topic,
        letters=len(letters),
        oldest=min(letter.last_at for letter in letters),
        newest=max(letter.last_at for letter in letters),
        redrives=sum(letter.redrives for letter in letters),
        states=dict(Counter(letter.state for letter in letters)),
        ended=dict(Counter(ended)),
        sample=max(letters, key=lambda letter: (letter.state == WAITING, letter.last_at)),
    )


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Which letters to send again, the oldest first, and why the others are left."""

    send: tuple[Letter, ...]
    left: dict[str, int]  # letters by state, and those past the limit


OVER_LIMIT = "over-limit"


def plan(
    letters: Iterable[Letter],
    *,
    parked: bool,
    limit: int,
    lost: Container[str] = (),
    overtaken: Container[str] = (),
) -> Plan:
    """What a redrive does with these letters.

    `lost` are ids of letters that were noted as sent and never were: the next redrive goes on with them, and
    does not count them twice. `overtaken` are ids of letters whose key has a newer message on a topic that
    keeps the newest alone: sent again, the old one would take its place.
    """
    send: list[Letter] = []
    left: Counter[str] = Counter()
    wanted = {WAITING, PARKED} if parked else {WAITING}
    for letter in sorted(letters, key=lambda each: (each.last_at, each.ident)):
        if letter.state not in wanted and letter.ident not in lost:
            left[letter.state] += 1
        elif letter.ident in overtaken:
            left[SUPERSEDED] += 1
        elif len(send) >= limit:
            left[OVER_LIMIT] += 1
        else:
            send.append(letter)
    return Plan(send=tuple(send), left=dict(left))
