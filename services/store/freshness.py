"""How fresh each owner's news is, and which sources are silent. Pure.

How long is too long depends on whom we wait for: a wire that brings ten articles an hour is missed after
hours, a monthly after months. So each is measured against its own habit. `sirwan status` and the alerts of
Prometheus take the limits from here, the latter as gauges of the store.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

LEAST = timedelta(hours=3)  # nobody is missed before
GAPS = 10  # times its usual gap between two arrivals: by chance alone 1 gap in 22,000 is as long (e^10)
HABIT = 5  # arrivals that make a habit
KNOWN = timedelta(days=1)  # and so long from the first to the last: a feed first read brings its past at once
NO_HABIT = timedelta(days=3)  # for who has shown less; then it is shown as silent, and is no alarm

BROUGHT = """
SELECT source_id, count(*) AS articles, count(DISTINCT {moment}) AS arrivals,
       min(fetched_at) AS oldest, max(fetched_at) AS newest
  FROM articles WHERE source_id IS NOT NULL GROUP BY source_id
"""
"""What has come of each source. What came in the same ten minutes is one arrival: a poll brings several."""


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What has come of one source, or of several together."""

    articles: int
    arrivals: int  # moments at which any came
    oldest: datetime  # both as they were fetched
    newest: datetime


class SourceAge(msgspec.Struct, frozen=True, kw_only=True):
    """A source and its oldest and newest enriched article, as they were fetched; None for a silent one."""

    source_id: str
    name: str | None
    family: str | None
    articles: int
    arrivals: int  # as in Brought
    oldest: datetime | None
    newest: datetime | None
    seen_at: datetime | None  # since when it is read as it is now; None for one that we do not know
    feeds: int  # lists that are read; 0 for a source that is known and not read


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """The newest article of an owner (or of everybody), and how old it may become before it is missed."""

    family: str
    sources: tuple[str, ...]  # their names
    articles: int
    newest: datetime
    limit: float  # seconds
    habit: bool  # whether the limit is its own; else it is NO_HABIT


class Silent(msgspec.Struct, frozen=True, kw_only=True):
    """A source that is read and brings nothing."""

    source_id: str
    name: str
    family: str
    since: datetime  # of its newest article; where it never had one, since it is read as it is now
    never: bool


def families(sources: Iterable[SourceAge]) -> tuple[Age, ...]:
    """The owners that have brought something and are still read, freshest first.

    A source without an owner is its own.
    """
    owners: dict[str, list[SourceAge]] = {}
    for source in sources:
        owners.setdefault(source.family or source.source_id, []).append(source)
    ages = (age_of(family, members) for family, members in owners.items() if any(m.feeds for m in members))
    return tuple(sorted((age for age in ages if age), key=lambda age: age.newest, reverse=True))


def everybody(sources: Iterable[SourceAge]) -> Age | None:
    """All that are read as one; None where none has brought anything.

    Together they have a habit from the first hour on.
    """
    return age_of("", [source for source in sources if source.feeds], known=timedelta())


def age_of(family: str, members: Sequence[SourceAge], known: timedelta = KNOWN) -> Age | None:
    """All of them as one; None where none has brought anything."""
    newest = [member.newest for member in members if member.newest]
    oldest = [member.oldest for member in members if member.oldest]
    if not newest or not oldest:
        return None
    brought = Brought(
        articles=sum(member.articles for member in members),
        arrivals=sum(member.arrivals for member in members),
        oldest=min(oldest),
        newest=max(newest),
    )
    usual = patience(brought, known)
    return Age(
        family=family,
        sources=tuple(member.name or member.source_id for member in members),
        articles=brought.articles,
        newest=brought.newest,
        limit=(usual or NO_HABIT).total_seconds(),
        habit=usual is not None,
    )


def patience(brought: Brought, known: timedelta = KNOWN) -> timedelta | None:
    """How long to wait for the next arrival before it is missed; None while there is no habit."""
    seen = brought.newest - brought.oldest
    if brought.arrivals < HABIT or seen < known:
        return None
    return max(LEAST, seen / (brought.arrivals - 1) * GAPS)


def silent(sources: Iterable[SourceAge], now: datetime) -> tuple[Silent, ...]:
    """The sources that are read and have brought nothing yet, or not for longer than usual; longest first."""
    found = (_silence(source, now) for source in sources if source.feeds)
    return tuple(sorted((each for each in found if each), key=lambda each: each.since))


def _silence(source: SourceAge, now: datetime) -> Silent | None:
    age = age_of(source.source_id, [source])
    if age is not None and (now - age.newest).total_seconds() <= age.limit:
        return None
    return Silent(
        source_id=source.source_id,
        name=source.name or source.source_id,
        family=source.family or source.source_id,
        since=age.newest if age else source.seen_at or now,
        never=age is None,
    )
