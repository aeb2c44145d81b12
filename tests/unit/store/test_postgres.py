import asyncio
import random
import socket
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.runtime.place import Server
from services.stage import Poison, Transient
from services.store import postgres_server
from services.store.layout import migrate
from services.store.migrate import Migration, MigrationRefused
from services.store.postgres import PostgresSink
from services.store.postgres_server import transaction, translate
from services.store.search import search
from services.store.status import status
from services.store.tables import TABLES, Row, Table
from tests.broker import free_port
from tests.postgres import asked, session, told
from tests.unit.store.records import a_story, an_article, fill, page, row

pytestmark = pytest.mark.postgres

HERE = Server("sirwan", "postgres", 5432, "news", "hidden")


@pytest.fixture
async def sink(postgres: Server) -> AsyncIterator[PostgresSink]:
    sink = PostgresSink(postgres)
    await sink.open()
    yield sink
    await sink.close()


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (ConnectionRefusedError(111, "Connect call failed"), "see that PostgreSQL runs there"),
        (TimeoutError(), "no answer in time; see that PostgreSQL runs there, and how busy"),
        (asyncpg.InterfaceError("connection is closed"), "connection is closed; see that"),
        (asyncpg.InvalidPasswordError("no"), "password in the file that SIRWAN_STORE_PASSWORD_FILE names"),
        (asyncpg.InvalidCatalogNameError("no"), "create that database"),
        (asyncpg.CannotConnectNowError("the database system is starting up"), "it is tried again"),
        (asyncpg.AdminShutdownError("terminating connection"), "it is tried again"),
        (asyncpg.DiskFullError("could not extend file"), "make room on the volume"),
        (asyncpg.ReadOnlySQLTransactionError("no"), "make the database writable"),
        (asyncpg.TooManyConnectionsError("no"), "max_connections"),
        (asyncpg.DeadlockDetectedError("deadlock detected\nDETAIL: two lines"), "deadlock detected; another"),
        (asyncpg.SerializationError("no"), "it is tried again"),
        (asyncpg.InsufficientPrivilegeError("no"), "run `sirwan migrate` as one who has it"),
        (asyncpg.UndefinedTableError("no"), "`sirwan migrate` brings it up to date"),
        (asyncpg.DataCorruptedError("no"), "the server's own log says more"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_server_may_pass_and_says_what_to_do(failure: Exception, advice: str) -> None:
    refusal = translate(HERE, failure)
    assert isinstance(refusal, Transient)
    assert refusal.reason == "store-unavailable"
    assert refusal.detail.startswith("postgresql://sirwan@postgres:5432/news: ")
    assert advice in refusal.detail
    assert "\n" not in refusal.detail


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.NumericValueOutOfRangeError("no"),
        asyncpg.NotNullViolationError("no"),
        asyncpg.ProgramLimitExceededError("no"),
    ],
)
def test_what_is_wrong_with_a_row_never_passes(failure: Exception) -> None:
    refusal = translate(HERE, failure)
    assert isinstance(refusal, Poison)
    assert refusal.reason == "row-refused"


async def test_who_may_not_log_in_is_told_where_user_and_password_come_from(postgres: Server) -> None:
    sink = PostgresSink(replace(postgres, user="nobody-we-know", password="hidden"))
    with pytest.raises(
        Transient, match="the password in the file that SIRWAN_STORE_PASSWORD_FILE names"
    ) as e:
        await sink.open()
    assert "hidden" not in str(e.value)


@pytest.mark.parametrize("host", ["db..example", "d" * 64 + ".example", "a\0b"])
async def test_a_host_that_no_resolver_takes_is_one_line(host: str) -> None:
    with pytest.raises(Transient, match="see that PostgreSQL runs there and that the address"):
        await PostgresSink(Server("sirwan", host, 5432, "news")).open()


async def test_a_server_that_is_not_there_is_named() -> None:
    nowhere = Server("sirwan", "127.0.0.1", free_port(), "news")
    with pytest.raises(Transient, match=f"{nowhere}: .*; see that PostgreSQL runs there"):
        await PostgresSink(nowhere).open()


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_server, "CONNECTING", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # nobody takes what comes in
        port = silent.getsockname()[1]
        with pytest.raises(Transient, match="see that PostgreSQL runs there"):
            await PostgresSink(Server("sirwan", "127.0.0.1", port, "news")).open()


