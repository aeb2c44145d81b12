"""What became of each page: the newest journey counts."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.records import Fate, Position
from services.store.outcomes import outcomes, without_end
from services.store.rows import Delivery, row_of
from services.store.sqlite import SqliteSink

AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
PAGE = "a" * 64


def a_fate(stage: str, fate: str, after: float, offset: int = 0, seconds: float = 0.1) -> Fate:
    return Fate(
        page_id=PAGE, stage=stage, fate=fate, reason="ok" if fate == "done" else "gone",
        at=AT + timedelta(seconds=after), seconds=seconds,
        from_=Position(topic=f"{stage}.v1", partition=0, offset=offset),
    )  # fmt: skip


def write(path: Path, *fates: Fate) -> None:
    async def put() -> None:
        sink = SqliteSink(path)
        await sink.open()
        await sink.write([row_of(each, Delivery(b"{}", "http://t.example/a", "")) for each in fates])
        await sink.close()

    asyncio.run(put())


@pytest.mark.parametrize(
    ("fates", "last"),
    [
        ([a_fate("fetcher", "done", 1), a_fate("extractor", "skipped", 2)], ("extractor", "skipped")),
        # the fetcher's own fate may be stamped after the extractor's: it is still the same journey
        ([a_fate("extractor", "skipped", 2), a_fate("fetcher", "done", 2.05)], ("extractor", "skipped")),
        ([a_fate("fetcher", "done", 1), a_fate("store", "done", 3)], ("store", "stored")),
        # fetched again a day later, and gone: that is what became of it
        ([a_fate("store", "done", 3), a_fate("fetcher", "skipped", 86400, offset=1)], ("fetcher", "skipped")),
    ],
)
def test_the_last_fate_of_the_newest_journey_counts(tmp_path: Path, fates: list[Fate], last: Any) -> None:
    write(tmp_path / "s.db", *fates)
    (found,) = outcomes(tmp_path / "s.db")
    assert (found.stage, found.fate) == last


@pytest.mark.parametrize(
    ("fates", "ended"),
    [
        ([a_fate("fetcher", "done", 1), a_fate("extractor", "done", 2)], False),
        ([a_fate("fetcher", "skipped", 1)], True),
        ([a_fate("store", "done", 1)], True),
    ],
)
def test_a_page_has_an_end_when_it_is_stored_skipped_or_dead(
    tmp_path: Path, fates: list[Fate], ended: bool
) -> None:
    write(tmp_path / "s.db", *fates)
    assert (without_end(tmp_path / "s.db", [PAGE]) == ()) is ended
