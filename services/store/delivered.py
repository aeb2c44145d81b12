"""What the metrics say of delivery: rows committed, how long articles took, how fresh each source is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.records import Source
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.store.tables import ARTICLES, Row

UNKNOWN = "unknown"
"""Owner and source of what no source file names; what a message says is never a label by itself."""


class Delivered:
    """Told of every commit."""

    def __init__(self, metrics: Metrics, clock: Clock, sources: Mapping[str, Source]) -> None:
        self._metrics = metrics
        self._clock = clock
        self._sources = sources
        self._newest: dict[str, datetime] = {}

    def found(self, newest: Mapping[str, datetime]) -> None:
        """What the database holds at the start: when the newest article of each source was fetched."""
        for source_id, fetched_at in newest.items():
            self._note(source_id, fetched_at)

    def show(self) -> None:
        """Show how fresh each owner and source is, by the list of this moment."""
        shown: dict[tuple[str, ...], float] = {}
        for source_id, newest in self._newest.items():
            source = self._sources.get(source_id)
            whose = (source.family or source.id, source.id) if source else (UNKNOWN, UNKNOWN)
            shown[whose] = max(shown.get(whose, 0.0), newest.timestamp())
        self._metrics.show("sirwan_newest_article_timestamp_seconds", shown)

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
        self._note(str(article["source_id"]), fetched_at)
        if article["version"] == 1:  # a later version may be the old page with a new verdict
            age = (self._clock.now() - fetched_at).total_seconds()
            self._metrics.observe("sirwan_article_age_seconds", max(age, 0.0))

    def _note(self, source_id: str, fetched_at: datetime) -> None:
        # Ids come from messages, so only those that a source file has named are remembered one by one.
        known = source_id if source_id in self._sources else UNKNOWN
        self._newest[known] = max(self._newest.get(known, fetched_at), fetched_at)