async def test_a_lost_connection_is_opened_again(postgres: Server, sink: PostgresSink) -> None:
    await sink.write([row(an_article("first"))])
    asked(
        postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sirwan'"
    )
    with pytest.raises(Transient):
        await sink.write([row(an_article("second"))])
    await sink.write([row(an_article("second"))])
    assert asked(postgres, "SELECT count(*) FROM articles") == [(2,)]


async def test_cut_off_between_two_statements_nothing_of_the_batch_is_there(
    postgres: Server, sink: PostgresSink
) -> None:
    other = await session(postgres)
    await other.execute("BEGIN; LOCK TABLE memberships")
    writing = asyncio.create_task(sink.write([row(an_article()), row(a_story())]))
    await asyncio.to_thread(until_somebody_waits, postgres)
    assert sink._connection is not None
    sink._connection.terminate()  # as kill -9 does
    with pytest.raises(Transient):
        await writing
    await other.close()
    assert asked(postgres, "SELECT count(*) FROM articles") == [(0,)]
    await sink.write([row(an_article()), row(a_story())])
    assert asked(postgres, "SELECT count(*) FROM memberships") == [(2,)]


def until_somebody_waits(server: Server) -> None:
    while not asked(server, "SELECT 1 FROM pg_locks WHERE NOT granted"):
        time.sleep(0.01)


class Severed:
    """A session that was cut off without having noticed, as asyncpg's is for a moment."""

    def __init__(self) -> None:
        self.terminated = False

    def transaction(self) -> "Severed":
        return self

    async def start(self) -> None:
        pass

    async def rollback(self) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 15; another operation is in progress")

    def is_closed(self) -> bool:
        return False

    def terminate(self) -> None:
        self.terminated = True


async def test_a_rollback_that_fails_hides_nothing_and_gives_the_connection_up() -> None:
    severed: Any = Severed()
    with pytest.raises(ConnectionResetError, match="by peer"):
        async with transaction(severed):
            raise ConnectionResetError("reset by peer")
    assert severed.terminated


async def test_many_sinks_write_the_same_pages_at_once_and_no_two_wait_in_a_circle(postgres: Server) -> None:
    labels = an_article().topics
    sinks = [PostgresSink(postgres, patience=60.0) for _ in range(4)]
    for each in sinks:
        await each.open()

    def batch(chance: random.Random) -> list[Row]:
        chosen = [(str(chance.randrange(30)), chance.randrange(1, 9)) for _ in range(40)]
        return [
            made
            for name, version in chosen
            for made in (
                row(an_article(name, version=version, text=f"v {version}", topics=labels[: version % 2])),
                row(a_story(story_id=name, version=version, members=(page(str(version)),))),
            )
        ]

    async def write(number: int) -> None:
        chance = random.Random(number)
        for _ in range(25):
            await sinks[number].write(batch(chance))

    await asyncio.gather(*map(write, range(4)))
    await asyncio.gather(*(each.close() for each in sinks))
    newest: dict[str, int] = {}
    for number in range(4):
        chance = random.Random(number)
        for made in (each for _ in range(25) for each in batch(chance) if each.table.name == "articles"):
            ident, version = str(made.key[0]), int(str(made.values[1]))
            newest[ident] = max(newest.get(ident, 0), version)
    assert dict(asked(postgres, "SELECT page_id, version FROM articles")) == newest
    parts = asked(
        postgres,
        "SELECT a.version, w.text, (SELECT count(*) FROM topics t WHERE t.page_id = a.page_id)"
        " FROM articles a JOIN search_text w ON w.page_id = a.page_id",
    )
    assert all((text, count) == (f"v {version}", version % 2) for version, text, count in parts)
    of_stories = "SELECT s.version, m.page_id FROM stories s JOIN memberships m ON m.story_id = s.story_id"
    assert all(member == page(str(version)) for version, member in asked(postgres, of_stories))


async def test_a_row_that_loses_costs_the_search_index_nothing(postgres: Server, sink: PostgresSink) -> None:
    where = "SELECT ctid::text, xmin::text, xmax::text FROM search_text"
    await sink.write([row(an_article(version=2))])
    before = asked(postgres, where)
    await sink.write([row(an_article(version=2)), row(an_article(version=1, text="other"))])
    await sink.write([row(an_article(version=3, status="withheld"))])
    assert [place[:2] for place in asked(postgres, where)] == [place[:2] for place in before]


