"""Is it working? One line, from what the store, the broker and the machine say. Pure.

What is an alarm is in LIMITS, and nowhere else.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from services.store.freshness import LEAST, Age, Silent

LIMITS: Mapping[str, float] = {
    "lag": 1000,  # messages that a stage may be behind, however long they take
    "behind": 3600,  # seconds that more of them may take, at the present pace
    "stands": 15 * 60,  # seconds that a stage may do nothing while anything waits for it
    "flood": 3600,  # seconds in which so many dead letters as status.FLOOD are too many
}
"""How long an owner, or all of them together, may be silent is in services/store/freshness.py."""

NAMED = 3  # owners that are missed, named in the one line; the table shows all


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """What the broker says of a stage."""

    messages: int  # waiting for it
    members: int  # processes of it
    missing: tuple[str, ...] = ()  # topics that should be there


def calmer(first: Mapping[str, Lag], second: Mapping[str, Lag]) -> dict[str, Lag]:
    """The better of two looks at each stage: a message just come, or a member coming back, is no alarm."""
    return {
        stage: Lag(
            messages=min(lag.messages, second[stage].messages),
            members=max(lag.members, second[stage].members),
            missing=second[stage].missing,
        )
        for stage, lag in first.items()
        if stage in second
    }


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """A stage: when it last did something, and what waits for it; None where that is not known."""

    stage: str
    last_at: datetime | None  # of one that never did, when any of them first did
    lag: Lag | None = None
    pace: float = 0.0  # messages a second


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What the store cannot know."""

    now: datetime
    on_kafka: bool
    running_since: datetime | None = None  # of an embedded run; None while nothing runs, or on Kafka
    broker_problem: str | None = None  # why it cannot be asked
    store_problem: str | None = None  # the same
    source_mistakes: int = 0  # in the source files, where they can be seen from here

    @property
    def at_rest(self) -> bool:
        """Whether nothing is meant to run: not on Kafka, and no embedded run."""
        return not self.on_kafka and self.running_since is None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, and every reason for it."""

    working: bool  # or at rest
    line: str
    alarms: tuple[str, ...]


def judge(
    around: Circumstances,
    stages: Sequence[Stands],
    ages: Sequence[Age],
    everybody: Age | None,
    silent: Sequence[Silent],
    flood_at: datetime | None,
    failing: Sequence[str] = (),
) -> Verdict:
    """The verdict; at rest nothing is an alarm. `everybody` is all owners as one, the rest as in Status."""
    if around.at_rest:
        last = max((each.last_at for each in stages if each.last_at), default=None)
        told = f", the last thing happened {ago(around.now, last)}" if last else ""
        return Verdict(working=True, line=f"at rest: nothing runs here{told}", alarms=())
    found = (
        *_unreachable(around, stages),
        *_standing(around.now, stages),
        *_missed(around, ages, everybody, silent),
        *_flood(around.now, flood_at),
    )
    if found:
        return Verdict(working=False, line=f"not working: {'; '.join(found)}", alarms=found)
    return Verdict(
        working=True, line="; ".join(("working", *_remarks(around, stages, silent, failing))), alarms=()
    )


def _remarks(
    around: Circumstances, stages: Sequence[Stands], silent: Sequence[Silent], failing: Sequence[str]
) -> Iterator[str]:
    """What is worth knowing and keeps nothing from working."""
    yield from (_lags(each) for each in stages if each.lag and each.lag.messages > LIMITS["lag"])
    if around.source_mistakes:
        mistakes = counted(around.source_mistakes, "mistake")
        yield f"the source files have {mistakes} and are not taken up (`sirwan sources check`)"
    if failing:
        yield f"no page of {counted(len(failing), 'source')} can be read (`sirwan sources check`)"
    if never := sum(each.never for each in silent):
        yield f"{counted(never, 'source')} never brought an article"


def _unreachable(around: Circumstances, stages: Sequence[Stands]) -> Iterator[str]:
    yield from filter(None, (around.store_problem, around.broker_problem))
    missing = sorted({topic for each in stages if each.lag for topic in each.lag.missing})
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield f"no topic {missing[0]}{more} (run `sirwan topics apply`)"
    for each in stages:
        if each.lag and not each.lag.members and not each.lag.missing:
            yield f"{each.stage} does not run"


def _standing(now: datetime, stages: Sequence[Stands]) -> Iterator[str]:
    for each in stages:
        waiting = each.lag.messages if each.lag else 0
        idle = (now - each.last_at).total_seconds() if each.last_at else 0.0
        if waiting and idle > LIMITS["stands"]:
            yield f"{each.stage} lags {counted(waiting, 'message')} and did nothing for {span(idle)}"
        elif each.pace and waiting > max(LIMITS["lag"], each.pace * LIMITS["behind"]):
            yield _lags(each)


def _lags(stage: Stands) -> str:
    """How far behind, and how long it takes to work that off."""
    waiting = stage.lag.messages if stage.lag else 0
    lasts = f", {span(waiting / stage.pace)} at its pace" if stage.pace else ""
    return f"{stage.stage} lags {counted(waiting, 'message')}{lasts}"


def _missed(
    around: Circumstances, ages: Sequence[Age], everybody: Age | None, silent: Sequence[Silent]
) -> Iterator[str]:
    """Nobody brings anything; else each owner that used to. A run is not blamed for the time before it."""
    if everybody is None:
        since = min((each.since for each in silent), default=around.now)
        if (waited := _seconds_since(around, since)) > LEAST.total_seconds():
            yield f"no article from anybody since the sources are read, for {span(waited)}"
        return
    if (waited := _waited(around, everybody)) > everybody.limit:
        yield f"no article from anybody for {span(waited)}"
        return
    usual = [(age, _waited(around, age)) for age in ages if age.habit]
    late = [(age.family, waited) for age, waited in usual if waited > age.limit]
    for family, waited in late[:NAMED]:
        yield f"no article from {family} for {span(waited)}"
    if len(late) > NAMED:
        yield f"nor from {counted(len(late) - NAMED, 'other owner')}"


def _waited(around: Circumstances, age: Age) -> float:
    return _seconds_since(around, age.newest)


def _seconds_since(around: Circumstances, then: datetime) -> float:
    """For how long something has been waited for: an embedded run began to wait when it started."""
    return (around.now - max(then, around.running_since or then)).total_seconds()


def _flood(now: datetime, flood_at: datetime | None) -> Iterator[str]:
    if flood_at and now - flood_at < timedelta(seconds=LIMITS["flood"]):
        yield f"many dead letters in the last {span(LIMITS['flood'])}"


def counted(number: int, noun: str) -> str:
    """1 message; 1,204 messages."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
"""Seconds and name; a span is told in the largest unit of which it holds two: 90 min, not 1 h."""


def span(seconds: float) -> str:
    """A length of time in one unit: 45 s, 90 min, 3 h, 5 d."""
    size, unit = next((each for each in UNITS if seconds >= 2 * each[0]), UNITS[-1])
    return f"{max(seconds, 0.0) // size:.0f} {unit}"


def ago(now: datetime, then: datetime) -> str:
    """How long ago; "now" where clocks disagree."""
    seconds = (now - then).total_seconds()
    return "now" if seconds < 1 else f"{span(seconds)} ago"
