"""Freshness on the delivery side."""

import re
from datetime import timedelta

import msgspec
import pytest

from schemas.records import Feed, Source
from services.runtime.metrics import Metrics
from services.store.delivered import Delivered
from services.store.endings import Ending, Lately
from services.store.freshness import LEAST, Brought, SourceAge, everybody, families
from tests.clock import START, FakeClock
from tests.unit.store.records import a_fate, a_story, an_article, row

FEEDS = (Feed(url="https://f.example/rss", kind="feed"),)
SOURCES = {
    "tigris-post": Source(
        id="tigris-post", name="T", homepage="https://t.example/", family="Tigris House", feeds=FEEDS
    ),
    "basra-ledger": Source(id="basra-ledger", name="B", homepage="https://b.example/", feeds=FEEDS),
    "quiet-radio": Source(id="quiet-radio", name="Q", homepage="https://q.example/", feeds=FEEDS),
}
NEWEST = "sirwan_newest_article_timestamp_seconds"


class Desk:
    def __init__(self) -> None:
        self.metrics, self.clock, self.sources = Metrics(), FakeClock(), dict(SOURCES)
        self.delivered = Delivered(self.metrics, self.clock, self.sources)

    def article(self, minutes_ago: float, source_id: str | None = "tigris-post", version: int = 1) -> None:
        at = START - timedelta(minutes=minutes_ago)
        self.delivered.committed([row(an_article(source_id=source_id, fetched_at=at, version=version))])

    def read_again(self, minutes_ago: float, first_minutes_ago: float, version: int = 2) -> None:
        """Of `tigris-post`."""
        at, first = (START - timedelta(minutes=minutes) for minutes in (minutes_ago, first_minutes_ago))
        article = an_article(
            source_id="tigris-post", fetched_at=at, first_fetched_at=first, lane="revisit", version=version
        )
        self.delivered.committed([row(article)])

    def newest(self, family: str, source: str) -> float:
        """Minutes ago."""
        self.delivered.show()
        at = self.metrics.value(NEWEST, family=family, source=source)
        return (START.timestamp() - at) / 60


def brought(minutes_ago: float, hours: float = 0, arrivals: int = 1) -> Brought:
    """Something that came for so many hours, the last so many minutes ago."""
    newest = START - timedelta(minutes=minutes_ago)
    return Brought(
        articles=2 * arrivals, arrivals=arrivals, oldest=newest - timedelta(hours=hours), newest=newest
    )


def an_age(
    source_id: str, oldest: float | None, newest: float | None, arrivals: int, family: str | None = None
) -> SourceAge:
    """The same as status reads it; minutes ago."""
    first, last = (
        START - timedelta(minutes=minutes) if minutes is not None else None for minutes in (oldest, newest)
    )
    return SourceAge(
        source_id=source_id, name=None, family=family, articles=arrivals, arrivals=arrivals,
        oldest=first, newest=last, seen_at=START, feeds=1,
    )  # fmt: skip


def limits(desk: Desk, metric: str) -> dict[str, float]:
    """By source, or by owner."""
    lines = [
        line for line in desk.metrics.exposition().decode().splitlines() if line.startswith(metric + "{")
    ]
    return {re.findall('"(.+?)"', line)[-1]: float(line.split()[-1]) for line in lines}


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
    desk.delivered.found({"tigris-post": brought(90), "gone": brought(5)}, {})
    assert desk.newest("Tigris House", "tigris-post") == 90
    assert desk.newest("unknown", "unknown") == 5
    desk.article(3)
    assert desk.newest("Tigris House", "tigris-post") == 3


def test_what_came_since_the_database_was_read_stays_the_newest() -> None:
    desk = Desk()
    desk.article(3)
    desk.delivered.found({"tigris-post": brought(90)}, {})
    assert desk.newest("Tigris House", "tigris-post") == 3


def test_the_limits_for_silence_are_those_of_status() -> None:
    """Every one that the alerts compare with is the one that `sirwan status` reckons from the same rows."""
    desk = Desk()
    desk.delivered.found({"tigris-post": brought(9, hours=90, arrivals=31), "basra-ledger": brought(60)}, {})
    desk.delivered.show()
    ages = [
        an_age("tigris-post", 90 * 60 + 9, 9, arrivals=31, family="Tigris House"),
        an_age("basra-ledger", 60, 60, arrivals=1),
        an_age("quiet-radio", None, None, arrivals=0),
    ]
    together = everybody(ages)
    assert together is not None
    assert desk.metrics.value("sirwan_silence_limit_seconds") == together.limit
    (tigris, basra) = families(ages)
    assert limits(desk, "sirwan_owner_silence_limit_seconds") == {"Tigris House": tigris.limit}
    assert tigris.limit == 30 * 3600
    assert limits(desk, "sirwan_source_silence_limit_seconds") == {
        "tigris-post": tigris.limit,
        "basra-ledger": basra.limit,
    }


def test_the_very_first_article_is_waited_for_as_status_waits() -> None:
    desk = Desk()
    desk.delivered.show()
    assert desk.metrics.value("sirwan_silence_limit_seconds") == LEAST.total_seconds()


def test_every_source_that_is_read_has_one_state_with_its_reason() -> None:
    desk = Desk()
    desk.delivered.show()
    assert not states(desk), "nothing is known before the database was looked at"
    ways = [("fetcher", "http-client-error", 8), ("extractor", "made-up-by-a-message", 2)]
    lately = {name: Lately(seen_at=START - timedelta(days=9)) for name in desk.sources}
    lately["basra-ledger"] = lately_refused(*ways)
    lately["not-in-a-file"] = lately_refused(*ways)
    desk.delivered.found({"tigris-post": brought(9), "basra-ledger": brought(9)}, lately)
    desk.delivered.show()
    assert states(desk) == {
        ("basra-ledger", "pages-failing", "http-client-error"),
        ("quiet-radio", "never", "no-article"),
        ("tigris-post", "ok", "ok"),
    }
    desk.article(0, "quiet-radio")
    desk.delivered.found({}, lately | {"basra-ledger": lately_refused(*reversed(ways))})
    desk.delivered.show()
    assert states(desk) == {
        ("basra-ledger", "pages-failing", "unknown"),  # what a message says is no label
        ("quiet-radio", "ok", "ok"),
        ("tigris-post", "ok", "ok"),
    }


def lately_refused(*ways: tuple[str, str, int]) -> Lately:
    """Pages that were refused: stage, reason, how many."""
    endings = tuple(
        Ending(stage=stage, fate="skipped", reason=reason, pages=pages, first_at=START, last_at=START)
        for stage, reason, pages in ways
    )
    return Lately(seen_at=START - timedelta(days=9), endings=endings)


def states(desk: Desk) -> set[tuple[str, ...]]:
    """Source, state and reason."""
    lines = desk.metrics.exposition().decode().splitlines()
    found = [dict(re.findall(r'(\w+)="(.+?)"', line)) for line in lines if line.startswith("sirwan_sources{")]
    return {(each["source"], each["state"], each["reason"]) for each in found}


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


@pytest.mark.parametrize("version", [1, 2])
def test_an_old_page_that_is_read_again_is_neither_news_nor_a_delay(version: int) -> None:
    """Version 1: it was not relevant when it was first read."""
    desk = Desk()
    desk.article(300)
    desk.read_again(1, first_minutes_ago=9000, version=version)
    assert desk.newest("Tigris House", "tigris-post") == 300
    assert b"sirwan_article_age_seconds_count 1.0" in desk.metrics.exposition()