def test_a_text_of_more_different_words_than_an_index_entry_holds_is_stored(postgres: Server) -> None:
    words = " ".join(f"{number:x}" for number in range(400_000))
    wide = " ".join(chr(0x20000 + number) for number in range(40_000))
    fill(postgres, row(an_article("long", text=words)), row(an_article("wide", text=wide, title=wide)))
    assert [hit.page_id for hit in search(postgres, "1f")] == [page("long")]
    assert [hit.page_id for hit in search(postgres, chr(0x20001))] == [page("wide")]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_migrations_make_the_tables_as_described(postgres: Server, table: Table) -> None:
    fill(postgres)
    columns = asked(
        postgres,
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER'"
        " ORDER BY ordinal_position",
        table.name,
    )
    assert tuple(name for (name,) in columns) == table.columns
    keys = asked(
        postgres,
        "SELECT array_agg(a.attname::text) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = ANY(i.indkey) WHERE i.indisunique AND i.indrelid = $1::text::regclass",
        table.name,
    )
    assert [set(key) for (key,) in keys] == [set(table.key)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE migrations SET sha256 = 'x' WHERE number = 1", "was changed after"),
        ("INSERT INTO migrations (number, name, sha256) VALUES (99, 'later', 'x')", "use a newer release"),
    ],
    ids=["a changed migration", "a database of a newer release"],
)
def test_a_layout_that_does_not_fit_is_refused_and_left_alone(
    postgres: Server, change: str, why: str
) -> None:
    told(fill(postgres), change)
    before = asked(postgres, "SELECT * FROM migrations")
    with pytest.raises(MigrationRefused, match=why):
        migrate(postgres)
    assert asked(postgres, "SELECT * FROM migrations") == before


async def test_a_migration_that_fails_leaves_nothing_behind(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Migration(1, "0001_start.sql", "CREATE TABLE a (b text);\nCREATE TABLE a (c text);\n")
    sink = PostgresSink(postgres)
    with monkeypatch.context() as patched:
        patched.setattr(postgres_server, "known_migrations", lambda _engine: (broken,))
        with pytest.raises(Transient, match='relation "a" already exists'):
            await sink.open()
    await sink.open()
    await sink.close()
    assert asked(postgres, "SELECT to_regclass('a') IS NULL") == [(True,)]


async def test_a_server_too_old_is_refused_by_its_version(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_server, "OLDEST", 99)
    sink = PostgresSink(postgres)
    with pytest.raises(MigrationRefused, match=r"is PostgreSQL \d+\.\d+ and this release needs 99"):
        await sink.open()
    await sink.close()


async def test_a_database_that_is_not_in_utf8_is_refused(postgres: Server) -> None:
    name = f"t{uuid.uuid4().hex[:12]}"
    told(postgres, f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        sink = PostgresSink(replace(postgres, database=name))
        with pytest.raises(MigrationRefused, match="the encoding LATIN1 and this release needs UTF8"):
            await sink.open()
        await sink.close()
    finally:
        told(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def test_who_may_write_but_not_create_needs_somebody_else_to_migrate(postgres: Server) -> None:
    role = f"t{uuid.uuid4().hex[:12]}"
    told(postgres, f"CREATE ROLE {role} LOGIN PASSWORD 'little'; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    try:
        sink = PostgresSink(replace(postgres, user=role, password="little"))
        with pytest.raises(Transient, match="or run `sirwan migrate` as one who has it"):
            await sink.open()
        owner = PostgresSink(postgres)
        await owner.open()
        await owner.close()
        told(postgres, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        await sink.open()
        await sink.write([row(an_article())])
        await sink.close()
    finally:
        told(postgres, f"DROP OWNED BY {role}; DROP ROLE {role}")
    assert asked(postgres, "SELECT count(*) FROM articles") == [(1,)]


def test_reading_before_anybody_migrated_says_what_to_do(postgres: Server) -> None:
    with pytest.raises(
        Transient, match=f"{postgres}: relation .* does not exist; its layout .* `sirwan migrate`"
    ):
        status(postgres)


async def test_only_our_settings_say_how_to_log_in(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if postgres.password is None:
        pytest.skip("the server at SIRWAN_TEST_POSTGRES asks for no password")
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Transient, match="SIRWAN_STORE_PASSWORD_FILE"):
        await PostgresSink(replace(postgres, password=None)).open()
    sink = PostgresSink(postgres)
    await sink.open()
    await sink.close()
