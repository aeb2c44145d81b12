"""What the metrics say of delivery: rows committed, how long articles took, how fresh each source is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from schemas.records import Source
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.runtime.reasons import READ, REASONS
from services.store.endings import Lately
from services.store.freshness import LEAST, Brought, SourceAge, age_of, everybody, families
from services.store.standing import standing
from services.store.tables import ARTICLES, Row

UNKNOWN = "unknown"
"""Owner and source of what no source file names; what a message says is never a label by itself."""


class _Visited(msgspec.Struct):
    first_fetched_at: datetime | None = None


_VISITED = msgspec.json.Decoder(_Visited)


class Delivered:
    """Told of every commit, and now and then of what the database holds."""

    def __init__(self, metrics: Metrics, clock: Clock, sources: Mapping[str, Source]) -> None:
        self._metrics = metrics
        self._clock = clock
        self._sources = sources
        self._brought: dict[str, Brought] = {}
        self._lately: Mapping[str, Lately] | None = None

    def found(self, brought: Mapping[str, Brought], lately: Mapping[str, Lately]) -> None:
        """What the database holds: habits are reckoned from it. What was committed since stays the newest."""
        self._lately = lately
        before, self._brought = self._brought, {}
        for source_id, each in brought.items():
            known = self._known(source_id)
            newest = max(each.newest, self._newest(known, each.newest))
            self._brought[known] = msgspec.structs.replace(each, newest=newest)
        for known, each in before.items():
            self._note(known, each.newest)

    def show(self) -> None:
        """Show how fresh each owner and source is, and how long they may be silent, by the list of now."""
        shown: dict[tuple[str, ...], float] = {}
        for source_id, brought in self._brought.items():
            source = self._sources.get(source_id)
            whose = (source.family or source.id, source.id) if source else (UNKNOWN, UNKNOWN)
            shown[whose] = max(shown.get(whose, 0.0), brought.newest.timestamp())
        self._metrics.show("sirwan_newest_article_timestamp_seconds", shown)
        ages = [self._age(source) for source in self._sources.values()]
        self._show_limits(ages)
        if self._lately is not None:  # else nothing is known yet, and nobody is called new
            self._show_states([age for age in ages if age.feeds], self._lately)

    def _show_states(self, read: Sequence[SourceAge], lately: Mapping[str, Lately]) -> None:
        now = self._clock.now()
        states = [standing(source, lately.get(source.source_id), READ, now) for source in read]
        shown: dict[tuple[str, ...], float] = {
            (each.source_id, each.state, _known_reason(each.reason)): 1 for each in states
        }
        self._metrics.show("sirwan_sources", shown)

    def _show_limits(self, sources: Sequence[SourceAge]) -> None:
        read = [source for source in sources if source.feeds]
        ages = {(each.family or each.source_id, each.source_id): age_of("", [each]) for each in read}
        owners: dict[tuple[str, ...], float] = {
            (age.family,): age.limit for age in families(sources) if age.habit
        }
        together = everybody(sources)
        self._metrics.show(
            "sirwan_source_silence_limit_seconds", {whose: age.limit for whose, age in ages.items() if age}
        )
        self._metrics.show("sirwan_owner_silence_limit_seconds", owners)
        limit = together.limit if together else LEAST.total_seconds()
        self._metrics.set("sirwan_silence_limit_seconds", limit)

    def committed(self, rows: Sequence[Row]) -> None:
        """These rows are in the database now."""
        for row in rows:
            self._metrics.count("sirwan_store_rows_total", table=row.table.name)
            if row.table is ARTICLES:
                self._article(dict(zip(row.table.columns, row.values, strict=True)))

    def _article(self, article: Mapping[str, object]) -> None:
        fetched_at = article["fetched_at"]
        if not isinstance(fetched_at, datetime):
            raise TypeError(f"fetched_at of an article is {fetched_at!r}")
        self._note(self._known(str(article["source_id"])), fetched_at)
        # A later version may be the old page with a new verdict; and one read again came days after its page.
        if article["version"] == 1 and not _read_again(article["record"]):
            age = (self._clock.now() - fetched_at).total_seconds()
            self._metrics.observe("sirwan_article_age_seconds", max(age, 0.0))

    def _known(self, source_id: str) -> str:
        # Ids come from messages, so only those that a source file has named are remembered one by one.
        return source_id if source_id in self._sources else UNKNOWN

    def _newest(self, known: str, otherwise: datetime) -> datetime:
        return self._brought[known].newest if known in self._brought else otherwise

    def _note(self, known: str, at: datetime) -> None:
        first = Brought(articles=1, arrivals=1, oldest=at, newest=at)
        brought = self._brought.get(known, first)
        self._brought[known] = msgspec.structs.replace(brought, newest=max(brought.newest, at))

    def _age(self, source: Source) -> SourceAge:
        brought = self._brought.get(source.id)
        return SourceAge(
            source_id=source.id,
            name=source.name,
            family=source.family,
            articles=brought.articles if brought else 0,
            arrivals=brought.arrivals if brought else 0,
            oldest=brought.oldest if brought else None,
            newest=brought.newest if brought else None,
            seen_at=None,
            feeds=len(source.feeds),
        )


def _known_reason(reason: str) -> str:
    """A reason as a label: those of a fate come from messages too."""
    return reason if reason == "ok" or reason in REASONS else UNKNOWN


def _read_again(record: object) -> bool:
    return isinstance(record, bytes) and _VISITED.decode(record).first_fetched_at is not None
