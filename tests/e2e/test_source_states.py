"""`sirwan sources check`: how the sources do, as a person asks it."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.records import Feed, Position, Source
from services.fetcher.feed_state import FeedState, feed_key, state_bytes
from services.runtime.home import held
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_state import KafkaState
from services.runtime.kafka_topics import Layout, apply
from services.runtime.place import Server
from services.runtime.source_blocks import write_blocks
from services.runtime.state import SqliteState, State
from services.stage import Remember
from services.store.tables import Row
from tests.broker import free_port
from tests.e2e.test_bad_input import sirwan
from tests.unit.store.records import a_fate, an_article, fill, row

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = ("barred", "broken", "fresh", "lying", "mute", "quiet")


def a_source(name: str) -> Source:
    feeds = (Feed(url=f"https://{name}.example/rss", kind="feed"),)
    return Source(id=name, name=name.title(), homepage=f"https://{name}.example/", feeds=feeds)


def feed_states(now: datetime) -> dict[str, FeedState]:
    """Of those that were polled."""
    fails = FeedState(whole_at=now - 5 * DAY).failed("dns-failed", "no address", 3600, now - 3 * HOUR)
    well = FeedState(polled_at=now - HOUR, next_at=now + HOUR, new_at=now - HOUR, entries=20)
    lied = now - 3 * HOUR
    return {
        "barred": well,
        "broken": fails.failed("timeout", "30 s", 7200, now - HOUR),
        "fresh": well,
        "lying": FeedState(
            polled_at=now, new_at=now, distrusted_at=lied, lies=2, lied_at=lied, lie="304 and news"
        ),
        "quiet": well,
    }


def rows(now: datetime) -> list[Row]:
    """What was stored of them: one is refused page after page, one used to bring an article an hour."""

    def article(name: str, hours: int) -> Row:
        return row(an_article(f"{name}-{hours}", source_id=name, fetched_at=now - hours * HOUR))

    def refused(number: int) -> Row:
        place = Position(topic="fetch.requests.v1", partition=0, offset=number)
        fate = a_fate(
            f"barred-{number}", stage="fetcher", fate="skipped", reason="http-client-error",
            at=now - number * HOUR, from_=place, source_id="barred",
        )  # fmt: skip
        return row(fate, subject=f"https://barred.example/{number}")

    seen_at = (now - 9 * DAY).isoformat()
    return [
        *(row(a_source(name), time=seen_at) for name in NAMES if name != "lying"),
        *(refused(number) for number in range(12)),
        *(article("quiet", 60 + hours) for hours in range(40)),
        *(article("fresh", hours) for hours in range(1, 40)),
        article("broken", 1),
    ]


async def remember(state: State, now: datetime) -> None:
    await state.open()
    states = feed_states(now).items()
    await state.remember(
        [Remember(feed_key(f"https://{name}.example/rss"), state_bytes(each)) for name, each in states]
    )
    await state.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The source files."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "all.toml").write_text(write_blocks([a_source(name) for name in NAMES]))
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What an embedded run left behind."""
    home, now = tmp_path / "home", datetime.now(UTC)
    home.mkdir()
    fill(home / "sirwan.db", *rows(now))
    asyncio.run(remember(SqliteState(home / "memory.db", "fetcher"), now))
    return home


WELL = {"fresh": "ok"}
STATES = WELL | {"barred": "pages-failing", "broken": "ok", "lying": None, "mute": "never", "quiet": "silent"}
FEEDS = {"barred": "ok", "broken": "failing", "fresh": "ok", "lying": "lying", "mute": "new", "quiet": "ok"}


def told(home: Path, folder: Path, **settings: str) -> list[dict[str, Any]]:
    found = sirwan(home, "sources", "check", str(folder), "--json", **settings)
    assert (found.returncode, found.stderr) == (0, "")
    return list(json.loads(found.stdout))


def states(found: list[dict[str, Any]]) -> dict[str, str | None]:
    return {each["id"]: each["standing"] and each["standing"]["state"] for each in found}


def feeds(found: list[dict[str, Any]]) -> dict[str, str | None]:
    return {each["id"]: each["feeds"][0]["state"] for each in found}


@contextmanager
def unwritten(home: Path) -> Iterator[None]:
    def contents() -> dict[str, str]:
        return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in home.glob("*.db")}

    before = contents()
    yield
    assert contents() == before


def test_the_state_of_each_source_and_feed_is_told_beside_a_run_and_nothing_is_written(
    home: Path, folder: Path
) -> None:
    with unwritten(home), held(home):
        found = told(home, folder)
    # The run has just begun, and is not blamed for the time before it.
    assert states(found) == STATES | {"quiet": "ok", "mute": "new"}
    assert feeds(found) == FEEDS
    (barred, broken, *_) = found
    assert [(each["stage"], each["reason"], each["pages"]) for each in barred["standing"]["endings"]] == [
        ("fetcher", "http-client-error", 10)
    ]
    assert barred["standing"]["endings"][0]["url"].startswith("https://barred.example/")
    assert (broken["feeds"][0]["reason"], broken["feeds"][0]["detail"]) == ("timeout", "30 s")
    since, asked = (datetime.fromisoformat(broken["feeds"][0][name]) for name in ("since", "polled_at"))
    assert asked - since == 2 * HOUR


