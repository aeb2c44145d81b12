"""Which sources the fetcher has told of, and what to tell when the list is another. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import structs

from schemas.records import Source
from schemas.topics import SOURCES
from services.fetcher.feed_state import feed_key
from services.stage import Emit, Remember

KNOWN = "source:"
"""Under this prefix lies every source that is read, as it was told of."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A source as it was told of, and when: from then on it is read so."""

    source: Source
    at: datetime


@dataclass(frozen=True, slots=True)
class Differences:
    """Between what was told and a list, each by id."""

    started: tuple[Source, ...]
    changed: tuple[Source, ...]
    stopped: tuple[Source, ...]  # as they were
    same: tuple[Known, ...]


def read_known(items: Iterable[tuple[str, bytes]]) -> dict[str, Known]:
    """What was remembered, by id; a value that does not read is as good as none."""
    return dict(_readable(items))


def _readable(items: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Known]]:
    for key, value in items:
        try:
            yield key.removeprefix(KNOWN), msgspec.json.decode(value, type=Known)
        except msgspec.DecodeError:
            continue


def compare(known: Mapping[str, Known], sources: Mapping[str, Source]) -> Differences:
    """What a list starts, changes and stops."""
    both = sorted(known.keys() & sources.keys())
    return Differences(
        started=tuple(sources[ident] for ident in sorted(sources.keys() - known.keys())),
        changed=tuple(sources[ident] for ident in both if known[ident].source != sources[ident]),
        stopped=tuple(known[ident].source for ident in sorted(known.keys() - sources.keys())),
        same=tuple(known[ident] for ident in both if known[ident].source == sources[ident]),
    )


def told(source: Source) -> Emit:
    """A source as it is read now."""
    return Emit(SOURCES, source.id, source, source.homepage)


def told_no_more(source: Source) -> Emit:
    """A source that is not read any more: what it was, without a feed."""
    return told(structs.replace(source, feeds=()))


def changes(differences: Differences, now: datetime) -> list[Remember]:
    """What to remember once the differences are told. Feeds of a changed source are read at once, as new."""
    news = (*differences.started, *differences.changed)
    kept = [Remember(KNOWN + each.id, msgspec.json.encode(Known(source=each, at=now))) for each in news]
    renewed = [Remember(feed_key(feed.url), None) for each in differences.changed for feed in each.feeds]
    return [*kept, *renewed, *(Remember(KNOWN + each.id, None) for each in differences.stopped)]
