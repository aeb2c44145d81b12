"""Freshness on the delivery side."""

from datetime import timedelta

import msgspec
import pytest

from schemas.records import Source
from services.runtime.metrics import Metrics
from services.store.delivered import Delivered
from tests.clock import START, FakeClock
from tests.unit.store.records import a_fate, a_story, an_article, row

SOURCES = {
    "tigris-post": Source(id="tigris-post", name="T", homepage="https://t.example/", family="Tigris House"),
    "basra-ledger": Source(id="basra-ledger", name="B", homepage="https://b.example/"),
}
NEWEST = "sirwan_newest_article_timestamp_seconds"


class Desk:
    def __init__(self) -> None:
        self.metrics, self.clock, self.sources = Metrics(), FakeClock(), dict(SOURCES)
        self.delivered = Delivered(self.metrics, self.clock, self.sources)

    def article(self, minutes_ago: float, source_id: str | None = "tigris-post", version: int = 1) -> None:
        at = START - timedelta(minutes=minutes_ago)
        self.delivered.committed([row(an_article(source_id=source_id, fetched_at=at, version=version))])

    def newest(self, family: str, source: str) -> float:
        """Minutes ago."""
        self.delivered.show()
        at = self.metrics.value(NEWEST, family=family, source=source)
        return (START.timestamp() - at) / 60


def test_rows_are_counted_by_table() -> None:
    desk = Desk()
    desk.delivered.committed([row(an_article()), row(a_story()), row(a_fate()), row(a_fate())])
    counted = [
        desk.metrics.value("sirwan_store_rows_total", table=name) for name in ("articles", "stories", "fates")
    ]
    assert counted == [1, 1, 2]


@pytest.mark.parametrize(
    ("source_id", "family", "source"),
    [
        ("tigris-post", "Tigris House", "tigris-post"),
        ("basra-ledger", "basra-ledger", "basra-ledger"),  # an owner of its own
        ("made-up-by-a-message", "unknown", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_the_newest_article_is_known_by_owner_and_source(
    source_id: str | None, family: str, source: str
) -> None:
    desk = Desk()
    desk.article(30, source_id)
    assert desk.newest(family, source) == 30


def test_an_older_article_that_comes_later_is_not_the_newest() -> None:
    desk = Desk()
    for minutes in (30, 10, 20):
        desk.article(minutes)
    assert desk.newest("Tigris House", "tigris-post") == 10


def test_after_a_restart_the_database_says_what_was_newest() -> None:
    desk = Desk()
    desk.delivered.found({"tigris-post": START - timedelta(minutes=90), "gone": START - timedelta(minutes=5)})
    assert desk.newest("Tigris House", "tigris-post") == 90
    assert desk.newest("unknown", "unknown") == 5
    desk.article(3)
    assert desk.newest("Tigris House", "tigris-post") == 3


def test_a_source_that_is_gone_or_sold_is_shown_as_the_list_has_it_now() -> None:
    desk = Desk()
    desk.article(30, "tigris-post")
    desk.article(20, "basra-ledger")
    assert desk.newest("Tigris House", "tigris-post") == 30
    del desk.sources["tigris-post"]
    desk.sources["basra-ledger"] = msgspec.structs.replace(SOURCES["basra-ledger"], family="Shatt")
    assert desk.newest("Shatt", "basra-ledger") == 20
    said = [line for line in desk.metrics.exposition().decode().splitlines() if line.startswith(NEWEST)]
    assert [line.split("} ")[0] for line in said] == [
        f'{NEWEST}{{family="unknown",source="unknown"',
        f'{NEWEST}{{family="Shatt",source="basra-ledger"',
    ]


def test_the_age_is_from_fetched_to_committed_and_counts_each_article_once() -> None:
    desk = Desk()
    desk.article(2)
    desk.article(5000, version=2)  # an old page whose verdict changed
    assert desk.metrics.value("sirwan_article_age_seconds_count") == 1
    assert desk.metrics.value("sirwan_article_age_seconds_sum") == 120
