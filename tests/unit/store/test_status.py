import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from schemas.records import Feed, Position
from services.store.endings import LAST
from services.store.migrate import known_migrations
from services.store.status import Status, status
from services.store.tables import Row
from tests.unit.store.records import NOON, a_dead_letter, a_fate, a_source, a_story, an_article, fill, row

NEWEST = known_migrations("sqlite")[-1].number
FUTURE = "INSERT INTO migrations (number, name, sha256) VALUES (9999, 'of a newer release', '')"
PAST = "DELETE FROM migrations WHERE number > 1"
FATES = [
    ("linker", "done", "ok"),
    ("fetcher", "done", "ok"),
    ("fetcher", "done", "ok"),
    ("fetcher", "skipped", "disallowed"),
    ("fetcher", "dead", "undecodable"),
    ("fetcher", "dead", "time-limit"),
    ("fetcher", "dead", "time-limit"),
    ("guest", "done", "ok"),
]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return fill(
        tmp_path / "store.db",
        *(
            row(
                a_fate(
                    stage=stage,
                    fate=fate,
                    reason=reason,
                    from_=Position(topic="t", partition=0, offset=offset),
                )
            )
            for offset, (stage, fate, reason) in enumerate(FATES)
        ),
        row(a_source()),
        row(a_source(id="silent", name="Silent Herald", family=None)),
        row(an_article("a")),
        row(an_article("b", fetched_at=NOON + timedelta(hours=1))),
        row(an_article("c", source_id="unheard", fetched_at=NOON + timedelta(hours=2))),
        row(an_article("d", source_id=None)),
        row(a_story()),
        row(a_dead_letter("x")),
        row(a_dead_letter("y", last_at=NOON + timedelta(hours=1))),
        row(a_dead_letter("z", reason="too-large")),
    )


def test_each_stage_counts_what_it_took_and_what_became_of_it(store: Path) -> None:
    stages = status(store).stages
    assert [(each.stage, each.taken, each.done, each.skipped, each.dead) for each in stages] == [
        ("fetcher", 6, 2, 1, 3),
        ("linker", 1, 1, 0, 0),
        ("guest", 1, 1, 0, 0),
    ]
    assert stages[0].reasons == {"disallowed": 1, "undecodable": 1, "time-limit": 2}


def journal(path: Path, *minutes: int) -> Status:
    """Of one stage that settled something so many minutes before noon."""
    return status(
        fill(
            path,
            *(
                row(a_fate(str(number), at=NOON - timedelta(minutes=each)))
                for number, each in enumerate(minutes)
            ),
        )
    )


@pytest.mark.parametrize(
    ("minutes", "pace"),
    [
        ([0, 5, 15, 16, 300], 3 / 900),  # what it did in the last quarter of an hour
        ([0, 5, 10], 3 / 600),  # the whole journal is younger
        ([0, 0], 2 / 60),  # and here younger than a minute
    ],
)
def test_the_pace_is_that_of_the_last_quarter_of_an_hour(
    tmp_path: Path, minutes: list[int], pace: float
) -> None:
    (stage,) = journal(tmp_path / "store.db", *minutes).stages
    assert stage.pace == pytest.approx(pace)


def test_it_is_known_when_anything_first_happened(tmp_path: Path) -> None:
    assert journal(tmp_path / "store.db", 3, 300, 0).begun_at == NOON - timedelta(minutes=300)
    assert journal(tmp_path / "empty.db").begun_at is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("", None),
        (FUTURE, f"the store has layout 9999 and this release knows up to {NEWEST}: use a newer release"),
        (
            PAST,
            "0002_when_a_stage_last_worked.sql is not applied yet: run `sirwan migrate`, or start the store",
        ),
    ],
)
def test_a_store_of_another_release_is_told_apart(tmp_path: Path, change: str, said: str | None) -> None:
    path = fill(tmp_path / "store.db", row(a_fate()))
    with closing(sqlite3.connect(path)) as db:
        db.execute(change)
        db.commit()
    found = status(path)
    assert (found.misfit, found.stages[0].taken) == (said, 1)


def test_dead_letters_are_counted_by_reason(store: Path) -> None:
    letters = [(each.stage, each.reason, each.letters, each.last_at) for each in status(store).dead_letters]
    assert letters == [
        ("extractor", "undecodable", 2, NOON + timedelta(hours=1)),
        ("extractor", "too-large", 1, NOON),
    ]


def test_sources_are_as_fresh_as_their_newest_article_and_silent_ones_come_last(store: Path) -> None:
    assert [(each.source_id, each.family, each.articles, each.newest) for each in status(store).sources] == [
        ("unheard", None, 1, NOON + timedelta(hours=2)),
        ("river-post", "river", 2, NOON + timedelta(hours=1)),
        ("silent", None, 0, None),
    ]


def test_rows_are_counted_by_table(store: Path) -> None:
    assert status(store).counts == {
        "articles": 4, "stories": 1, "memberships": 2, "entities": 4, "topics": 4,
        "fates": 8, "dead_letters": 3, "sources": 2,
    }  # fmt: skip


def test_a_new_store_is_all_zeroes(tmp_path: Path) -> None:
    found = status(fill(tmp_path / "store.db"))
    assert (found.stages, found.dead_letters, found.sources) == ((), (), ())
    assert set(found.counts.values()) == {0}


def test_a_status_goes_through_json(store: Path) -> None:
    found = status(store)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Status) == found


def test_sources_of_which_no_page_can_be_read_are_named(tmp_path: Path) -> None:
    def refused(source_id: str, number: int, reason: str = "timeout") -> Row:
        place = Position(topic="t", partition=0, offset=number)
        values = {"fate": "dead", "reason": reason, "source_id": source_id, "from_": place}
        return row(a_fate(f"{source_id}-{number}", stage="fetcher", **values))

    feeds = (Feed(url="https://f.example/rss", kind="feed"),)
    path = fill(
        tmp_path / "store.db",
        *(row(a_source(id=name, feeds=feeds)) for name in ("barred", "beside-the-point", "few")),
        row(a_source(id="read-no-more")),
        *(refused(name, number) for name in ("barred", "read-no-more") for number in range(LAST)),
        *(refused("few", number) for number in range(LAST - 1)),
        *(refused("beside-the-point", number, "not-relevant") for number in range(LAST)),
    )
    assert status(path).failing == ("barred",)
    with closing(sqlite3.connect(path)) as db:  # before the store was brought up to date
        db.execute("DROP INDEX fates_that_end")
        db.execute("ALTER TABLE fates DROP COLUMN source_id")
        db.execute("DELETE FROM migrations WHERE number = 3")
        db.commit()
    found = status(path)
    assert (found.failing, found.misfit is None) == ((), False)
