"""`sirwan status`: what the store knows, what the broker says of the lag, and what follows."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from schemas.asyncapi import FLOWS
from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.home import running_since
from services.runtime.sources import SourceFileError, load_sources
from services.stage import Transient
from services.store.freshness import Age, Silent, SourceAge, everybody, families, silent
from services.store.status import UNREAD, DeadLetterCount, StageCounts, Status
from services.store.trace import PIPELINE
from services.store.verdict import Circumstances, Lag, Stands, Verdict, calmer, judge


class StageGlance(StageCounts, frozen=True, kw_only=True):
    """One stage: its counts, and what waits for it. None where that is not known."""

    idle: float | None = None  # seconds since it last did something
    lag: int | None = None  # messages waiting for it
    members: int | None = None  # processes of it


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "is it working?", with everything it rests on."""

    working: bool  # or at rest
    verdict: str
    alarms: tuple[str, ...]
    at: datetime
    store_read: bool  # else nothing is known of what comes from it
    broker: str | None  # its address, where the deployment is on Kafka
    running_since: datetime | None  # of an embedded run
    stages: tuple[StageGlance, ...]
    families: tuple[Age, ...]
    silent: tuple[Silent, ...]
    dead_letters: tuple[DeadLetterCount, ...]
    sources: tuple[SourceAge, ...]
    counts: dict[str, int]


def look(settings: Settings, clock: Clock, read: Callable[[], Status]) -> Glance:
    """What is known now. A deployment on Kafka is asked for its lag, even where its store is away.

    Raises Transient where the store of anything else cannot be read.
    """
    try:
        return glance(read(), settings, clock)
    except Transient as exc:
        if not is_deployment(settings):
            raise
        return glance(UNREAD, settings, clock, store_problem=exc.detail)


def glance(state: Status, settings: Settings, clock: Clock, *, store_problem: str | None = None) -> Glance:
    """What `state` means now. Where SIRWAN_KAFKA is given it is a deployment on Kafka, asked for its lag."""
    on_kafka = is_deployment(settings)
    lags, problem = _lags(settings, clock) if on_kafka else ({}, None)
    around = Circumstances(
        now=clock.now(),
        on_kafka=on_kafka,
        running_since=None if on_kafka else running_since(settings.home),
        broker_problem=problem,
        store_problem=store_problem or state.misfit,
        source_mistakes=_mistakes(settings.sources),
    )
    ages, quiet = families(state.sources), silent(state.sources, around.now)
    together = everybody(state.sources)

    def judged(seen: Sequence[StageGlance]) -> Verdict:
        standing = [
            Stands(
                stage=each.stage,
                last_at=each.last_at or state.begun_at,
                lag=lags.get(each.stage),
                pace=each.pace,
            )
            for each in seen
        ]
        return judge(around, standing, ages, together, quiet, state.flood_at, state.failing)

    stages = _stages(state, around.now, lags)
    verdict = judged(stages)
    if lags and not verdict.working:  # an alarm must stand two looks
        lags = calmer(lags, _lags(settings, clock)[0]) or lags
        stages = _stages(state, around.now, lags)
        verdict = judged(stages)
    return Glance(
        working=verdict.working,
        verdict=verdict.line,
        alarms=verdict.alarms,
        at=around.now,
        store_read=store_problem is None,
        broker=settings.kafka if on_kafka else None,
        running_since=around.running_since,
        stages=stages,
        families=ages,
        silent=quiet,
        dead_letters=state.dead_letters,
        sources=state.sources,
        counts=state.counts,
    )


def is_deployment(settings: Settings) -> bool:
    """Whether it is a deployment on Kafka, and not an embedded run: SIRWAN_KAFKA is given."""
    return "kafka" in settings.model_fields_set


def _mistakes(folder: Path) -> int:
    """In the source files; none where there are none here, for status may be asked from anywhere."""
    if not folder.is_dir():
        return 0
    try:
        load_sources(folder)
    except SourceFileError as exc:
        return len(exc.problems)
    return 0


def _lags(settings: Settings, clock: Clock) -> tuple[Mapping[str, Lag], str | None]:
    """What waits for each stage, or why that is not known."""
    from services.runtime.kafka_lag import look as ask  # only who is on Kafka pays for loading its clients
    from services.runtime.serve import kafka_settings

    reads = {stage: [topic.name for topic in flow.reads] for stage, flow in FLOWS.items()}
    try:
        found = asyncio.run(ask(kafka_settings(settings, "status"), reads, clock))
    except BrokerDown as exc:
        return {}, f"lag unknown: {exc} (SIRWAN_KAFKA)"
    return {
        stage: Lag(messages=each.messages, members=each.members, missing=each.missing)
        for stage, each in found.items()
        if each.members or not FLOWS[stage].optional
    }, None


def _stages(state: Status, now: datetime, lags: Mapping[str, Lag]) -> tuple[StageGlance, ...]:
    """The stages that have done anything, in their order; on Kafka those that should, too."""
    met = {each.stage: each for each in state.stages}
    if "store" in met:  # it writes the fates of all, and has none of its own for those
        newest = max(each.last_at for each in state.stages if each.last_at)
        pace = sum(each.pace for each in state.stages)
        met["store"] = msgspec.structs.replace(met["store"], last_at=newest, pace=pace)
    names = [name for name in PIPELINE if name in met or name in lags]
    return tuple(_stage(met.get(name), name, now, lags.get(name)) for name in [*names, *_others(met, names)])


def _others(met: Mapping[str, StageCounts], names: list[str]) -> list[str]:
    return [name for name in met if name not in names]


def _stage(counts: StageCounts | None, name: str, now: datetime, lag: Lag | None) -> StageGlance:
    counts = counts or StageCounts(stage=name, taken=0, done=0, skipped=0, dead=0, reasons={})
    return StageGlance(
        **msgspec.structs.asdict(counts),
        idle=max(0.0, (now - counts.last_at).total_seconds()) if counts.last_at else None,
        lag=lag.messages if lag else None,
        members=lag.members if lag else None,
    )
