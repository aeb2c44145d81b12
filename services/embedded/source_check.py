"""`sirwan sources check`: how the sources do, from the store and from what the fetcher remembers.

Both are only read, beside whatever runs. Where one of them cannot be read it is said why, and the rest is
shown: the files are checked on machines where nothing runs, too.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from schemas.records import Source
from services.fetcher.feed_look import FeedLook, look_at
from services.fetcher.feed_state import FEED, feed_key, read_state
from services.runtime.clock import Clock
from services.runtime.config import ConfigError, Settings
from services.runtime.home import running_since
from services.runtime.remembered import remembered
from services.stage import Transient
from services.store.glance import is_deployment
from services.store.standing import Standing
from services.store.standings import Known, known_of_sources

T = TypeVar("T")


class CheckedSource(Source, frozen=True, kw_only=True):
    """A source of the files, and how it and its feeds do."""

    feeds: tuple[FeedLook, ...] = ()
    standing: Standing | None = None  # None where the store has not heard of it, or cannot be read


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """All sources of the files, at one moment."""

    at: datetime  # now; at rest, when anything last happened
    at_rest: bool  # nothing is meant to run here
    sources: tuple[CheckedSource, ...]
    store_problem: str | None  # why it is not known what came of them
    feeds_problem: str | None  # why it is not known how their feeds do

    @property
    def problems(self) -> tuple[str, ...]:
        """The same in a line each."""
        told = {
            "what came of them": self.store_problem,
            "how their feeds do": self.feeds_problem,
        }
        return tuple(f"{what} is not known here: {why}" for what, why in told.items() if why)

    @property
    def begun(self) -> bool:
        """Whether anything is known of any of them."""
        polled = any(feed.polled_at for source in self.sources for feed in source.feeds)
        return polled or any(source.standing for source in self.sources)


def check(settings: Settings, sources: Mapping[str, Source], clock: Clock) -> Check:
    """What is known of each source. Never raises for a store or a memory that cannot be read."""
    now = clock.now()
    known, store_problem = _tried(lambda: _known(settings, now), Known())
    nothing: Mapping[str, bytes] = {}
    states, feeds_problem = _tried(lambda: _feed_states(settings), nothing)
    looks = {source.id: _looks(source, states, known=not feeds_problem) for source in sources.values()}
    since = None if is_deployment(settings) else running_since(settings.home)
    at_rest = since is None and not is_deployment(settings)
    at = _last_happened(known, looks.values()) or now if at_rest else now
    standings = known.standings(at, since)
    return Check(
        at=at,
        at_rest=at_rest,
        sources=tuple(
            _checked(source, looks[source.id], standings.get(source.id)) for source in sources.values()
        ),
        store_problem=store_problem,
        feeds_problem=feeds_problem,
    )


def _tried(read: Callable[[], T], otherwise: T) -> tuple[T, str | None]:
    """What was read, or else why it was not."""
    try:
        return read(), None
    except Transient as exc:
        return otherwise, exc.detail
    except ConfigError as exc:
        return otherwise, str(exc)


def _known(settings: Settings, now: datetime) -> Known:
    """Raises Transient, and ConfigError for a password that cannot be read."""
    place = settings.place
    if isinstance(place, Path) and not place.exists():
        if is_deployment(settings):
            raise Transient("store-unavailable", f"{place}: no such file; name the store in SIRWAN_STORE")
        return Known()
    return known_of_sources(place, now)


def _feed_states(settings: Settings) -> Mapping[str, bytes]:
    """What is remembered of every list, by key. Raises Transient."""
    if not is_deployment(settings):
        return remembered(settings.home / "memory.db", "fetcher", FEED)
    from services.runtime.kafka_remembered import remembered as on_kafka  # its clients are slow to load
    from services.runtime.serve import kafka_settings

    return asyncio.run(on_kafka(kafka_settings(settings, "sources-check"), "fetcher", FEED))


def _looks(source: Source, states: Mapping[str, bytes], *, known: bool) -> tuple[FeedLook, ...]:
    if not known:
        return tuple(FeedLook(url=feed.url, kind=feed.kind) for feed in source.feeds)
    return tuple(look_at(feed, read_state(states.get(feed_key(feed.url)))) for feed in source.feeds)


def _last_happened(known: Known, looks: Iterable[Iterable[FeedLook]]) -> datetime | None:
    polled = [look.polled_at for each in looks for look in each]
    return max((moment for moment in [*polled, known.last_at] if moment), default=None)


def _checked(source: Source, feeds: tuple[FeedLook, ...], found: Standing | None) -> CheckedSource:
    fields = {name: getattr(source, name) for name in source.__struct_fields__}
    return CheckedSource(**(fields | {"feeds": feeds, "standing": found}))
