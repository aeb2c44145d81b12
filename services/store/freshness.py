"""How fresh each owner's news is, and which sources are silent. Pure.

How long is too long depends on whom we wait for: a wire that brings ten articles an hour is missed after
hours, a monthly after months. So each is measured against its own habit.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

LEAST = timedelta(hours=3)  # nobody is missed before
GAPS = 10  # times its usual gap between two articles: by chance alone 1 gap in 22,000 is as long (e^10)
HABIT = 5  # articles that make a habit
NO_HABIT = timedelta(days=3)  # for who has shown fewer


class SourceAge(msgspec.Struct, frozen=True, kw_only=True):
    """A source and its oldest and newest enriched article, as they were fetched; None for a silent one."""

    source_id: str
    name: str | None
    family: str | None
    articles: int
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


def age_of(family: str, members: Sequence[SourceAge]) -> Age | None:
    """All of them as one; None where none has brought anything."""
    newest = [member.newest for member in members if member.newest]
    oldest = [member.oldest for member in members if member.oldest]
    if not newest or not oldest:
        return None
    articles = sum(member.articles for member in members)
    limit = patience(articles, min(oldest), max(newest)).total_seconds()
    names = tuple(member.name or member.source_id for member in members)
    return Age(family=family, sources=names, articles=articles, newest=max(newest), limit=limit)


def patience(articles: int, oldest: datetime, newest: datetime) -> timedelta:
    """How long to wait for the next article before it is missed."""
    if articles < HABIT:
        return NO_HABIT
    return max(LEAST, (newest - oldest) / (articles - 1) * GAPS)


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
