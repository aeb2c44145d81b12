import io
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from schemas.codec import encode
from schemas.records import Copy, Credit, Place, Published
from schemas.topics import ARTICLES_ENRICHED
from services.store import parquet as ours
from services.store.found import Found
from services.store.parquet import COLUMNS, BadExport, as_parquet, parquet_row
from tests.unit.store.records import NOON, an_article, page


def found(name: str = "river", **changes: Any) -> Found:
    return Found(encode(ARTICLES_ENRICHED, an_article(name, **changes)), 3)


def read(pieces: Iterable[bytes]) -> Any:
    return parquet.read_table(io.BytesIO(b"".join(pieces)))


def published(value: str) -> Published:
    return Published(value=value, precision="minute", source="meta", confidence=1.0)


def test_a_row_has_every_column() -> None:
    assert tuple(parquet_row(an_article(), 3)) == COLUMNS
    assert tuple(read(as_parquet([])).column_names) == COLUMNS


def test_times_are_times_lists_are_lists_and_numbers_numbers() -> None:
    table = read(
        as_parquet(
            [
                found(
                    byline=("Ann Lee", "Bo; Dee"), published=published("2026-03-01T01:30:00+03:30"),
                    credits=(Credit(kind="agency", name="River Wire", text="(RW)"),), first_fetched_at=NOON,
                    places=(Place(id="place:c", name="C", country="IQ", lat=35.2, lon=45.9),),
                    copy_=Copy(verdict="reprint", score=0.25, of=page("lake"), of_publisher="Lake"),
                )
            ]
        )
    )  # fmt: skip
    (row,) = table.to_pylist()
    assert row["first_seen"] == NOON
    assert row["published_at"] == datetime(2026, 2, 28, 22, tzinfo=UTC)
    assert row["published_day"] == date(2026, 3, 1)  # as the page says
    assert row["byline"] == ["Ann Lee", "Bo; Dee"]
    assert row["credits"] == [{"kind": "agency", "name": "River Wire", "text": "(RW)"}]
    assert row["countries"] == [{"country": "IQ", "grade": 2, "score": 0.9}]
    assert row["topics"] == [{"id": "water", "name": "Water", "medtop": "20000441", "score": 0.7}]
    assert row["entities"] == [
        {"id": "place:halabja", "name": "Halabja", "type": "place", "wikidata": None, "mentions": 1}
    ]
    assert row["places"] == [{"id": "place:c", "name": "C", "country": "IQ", "lat": 35.2, "lon": 45.9}]
    assert (row["copy"], row["copy_of"], row["independent_sources"]) == ("reprint", page("lake"), 3)
    assert table.schema.field("first_seen").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("published_day").type == pa.date32()


@pytest.mark.parametrize(
    ("value", "day", "instant"),
    [
        ("2026-03", None, None),
        ("2026-03-01", date(2026, 3, 1), None),
        ("2026-03-01T08:00", date(2026, 3, 1), None),
        ("2026-02-31", None, None),
    ],
)
def test_a_date_is_not_more_precise_than_the_page(
    value: str, day: date | None, instant: datetime | None
) -> None:
    row = parquet_row(an_article(published=published(value)), 1)
    assert (row["published"], row["published_day"], row["published_at"]) == (value, day, instant)


def test_only_a_group_of_articles_is_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "TOGETHER", 2)
    asked: list[int] = []

    def articles() -> Iterator[Found]:
        for number in range(5):
            asked.append(number)
            yield found(f"page{number}")

    pieces = as_parquet(articles())
    first = next(pieces)
    assert (first[:4], asked) == (b"PAR1", [0, 1])
    whole = parquet.ParquetFile(io.BytesIO(first + b"".join(pieces)))
    assert [whole.metadata.row_group(group).num_rows for group in range(3)] == [2, 2, 1]
    assert whole.metadata.row_group(0).column(0).compression == "ZSTD"


def test_heavy_articles_close_a_group_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "HEAVY", 2500)
    whole = parquet.ParquetFile(io.BytesIO(b"".join(as_parquet([found(text="x" * 3000)] * 3))))
    assert whole.metadata.num_row_groups == 3


def test_without_pyarrow_one_line_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadExport, match=r"the extra `parquet`: .*requirements/parquet\.txt"):
        next(as_parquet([found()]))
