import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.stage import Transient
from services.store.migrate import MigrationRefused, known_migrations
from services.store.sqlite import SqliteSink
from services.store.sqlite_file import bound, open_for_writing
from services.store.tables import FATES
from tests.unit.store.records import a_fate, an_article, row


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
async def sink(path: Path) -> AsyncIterator[SqliteSink]:
    sink = SqliteSink(path, patience=0.05)
    await sink.open()
    yield sink
    await sink.close()


async def ask(sink: SqliteSink, statement: str) -> tuple[Any, ...]:
    """One row, on the connection of the sink itself."""

    def work() -> tuple[Any, ...]:
        assert sink._db is not None
        return tuple(sink._db.execute(statement).fetchone())

    return await sink._in_thread(work)


def found(path: Path, words: str) -> int:
    with closing(sqlite3.connect(path)) as db:
        (count,) = db.execute("SELECT count(*) FROM search WHERE search MATCH ?", (words,)).fetchone()
        db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        return int(count)


async def test_the_search_index_follows_the_text(path: Path, sink: SqliteSink) -> None:
    await sink.write([row(an_article(text="The dam stands."))])
    assert (found(path, "dam"), found(path, "bridge")) == (1, 0)
    await sink.write([row(an_article(version=3, text="The bridge stands."))])
    assert (found(path, "dam"), found(path, "bridge")) == (0, 1)
    await sink.write([row(an_article(version=2, text="The dam stands."))])
    assert (found(path, "dam"), found(path, "bridge")) == (0, 1)


async def test_the_search_index_is_left_alone_while_the_text_stays(path: Path, sink: SqliteSink) -> None:
    await sink.write([row(an_article())])
    with closing(sqlite3.connect(path)) as db:
        before = db.execute("SELECT * FROM search_data").fetchall()
    await sink.write([row(an_article(version=2, status="withheld"))])
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM search_data").fetchall() == before
        assert db.execute("SELECT status FROM articles").fetchone() == ("withheld",)


async def test_a_full_volume_refuses_and_the_same_batch_passes_once_there_is_room(
    path: Path, sink: SqliteSink
) -> None:
    rows = [row(an_article(str(number), text="word " * 500)) for number in range(200)]
    (pages,) = await ask(sink, "PRAGMA page_count")
    await ask(sink, f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Transient, match="make room on the volume"):
        await sink.write(rows)
    await ask(sink, "PRAGMA max_page_count = 100000")
    await sink.write(rows)
    assert found(path, "word") == 200


async def test_a_commit_is_on_the_disk_before_it_is_acknowledged(sink: SqliteSink) -> None:
    assert await ask(sink, "PRAGMA synchronous") == (2,)  # FULL
    assert await ask(sink, "PRAGMA journal_mode") == ("wal",)


def test_a_file_that_is_no_database_is_refused_by_name(path: Path) -> None:
    path.write_bytes(b"a diary, perhaps" * 100)
    with pytest.raises(Transient, match=r"store\.db: file is not a database; it is some other file"):
        open_for_writing(path, 1.0)
    assert path.read_bytes() == b"a diary, perhaps" * 100


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE migrations SET sha256 = 'x' WHERE number = 1", "was changed after"),
        ("INSERT INTO migrations (number, name, sha256) VALUES (99, 'later', 'x')", "use a newer release"),
    ],
    ids=["a changed migration", "a database of a newer release"],
)
def test_a_layout_that_does_not_fit_is_refused_and_left_alone(path: Path, change: str, why: str) -> None:
    open_for_writing(path, 1.0).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(change)
    before = path.read_bytes()
    with pytest.raises(MigrationRefused, match=why):
        open_for_writing(path, 1.0)
    assert path.read_bytes() == before


async def test_what_an_older_release_journaled_is_kept_and_is_of_no_source(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, older = known_migrations("sqlite"), row(a_fate("before"))
    monkeypatch.setattr("services.store.sqlite_file.known_migrations", lambda _: known[:2])
    with closing(open_for_writing(path, 1.0)) as db, db:
        names = FATES.columns[:-1]
        marks = ", ".join("?" * len(names))
        quoted = ", ".join(f'"{name}"' for name in names)
        db.execute(f"INSERT INTO fates ({quoted}) VALUES ({marks})", bound(older.values[:-1]))  # noqa: S608 - names from tables.py
    monkeypatch.undo()
    sink = SqliteSink(path)
    await sink.open()
    await sink.write([older, row(a_fate("after", source_id="river-post"))])
    assert await ask(sink, "SELECT count(*), count(source_id), max(source_id) FROM fates") == (
        2,
        1,
        "river-post",
    )
    await sink.close()


async def test_a_migration_that_fails_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.store import sqlite_file
    from services.store.migrate import Migration

    broken = Migration(1, "0001_start.sql", "CREATE TABLE a (b);\nCREATE TABLE a (c);\n")
    monkeypatch.setattr(sqlite_file, "known_migrations", lambda _engine: (broken,))
    with pytest.raises(Transient, match="table a already exists"):
        open_for_writing(path, 1.0)
    monkeypatch.undo()
    open_for_writing(path, 1.0).close()


async def test_a_sink_whose_caller_gave_up_on_opening_can_still_be_closed(path: Path) -> None:
    sink = SqliteSink(path)
    opening = asyncio.create_task(sink.open())
    await asyncio.sleep(0)
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    await sink.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)  # nobody else has it open
