"""The contract of a sink (services/store/sink.py), the same for every database."""

import asyncio
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from msgspec import structs
from rich.console import Console

from schemas.codec import decode
from schemas.records import Disagreement, Position, Saying, Span, StatedValue
from schemas.topics import STORIES
from services.runtime.place import Place, Server
from services.stage import Poison, Transient
from services.store.dialect import POSTGRES, SQLITE
from services.store.endings import LAST, LATELY, Ending, Lately
from services.store.freshness import Brought
from services.store.narrowing import Narrowed
from services.store.postgres import PostgresSink
from services.store.search import search
from services.store.sink import Sink
from services.store.sqlite import SqliteSink
from services.store.tables import ARTICLES, Row, Value
from services.store.trace import trace
from services.store.view import print_trace
from tests.postgres import asked, session, told
from tests.unit.store.records import NOON, a_dead_letter, a_fate, a_source, a_story, an_article, page, row

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
BATCH = 40
NOBODY = 65534


class Database(Protocol):
    """A database under test, seen from beside the sink."""

    @property
    def place(self) -> Place:
        """Where a reader finds it."""

    def sink(self) -> Sink:
        """A sink on it, not yet open."""

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows, on a connection of its own."""

    def explained(self, query: str, moment: datetime) -> str:
        """How it would find the rows of a query, whose one value is a time."""

    def locked(self) -> AbstractContextManager[None]:
        """A context in which somebody else holds the database against writers."""

    def nowhere(self) -> tuple[Sink, str]:
        """A sink on a database that does not exist, and the words that name it."""

    def read_only(self) -> AbstractContextManager[None]:
        """A context in which nobody can write it."""

    def writer(self) -> list[str]:
        """The command of a process that writes batches of BATCH fates for ever; see `write_for_ever`."""


@dataclass(frozen=True)
class Sqlite:
    path: Path

    @property
    def place(self) -> Place:
        return self.path

    def sink(self) -> Sink:
        return SqliteSink(self.path, patience=0.05)

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(statement, values).fetchall()

    def explained(self, query: str, moment: datetime) -> str:
        return str(
            self.read(f"EXPLAIN QUERY PLAN {query.format_map(SQLITE).replace('$1', '?')}", str(moment))
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                db.execute("ROLLBACK")

    def nowhere(self) -> tuple[Sink, str]:
        path = self.path.parent / "no-such-folder" / "store.db"
        return SqliteSink(path), f"{path}: unable to open database file; see that its folder exists"

    @contextmanager
    def read_only(self) -> Iterator[None]:
        root = os.geteuid() == 0
        self.path.chmod(0o444)
        self.path.parent.chmod(0o555)
        if root:  # to whom modes mean nothing
            os.seteuid(NOBODY)
        try:
            yield
        finally:
            if root:
                os.seteuid(0)
            self.path.parent.chmod(0o755)
            self.path.chmod(0o644)

    def writer(self) -> list[str]:
        return [sys.executable, "-m", __name__, "sqlite", str(self.path)]


@dataclass(frozen=True)
class Postgres:
    server: Server

    @property
    def place(self) -> Place:
        return self.server

    def sink(self) -> Sink:
        return PostgresSink(self.server, patience=0.05)

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return asked(self.server, statement, *values)

    def explained(self, query: str, moment: datetime) -> str:
        return str(asked(self.server, f"EXPLAIN {query.format_map(POSTGRES)}", moment))

    @contextmanager
    def locked(self) -> Iterator[None]:
        with closing(asyncio.new_event_loop()) as loop, ThreadPoolExecutor(1) as thread:

            def wait(work: Awaitable[T]) -> T:
                return thread.submit(loop.run_until_complete, work).result()

            other = wait(session(self.server))
            try:
                wait(other.execute("BEGIN; LOCK TABLE articles IN EXCLUSIVE MODE"))
                yield
            finally:
                wait(other.close())

    def nowhere(self) -> tuple[Sink, str]:
        server = replace(self.server, database="no-such")
        return PostgresSink(server), f'{server}: database "no-such" does not exist; create that database'

    @contextmanager
    def read_only(self) -> Iterator[None]:
        name = self.server.database
        told(self.server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            yield
        finally:
            told(self.server, f"BEGIN READ WRITE; ALTER DATABASE {name} RESET ALL; COMMIT")

    def writer(self) -> list[str]:
        server = self.server
        place = (server.user, server.host, str(server.port), server.database, server.password or "")
        return [sys.executable, "-m", __name__, "postgres", json.dumps(place)]


DATABASES: Mapping[str, Callable[[pytest.FixtureRequest, Path], Database]] = {
    "sqlite": lambda _, folder: Sqlite(folder / "store.db"),
    "postgres": lambda request, _: Postgres(request.getfixturevalue("postgres")),
}


@pytest.fixture(params=[pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    # Not tmp_path: its parents are closed to NOBODY.
    with tempfile.TemporaryDirectory(prefix="sirwan-sinks-") as folder:
        Path(folder).chmod(0o755)
        yield DATABASES[request.param](request, Path(folder))


@pytest.fixture
async def sink(database: Database) -> AsyncIterator[Sink]:
    sink = database.sink()
    await sink.open()
    yield sink
    await sink.close()


EVERY_KIND = [
    row(an_article()),
    row(a_story()),
    row(a_fate(), subject="https://river.example/"),
    row(a_dead_letter()),
    row(a_source()),
]
TABLES = (
    "articles",
    "relevance",
    "entities",
    "topics",
    "stories",
    "memberships",
    "fates",
    "dead_letters",
    "sources",
    "takedowns",
)


EVERYTHING, COUNT = "SELECT * FROM {}", "SELECT count(*) FROM {}"


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(database.read(EVERYTHING.format(table)), key=repr) for table in TABLES}


async def test_a_message_delivered_again_changes_nothing(database: Database, sink: Sink) -> None:
    await sink.write(EVERY_KIND)
    first = everything(database)
    await sink.write(EVERY_KIND)
    await sink.write(EVERY_KIND + EVERY_KIND)
    assert everything(database) == first
    assert {table: len(rows) for table, rows in first.items()} == {
        "articles": 1, "relevance": 2, "entities": 1, "topics": 1, "stories": 1,
        "memberships": 2, "fates": 1, "dead_letters": 1, "sources": 1,
        "takedowns": 0,
    }  # fmt: skip


@pytest.mark.parametrize("versions", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (1, 3, 2, 3, 1)], ids=str)
@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "one-by-one"])
async def test_the_highest_version_wins_in_whatever_order_they_come(
    database: Database, sink: Sink, versions: tuple[int, ...], together: bool
) -> None:
    rows = [
        each
        for version in versions
        for each in (
            row(an_article(version=version, title=f"v{version}", topics=an_article().topics[: version % 2])),
            row(a_story(version=version, members=tuple(page(str(n)) for n in range(version)))),
            row(a_fate(at=NOON + timedelta(seconds=version), reason=f"r{version}")),
            row(a_dead_letter(last_at=NOON + timedelta(seconds=version), redrives=version)),
            row(a_source(name=f"v{version}"), time=f"2026-03-01T12:00:0{version}Z"),
        )
    ]
    for batch in [rows] if together else [[each] for each in rows]:
        await sink.write(batch)
    assert database.read("SELECT version, title FROM articles") == [(3, "v3")]
    assert database.read("SELECT count(*) FROM topics") == [(1,)]
    assert database.read("SELECT version, (SELECT count(*) FROM memberships) FROM stories") == [(3, 3)]
    assert database.read("SELECT reason FROM fates") == [("r3",)]
    assert database.read("SELECT redrives FROM dead_letters") == [(3,)]
    assert database.read("SELECT name FROM sources") == [("v3",)]


async def test_what_has_come_of_each_source_is_known(sink: Sink) -> None:
    def moment(hour: int, minute: int) -> datetime:
        return datetime(2026, 3, 1, hour, minute, tzinfo=UTC)

    def at(name: str, hour: int, minute: int, source_id: str | None) -> Row:
        return row(an_article(name, source_id=source_id, fetched_at=moment(hour, minute)))

    assert await sink.brought() == {}
    one = [at("a", 9, 30, "one"), at("b", 9, 39, "one"), at("c", 9, 40, "one"), at("d", 11, 30, "one")]
    await sink.write([*one, at("e", 8, 30, "two"), at("f", 7, 30, None)])
    assert await sink.brought() == {
        "one": Brought(articles=4, arrivals=3, oldest=moment(9, 30), newest=moment(11, 30)),
        "two": Brought(articles=1, arrivals=1, oldest=moment(8, 30), newest=moment(8, 30)),
    }


async def test_how_the_last_pages_of_each_source_ended_is_known(sink: Sink) -> None:
    def fate(number: int, source_id: str | None, stage: str, fate: str, reason: str, **changes: Any) -> Row:
        at = NOON + timedelta(minutes=number)
        place = Position(topic="t", partition=0, offset=number)
        values = {"stage": stage, "fate": fate, "reason": reason, "at": at, "from_": place} | changes
        one = a_fate(f"{source_id}-{number}", source_id=source_id, **values)
        return row(one, subject=f"https://{number}.example/")

    def ending(stage: str, fate: str, reason: str, *numbers: int) -> Ending:
        first, last = (NOON + timedelta(minutes=each) for each in (numbers[0], numbers[-1]))
        return Ending(
            stage=stage,
            fate=fate,
            reason=reason,
            pages=len(numbers),
            first_at=first,
            last_at=last,
            url=f"https://{numbers[-1]}.example/",
        )

    assert await sink.lately(NOON) == {}
    await sink.write([row(a_source(id=each)) for each in ("mixed", "refused", "quiet")])
    await sink.write(
        [
            fate(-1, "mixed", "fetcher", "skipped", "gone"),  # before the window
            fate(1, "mixed", "fetcher", "done", "ok"),  # is still on its way
            fate(2, "mixed", "extractor", "done", "ok"),
            fate(3, "mixed", "linker", "done", "ok"),
            fate(4, "mixed", "store", "done", "ok"),  # may be an old page with a new verdict
            fate(5, "mixed", "store", "dead", "row-refused"),
            fate(5, "mixed", "webhooks", "skipped", "not-wanted"),  # nobody asked for it: it is stored
            fate(6, "mixed", "extractor", "dead", "not-text"),
            fate(7, "mixed", "extractor", "skipped", "too-short", lane="backfill"),  # an archive
            fate(8, "mixed", "extractor", "dead", "not-text", lane=None),
            fate(9, None, "fetcher", "skipped", "gone"),  # nobody's
            fate(10, "unheard-of", "fetcher", "skipped", "gone"),
            *(fate(20 + each, "refused", "fetcher", "skipped", f"r{each % 3}") for each in range(2 * LAST)),
        ]
    )
    seen_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert await sink.lately(NOON) == {
        "mixed": Lately(
            seen_at=seen_at,
            endings=(ending("extractor", "dead", "not-text", 6, 8), ending("linker", "done", "ok", 3)),
        ),
        "refused": Lately(
            seen_at=seen_at,
            endings=(
                ending("fetcher", "skipped", "r1", 30, 33, 36, 39),
                ending("fetcher", "skipped", "r0", 32, 35, 38),
                ending("fetcher", "skipped", "r2", 31, 34, 37),
            ),
        ),
        "quiet": Lately(seen_at=seen_at),
    }


async def test_looking_at_how_pages_ended_costs_a_few_rows_a_source(database: Database, sink: Sink) -> None:
    """Whatever else the journal holds: it takes the index of those fates alone, which says what they are."""
    await sink.lately(NOON)
    assert "fates_that_end" in database.explained(LATELY, NOON)


# --- pages that are taken down ------------------------------------------------------------------

WHY = "Its subject asked for it."
AT = NOON + timedelta(days=1)
QUOTED = (
    Disagreement(
        what="killed",
        values=tuple(
            StatedValue(
                value=str(number),
                page_ids=(page(name),),
                said=(
                    Saying(
                        page_id=page(name),
                        family=name,
                        sentence=Span(start=0, end=9, text=f"{name} says", in_="text"),
                    ),
                ),
            )
            for number, name in enumerate(("river", "lake", "delta"), 3)
        ),
    ),
)
WORDS = ("Halabja", "halabja", "engineers", "Water", "river says", "no map")


def canceled(name: str = "river", **changes: Any) -> Row:
    """The last word of the linker on a page that is taken down."""
    bare = {"title": None, "text": "", "topics": (), "entities": (), "status": "canceled"}
    why = {"because": WHY, "fetched_at": AT, "version": 2}
    return row(an_article(name, **(bare | why | changes)))


def of_the_page() -> list[Row]:
    """Everything that a store may hold of one page, and a little of others."""
    by_site = structs.replace(a_dead_letter().original, topic="fetch.requests.v1", key=b"river.example")
    members = (page("river"), page("lake"), page("delta"))
    return [
        row(an_article()),
        row(an_article("lake", title="Fish return", text="Pike swim.", topics=(), entities=(), because="")),
        row(a_story(title="Water talks resume on the Sirwan", members=members, disagreements=QUOTED)),
        row(a_fate(detail="Halabja is no sign"), subject="https://river.example/"),
        row(a_dead_letter()),
        row(a_dead_letter(original=by_site, error="Halabja")),
        row(a_dead_letter("lake", error="none of it")),
    ]


def words_left(database: Database) -> list[str]:
    """The words of the page that are still anywhere."""
    tables = (*TABLES, "search_text")
    held = str([database.read(EVERYTHING.format(table)) for table in tables])
    return [word for word in WORDS if word in held.replace(WHY, "")]


@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "one-by-one"])
@pytest.mark.parametrize("first", [True, False], ids=["taken-down-first", "taken-down-last"])
async def test_no_word_of_a_page_that_is_taken_down_is_kept_whatever_comes_first(
    database: Database, sink: Sink, together: bool, first: bool
) -> None:
    rows = [canceled(), *of_the_page()] if first else [*of_the_page(), canceled()]
    for batch in [rows] if together else [[each] for each in rows]:
        await sink.write(batch)
    assert words_left(database) == []
    assert database.read("SELECT page_id, reason FROM takedowns") == [(page("river"), WHY)]
    rows_left = database.read("SELECT page_id, version, status, text FROM articles ORDER BY status")
    assert rows_left[0] == (page("river"), 2, "canceled", "")
    assert database.read("SELECT title FROM articles WHERE status = 'usable'") == [("Fish return",)]
    assert database.read("SELECT error FROM dead_letters") == [("none of it",)]
    assert database.read("SELECT fate, detail FROM fates") == [("done", "")]
    (told,) = database.read("SELECT record FROM stories")
    story = decode(STORIES, bytes(told[0]))
    assert (story.members, story.title) == ((page("lake"), page("delta")), None)
    assert [value.value for value in story.disagreements[0].values] == ["4", "5"]
    members = {page_id for (page_id,) in database.read("SELECT page_id FROM memberships")}
    assert members == {page("lake"), page("delta")}


async def test_a_higher_version_does_not_bring_a_page_back(database: Database, sink: Sink) -> None:
    await sink.write([*of_the_page(), canceled()])
    before = everything(database)
    for version in (1, 2, 3, 2**31):
        await sink.write([row(an_article(version=version))])
        await sink.write([canceled(), row(an_article(version=version))])
        await sink.write([row(an_article(version=version, status="withheld"))])
    await sink.write([row(an_article(version=9, status="canceled"))])  # that has its words still
    assert (everything(database), words_left(database)) == (before, [])


async def test_a_lower_version_takes_a_page_down(database: Database, sink: Sink) -> None:
    """The linker began anew since, and counts from one again."""
    await sink.write([row(an_article(version=40))])
    await sink.write([canceled(version=2)])
    assert words_left(database) == []
    assert database.read("SELECT version, status FROM articles") == [(2, "canceled")]


async def test_a_takedown_delivered_again_changes_nothing(database: Database, sink: Sink) -> None:
    await sink.write([*of_the_page(), canceled()])
    before = everything(database)
    await sink.write([canceled()])
    await sink.write([*of_the_page(), canceled(), canceled()])
    assert everything(database) == before
    assert before["relevance"]  # of the row without words too


async def test_what_is_taken_down_is_not_found_and_its_trace_says_why_and_when(
    database: Database, sink: Sink
) -> None:
    await sink.write(of_the_page())
    found = await asyncio.to_thread(search, database.place, "halabja", Narrowed())
    assert [hit.page_id for hit in found] == [page("river")]
    await sink.write([canceled()])
    assert not await asyncio.to_thread(search, database.place, "halabja", Narrowed())
    traced = await asyncio.to_thread(trace, database.place, page("river"))
    assert traced.takedown is not None
    assert (traced.takedown.reason, traced.takedown.at) == (WHY, AT)
    assert (traced.dead_letters, traced.stories) == ((), ())
    shown = io.StringIO()
    print_trace(Console(file=shown, width=120), traced)
    assert f"taken down 2026-03-02 12:00:00: {WHY}" in shown.getvalue()


async def test_a_takedown_waits_for_no_word_that_another_process_writes(
    database: Database, sink: Sink
) -> None:
    """However writes of two processes meet, nothing comes between the look and the write."""
    other = database.sink()
    await patiently(other.open)

    async def flood() -> None:
        for version in range(3, 40):
            await patiently(partial(other.write, [row(an_article(version=version))]))

    async def take_down() -> None:
        await asyncio.sleep(0)
        await patiently(lambda: sink.write([canceled()]))

    await asyncio.gather(flood(), take_down())
    await other.close()
    assert words_left(database) == []


async def test_shredding_leaves_what_is_stored(database: Database, sink: Sink) -> None:
    await sink.write([*of_the_page(), canceled()])
    before = everything(database)
    await sink.shred()
    assert everything(database) == before
    await sink.write([row(an_article("delta", text="The delta dries."))])
    assert await asyncio.to_thread(search, database.place, "delta dries", Narrowed())


async def test_an_equal_version_with_other_content_is_a_no_op(database: Database, sink: Sink) -> None:
    await sink.write([row(an_article(title="first"))])
    await sink.write([row(an_article(title="second", topics=(), text="Other words."))])
    assert database.read("SELECT title FROM articles") == [("first",)]
    assert database.read("SELECT count(*) FROM topics") == [(1,)]


async def test_a_newer_version_takes_away_what_the_older_one_had(database: Database, sink: Sink) -> None:
    await sink.write([row(an_article()), row(a_story())])
    await sink.write(
        [
            row(an_article(version=2, topics=(), entities=(), relevance={})),
            row(a_story(version=2, members=())),
        ]
    )
    for table in ("topics", "entities", "relevance", "memberships"):
        assert database.read(COUNT.format(table)) == [(0,)], table


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"version": 2**70}, id="a number over 64 bits"),
        pytest.param({"title": "\ud800"}, id="a lone surrogate"),
        pytest.param({"copy_score": float("nan")}, id="not a number"),
        pytest.param({"version": "one"}, id="text for a number"),
        pytest.param({"status": None}, id="nothing where something must be"),
    ],
)
async def test_a_batch_with_a_row_no_database_accepts_is_refused_as_a_whole(
    database: Database, sink: Sink, value: dict[str, Value]
) -> None:
    good, table = row(an_article("bad")), ARTICLES
    bad = replace(
        good, values=tuple({**dict(zip(table.columns, good.values, strict=True)), **value}.values())
    )
    with pytest.raises(Poison) as caught:
        await sink.write([row(an_article("before")), bad, row(an_article("after"))])
    assert caught.value.reason == "row-refused"
    assert database.read("SELECT count(*) FROM articles") == [(0,)]
    await sink.write([row(an_article("before")), row(an_article("after"))])
    assert database.read("SELECT count(*) FROM articles") == [(2,)]


async def test_a_database_that_is_not_there_is_named_with_what_to_do(database: Database) -> None:
    sink, named = database.nowhere()
    with pytest.raises(Transient) as caught:
        await sink.open()
    await sink.close()
    assert caught.value.reason == "store-unavailable"
    assert named in caught.value.detail
    assert "\n" not in caught.value.detail


async def test_a_database_that_became_read_only_refuses_and_loses_nothing(database: Database) -> None:
    await filled(database)
    with database.read_only():
        sink = database.sink()
        with pytest.raises(Transient) as caught:
            await opened_and_written(sink)
        await sink.close()
    assert caught.value.reason == "store-unavailable"
    assert "writable" in caught.value.detail
    assert database.read("SELECT count(*) FROM articles") == [(1,)]


async def filled(database: Database) -> None:
    sink = database.sink()
    await opened_and_written(sink)
    await sink.close()


async def opened_and_written(sink: Sink) -> None:
    await sink.open()
    await sink.write([row(an_article())])


async def test_what_the_database_holds_survives_closing(database: Database) -> None:
    for version in (1, 2):
        sink = database.sink()
        await sink.open()
        await sink.write([row(an_article(version=version))])
        await sink.close()
    assert database.read("SELECT version FROM articles") == [(2,)]


async def test_closing_a_sink_that_was_never_opened_is_quiet(database: Database) -> None:
    await database.sink().close()


async def test_while_another_process_holds_it_nothing_is_lost(database: Database, sink: Sink) -> None:
    with database.locked(), pytest.raises(Transient) as caught:
        await sink.write([row(an_article())])
    assert caught.value.reason == "store-unavailable"
    await sink.write([row(an_article())])
    assert database.read("SELECT count(*) FROM articles") == [(1,)]


async def test_two_sinks_opened_at_once_agree_on_the_layout(database: Database) -> None:
    sinks = [database.sink() for _ in range(4)]
    results = await asyncio.gather(*(patiently(each.open) for each in sinks))
    await asyncio.gather(*(each.close() for each in sinks))
    assert results == [None] * 4
    assert database.read("SELECT count(*) = count(DISTINCT number) FROM migrations") == [(1,)]


async def patiently(work: Callable[[], Awaitable[None]]) -> None:
    for _ in range(100):
        try:
            return await work()
        except Transient:
            await asyncio.sleep(0.02)
    raise AssertionError("still locked")


async def test_readers_see_whole_batches_while_it_writes(database: Database, sink: Sink) -> None:
    async def write() -> None:
        for number in range(30):
            await sink.write([row(fate_of(number, each)) for each in range(BATCH)])

    writing = asyncio.create_task(write())
    seen = set()
    while not writing.done():
        (count,) = (await asyncio.to_thread(database.read, "SELECT count(*) FROM fates"))[0]
        seen.add(count)
    await writing
    assert all(count % BATCH == 0 for count in seen)
    assert database.read("SELECT count(*) FROM fates") == [(30 * BATCH,)]


def fate_of(batch: int, number: int) -> Any:
    fate = a_fate(reason=f"batch-{batch}")
    return a_fate(reason=fate.reason, from_=fate.from_.__class__(topic="t", partition=batch, offset=number))


async def test_killed_in_mid_batch_nothing_of_the_batch_is_there(database: Database, sink: Sink) -> None:
    with write_for_ever(database, "stop-in-batch-3") as (process, lines):
        assert [next(lines) for _ in range(4)] == [
            "committed 0",
            "committed 1",
            "committed 2",
            "in the middle of 3",
        ]
        process.send_signal(signal.SIGKILL)
        process.wait()
    counted = database.read('SELECT "partition", count(*) FROM fates GROUP BY "partition" ORDER BY 1')
    assert counted == [(batch, BATCH) for batch in range(3)]
    await sink.write([row(fate_of(3, each)) for each in range(BATCH)])
    assert database.read("SELECT count(*) FROM fates") == [(4 * BATCH,)]


@pytest.mark.parametrize("seed", range(5))
async def test_killed_at_any_moment_every_commit_lasts_and_no_batch_is_partial(
    database: Database, seed: int
) -> None:
    with write_for_ever(database, "go-on") as (process, lines):
        next(lines)
        await asyncio.sleep(random.Random(seed).uniform(0.0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait()
        committed = 1 + sum(1 for _ in lines)
    again = database.sink()
    await patiently(again.open)
    await again.close()
    counted = dict(database.read('SELECT "partition", count(*) FROM fates GROUP BY "partition"'))
    assert set(counted.values()) == {BATCH}
    assert set(range(committed)) <= set(counted)


@contextmanager
def write_for_ever(database: Database, how: str) -> Iterator[tuple[subprocess.Popen[str], Iterator[str]]]:
    """A process of its own that writes batch after batch and says so, and the lines it says."""
    with subprocess.Popen([*database.writer(), how], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, (line.strip() for line in process.stdout)
        finally:
            process.kill()


class StopsInTheMiddle(Sequence[Row]):
    """A batch that announces its middle and then never ends."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def __getitem__(self, index: Any) -> Any:
        if index == len(self.rows) // 2:
            print("in the middle of 3", flush=True)
            time.sleep(600)
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)


async def _write_until_killed(database: Database, how: str) -> None:
    sink = database.sink()
    await patiently(sink.open)
    batch = 0
    while True:
        rows: Sequence[Row] = [row(fate_of(batch, each)) for each in range(BATCH)]
        if how == "stop-in-batch-3" and batch == 3:
            rows = StopsInTheMiddle(rows)
        await sink.write(rows)
        print(f"committed {batch}", flush=True)
        batch += 1


REOPENED: Mapping[str, Callable[[str], Database]] = {
    "sqlite": lambda place: Sqlite(Path(place)),
    "postgres": lambda place: Postgres(Server(*json.loads(place))),
}

if __name__ == "__main__":
    _, _kind, _place, _how = sys.argv
    asyncio.run(_write_until_killed(REOPENED[_kind](_place), _how))
