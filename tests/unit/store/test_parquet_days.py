import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import dataset

from schemas.codec import encode
from schemas.records import Published
from schemas.topics import ARTICLES_ENRICHED
from services.store.found import Found
from services.store.narrowing import UNNARROWED, Narrowed
from services.store.parquet import BadExport
from services.store.parquet_days import is_folder, write_days
from tests.unit.store.records import an_article, page


def found(day: str, name: str = "river") -> Found:
    stated = Published(value=day, precision="day", source="meta", confidence=1.0)
    return Found(encode(ARTICLES_ENRICHED, an_article(name, published=stated)), 1)


def kept(folder: Path) -> dict[str, list[str]]:
    """The pages of each day."""
    table = dataset.dataset(folder, partitioning=dataset.partitioning(flavor="hive")).to_table()
    days: dict[str, list[str]] = {}
    for row in table.to_pylist():
        days.setdefault(str(row["day"]), []).append(row["page_id"])
    return days


def write(folder: Path, *articles: Found, narrowed: Narrowed = UNNARROWED, typed: str = "dam") -> None:
    write_days(folder, articles, typed, narrowed)


def test_a_day_is_a_file_that_readers_of_partitions_find(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, found("2026-03-01"), found("2026-03-01T08:00Z", "lake"), found("2026-03-02", "dam"))
    assert kept(out) == {"2026-03-01": [page("river"), page("lake")], "2026-03-02": [page("dam")]}
    assert sorted(file.name for file in out.rglob("*") if file.is_file()) == [
        "_search.json", "articles.parquet", "articles.parquet",
    ]  # fmt: skip


def test_the_same_again_replaces_and_a_day_without_articles_goes(tmp_path: Path) -> None:
    write(tmp_path, found("2026-03"), found("2026-03-01"), found("2026-03-02", "lake"))
    write(tmp_path, found("2026-03"), found("2026-03-02", "dam"))
    assert kept(tmp_path) == {"2026-03": [page("river")], "2026-03-02": [page("dam")]}
    assert not (tmp_path / "day=2026-03-01").exists()


def test_what_others_put_beside_a_file_stays(tmp_path: Path) -> None:
    write(tmp_path, found("2026-03-01"))
    (tmp_path / "day=2026-03-01" / "notes.txt").write_text("mine")
    write(tmp_path)
    assert [file.name for file in tmp_path.glob("day=*/*")] == ["notes.txt"]


def test_days_that_were_not_asked_for_stay(tmp_path: Path) -> None:
    write(tmp_path, *(found(day) for day in ("2026-01", "2026-02", "2026-02-27", "2026-03-01", "2026-03-02")))
    write(tmp_path, narrowed=Narrowed(since="2026-02-28", until="2026-03-01"))
    assert list(kept(tmp_path)) == ["2026-01", "2026-02-27", "2026-03-02"]  # that of February was asked for


@pytest.mark.parametrize(
    "other",
    [{"typed": "river"}, {"narrowed": Narrowed(country="IQ")}, {"narrowed": Narrowed(family="tigris")}],
)
def test_another_search_does_not_touch_what_is_there(tmp_path: Path, other: dict[str, Any]) -> None:
    write(tmp_path, found("2026-03-01"))
    with pytest.raises(BadExport, match="holds another export"):
        write(tmp_path, **other)
    assert kept(tmp_path) == {"2026-03-01": [page("river")]}


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "day=2026-03-01").mkdir()
    with pytest.raises(BadExport, match="holds other files"):
        write(tmp_path, found("2026-03-01"))
    assert [each.name for each in tmp_path.iterdir()] == ["day=2026-03-01"]


def test_a_failure_leaves_every_file_whole_and_removes_none(tmp_path: Path) -> None:
    write(tmp_path, found("2026-03-01"), found("2026-03-02"), found("2026-03-03"))

    def broken() -> Iterator[Found]:
        yield found("2026-03-01", "lake")
        yield found("2026-03-02", "lake")
        raise OSError("the store went away")

    with pytest.raises(OSError, match="went away"):
        write_days(tmp_path, broken(), "dam", UNNARROWED)
    assert kept(tmp_path) == {
        "2026-03-01": [page("lake")], "2026-03-02": [page("river")], "2026-03-03": [page("river")],
    }  # fmt: skip


def test_what_a_page_calls_its_day_leads_out_of_no_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, found("../../x"))
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert [each.name for each in out.glob("day=*")] == ["day=..%2F..%2Fx"]
    write(out)
    assert not list(out.glob("day=*"))


def test_days_are_not_sorted_by_relevance(tmp_path: Path) -> None:
    with pytest.raises(BadExport, match="leave --sort best out"):
        write_days(tmp_path, (), "dam", UNNARROWED, "best")


@pytest.mark.parametrize(("name", "folder"), [("a.parquet", False), ("a", True), ("there.parquet", True)])
def test_a_file_is_named_as_one(tmp_path: Path, name: str, folder: bool) -> None:
    (tmp_path / "there.parquet").mkdir()
    assert is_folder(tmp_path / name) is folder


def test_without_pyarrow_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadExport, match="needs pyarrow"):
        write(tmp_path / "out", found("2026-03-01"))
    assert not list(tmp_path.iterdir())