def test_at_rest_they_are_as_they_were_when_anything_last_happened(home: Path, folder: Path) -> None:
    with unwritten(home):
        assert states(told(home, folder)) == STATES
        shown = sirwan(home, "sources", "check", str(folder))
    assert shown.returncode == 0
    head, numbers, rest, *table = shown.stdout.splitlines()
    assert head == f"{folder}: 6 sources of 6 owners, 6 feeds; no problems in the files"
    assert numbers == (
        "sources: 1 pages-failing, 1 silent, 1 never, 1 new, 2 ok; feeds: 1 failing, 1 lying, 1 new, 3 ok"
    )
    assert rest.startswith("nothing runs here now: this is how they did at ")
    names = [line.split()[0] for line in table if line[:1].isalpha() and line.split()[0] in NAMES]
    assert names == ["barred", "quiet", "mute", "lying", "broken"]  # worst first, and none that does well
    text = " ".join(shown.stdout.split())
    for said in (
        "each of its last 10 pages was refused",
        "10 http-client-error (fetcher); such as https://barred.example/",
        "no article since 2 d ago; by its habit 10 h would be long",
        "no article yet; read since 9 d ago",
        "timeout, 2 times in a row since 3 h ago: 30 s; read whole 5 d ago; asked 60 min ago",
        "not believed since 3 h ago, and read whole: 304 and news",
        "pages-failing: open one of the pages in a browser",
    ):
        assert said in text
    assert "fresh" not in text


def test_every_one_is_shown_where_all_are_wanted(home: Path, folder: Path) -> None:
    shown = sirwan(home, "sources", "check", str(folder), "--all").stdout
    assert all(f"https://{name}.example/rss" in shown for name in NAMES)
    assert "39 articles, the newest 60 min ago" in " ".join(shown.split())


def test_on_a_machine_where_nothing_was_read_the_files_are_checked_and_nothing_is_made(
    tmp_path: Path, folder: Path
) -> None:
    shown = sirwan(tmp_path / "none", "sources", "check", str(folder))
    assert (shown.returncode, shown.stderr) == (0, "")
    head = f"{folder}: 6 sources of 6 owners, 6 feeds; no problems in the files"
    assert shown.stdout.splitlines() == [head, "nothing read yet"]
    assert not (tmp_path / "none").exists()


def test_a_mistake_in_the_files_is_all_that_is_said(home: Path, folder: Path) -> None:
    (folder / "more.toml").write_text('[[source]]\nid = "x"\n')
    shown = sirwan(home, "sources", "check", str(folder))
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "more.toml:1: source 'x': name: missing" in shown.stderr


def test_what_cannot_be_read_is_said_and_the_rest_is_shown(home: Path, folder: Path) -> None:
    (home / "memory.db").write_bytes(b"noise" * 1000)
    for name in ("memory.db-wal", "memory.db-shm"):
        (home / name).unlink(missing_ok=True)
    shown = sirwan(home, "sources", "check", str(folder))
    assert shown.returncode == 0
    assert f"how their feeds do is not known here: {home}/memory.db: file is not a database" in shown.stdout
    assert "each of its last 10 pages was refused" in " ".join(shown.stdout.split())
    asked = sirwan(home, "sources", "check", str(folder), "--json")
    assert "how their feeds do is not known here" in asked.stderr
    assert states(json.loads(asked.stdout)) == STATES
    assert set(feeds(json.loads(asked.stdout)).values()) == {None}


def test_a_deployment_out_of_reach_says_so_and_checks_the_files(tmp_path: Path, folder: Path) -> None:
    port = free_port()
    away = {"SIRWAN_KAFKA": f"127.0.0.1:{port}", "SIRWAN_STORE": f"postgresql://news@127.0.0.1:{port}/news"}
    shown = sirwan(tmp_path, "sources", "check", str(folder), **away)
    assert (shown.returncode, shown.stderr) == (0, "")
    head, store, memory = shown.stdout.splitlines()
    assert head.endswith("no problems in the files")
    assert store.startswith("what came of them is not known here: postgresql://news@127.0.0.1")
    assert memory.startswith("how their feeds do is not known here: no answer from the broker 127.0.0.1")


@pytest.mark.kafka
@pytest.mark.postgres
def test_in_a_deployment_the_store_and_the_memory_on_kafka_are_asked(
    tmp_path: Path, folder: Path, kafka: KafkaSettings, postgres: Server
) -> None:
    now = datetime.now(UTC)
    fill(postgres, *rows(now))
    asyncio.run(apply(kafka, Layout(), ["fetcher.memory.v1"]))
    asyncio.run(remember(KafkaState(kafka, "fetcher"), now))
    secret = tmp_path / "secret"
    secret.write_text(f"{postgres.password or 'none'}\n")
    found = told(
        tmp_path / "none", folder,
        SIRWAN_KAFKA=kafka.bootstrap, SIRWAN_TOPIC_PREFIX=kafka.prefix, SIRWAN_STORE=str(postgres),
        SIRWAN_STORE_PASSWORD_FILE=str(secret),
    )  # fmt: skip
    assert (states(found), feeds(found)) == (STATES, FEEDS)
