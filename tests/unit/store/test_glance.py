import io
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from schemas.records import Feed
from services.runtime import kafka_lag
from services.runtime.config import Settings, load_settings
from services.runtime.home import held
from services.runtime.kafka_lag import Behind
from services.stage import Transient
from services.store.glance import Glance, glance, look
from services.store.status import FLOOD, Status, status
from services.store.trace import PIPELINE
from services.store.view import print_status
from tests.broker import free_port
from tests.clock import START, FakeClock
from tests.unit.store.records import a_dead_letter, a_fate, a_source, an_article, fill, row

FEEDS = (Feed(url="https://river.example/rss", kind="feed"),)


@pytest.fixture
def state(tmp_path: Path) -> Status:
    """Two stages, a source with an article, one without, a dead letter."""
    return status(
        fill(
            tmp_path / "sirwan.db",
            row(a_fate(stage="fetcher", at=START - timedelta(seconds=7))),
            row(a_fate("b", stage="fetcher", at=START - timedelta(hours=1))),
            row(a_fate(stage="extractor", fate="dead", reason="undecodable", at=START)),
            row(a_source(feeds=FEEDS)),
            row(a_source(id="mute", name="Mute Herald", family=None, feeds=FEEDS)),
            row(an_article("a", source_id="river-post", fetched_at=START - timedelta(minutes=5))),
            row(a_dead_letter(last_at=START)),
        )
    )


def shown(found: Glance, width: int = 80) -> str:
    stream = io.StringIO()
    print_status(Console(file=stream, width=width, highlight=False), found)
    return stream.getvalue()


def test_a_store_that_nobody_works_on_is_at_rest(state: Status, tmp_path: Path) -> None:
    found = glance(state, load_settings(home=tmp_path), FakeClock())
    assert (found.working, found.verdict) == (True, "at rest: nothing runs here, the last thing happened now")
    assert [(each.stage, each.idle, each.lag) for each in found.stages] == [
        ("fetcher", 7.0, None),
        ("extractor", 0.0, None),
    ]


def test_the_store_did_something_when_it_wrote_the_newest_fate(tmp_path: Path) -> None:
    """Its own fates are of articles alone: in a night of irrelevant pages it has none, and is at work."""
    rows = [row(a_fate(stage="store", at=START - timedelta(hours=8))), row(a_fate(stage="fetcher", at=START))]
    found = glance(status(fill(tmp_path / "s.db", *rows)), load_settings(home=tmp_path), FakeClock())
    assert [(each.stage, each.idle) for each in found.stages] == [("fetcher", 0.0), ("store", 0.0)]


def asked(monkeypatch: pytest.MonkeyPatch, *looks: Mapping[str, Behind]) -> None:
    """The broker's answers, one a look."""
    answers = iter(looks)

    async def look(*_: object) -> Mapping[str, Behind]:
        return next(answers)

    monkeypatch.setattr(kafka_lag, "look", look)


CALM = {stage: Behind(0, 1) for stage in PIPELINE}
BUSY = {**CALM, "linker": Behind(2000, 1)}


@pytest.mark.parametrize(("second", "working"), [(CALM, True), (BUSY, False)])
def test_a_lag_is_looked_at_twice_before_it_is_an_alarm(
    state: Status,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    second: Mapping[str, Behind],
    working: bool,
) -> None:
    asked(monkeypatch, BUSY, second)
    found = glance(state, load_settings(home=tmp_path, kafka="x:1"), FakeClock())
    assert found.working is working
    assert [each.stage for each in found.stages] == list(PIPELINE)
    assert [each.lag for each in found.stages] == [second[stage].messages for stage in PIPELINE]


@pytest.mark.parametrize(("members", "lag"), [(0, None), (1, 7)])
def test_a_service_that_need_not_run_is_no_alarm_and_shows_its_lag_where_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, members: int, lag: int | None
) -> None:
    asked(monkeypatch, *[{**CALM, "webhooks": Behind(7, members)}] * 2)
    rows = [row(a_fate(stage=stage, at=START)) for stage in ("fetcher", "webhooks")]
    state = status(fill(tmp_path / "s.db", *rows, row(an_article(fetched_at=START))))
    found = glance(state, load_settings(home=tmp_path, kafka="x:1"), FakeClock())
    assert found.working
    assert [each.lag for each in found.stages if each.stage == "webhooks"] == [lag]


def test_a_stage_that_never_did_anything_stands_since_the_others_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(monkeypatch, *[{**CALM, "linker": Behind(1, 1)}] * 2)
    rows = [row(a_fate(str(ago), stage="fetcher", at=START - timedelta(minutes=ago))) for ago in (0, 40)]
    found = glance(
        status(fill(tmp_path / "s.db", *rows)), load_settings(home=tmp_path, kafka="x:1"), FakeClock()
    )
    assert found.alarms == ("linker lags 1 message and did nothing for 40 min",)


def test_the_pace_of_the_store_is_that_of_all_it_writes(
    state: Status, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(monkeypatch, CALM)
    rows = [row(a_fate(stage=stage, at=START)) for stage in ("fetcher", "extractor", "store")]
    state = status(fill(tmp_path / "s.db", *rows))
    found = glance(state, load_settings(home=tmp_path, kafka="x:1"), FakeClock())
    paces = {each.stage: round(each.pace * 60) for each in found.stages}
    assert paces == {"fetcher": 1, "extractor": 1, "classifier": 0, "linker": 0, "store": 3}


def test_an_embedded_run_is_seen_by_its_lock(state: Status, tmp_path: Path) -> None:
    with held(tmp_path):
        found = glance(state, load_settings(home=tmp_path), FakeClock())
        assert found.running_since is not None
        assert found.verdict == "working; 1 source never brought an article"
    assert glance(state, load_settings(home=tmp_path), FakeClock()).running_since is None


def test_mistakes_in_the_source_files_are_counted(state: Status, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[[sauce]]\n[[source]]\nid = 7\n")
    with held(tmp_path):
        found = glance(state, load_settings(home=tmp_path, sources=tmp_path), FakeClock())
    assert found.working
    assert "the source files have 4 mistakes and are not taken up (`sirwan sources check`)" in found.verdict


def test_of_a_store_that_cannot_be_read_nothing_is_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(monkeypatch, CALM, CALM)

    def unread() -> Status:
        raise Transient("store-unavailable", "postgresql://x: no answer; see that PostgreSQL runs there")

    found = look(load_settings(home=tmp_path, kafka="x:1"), FakeClock(), unread)
    assert found.alarms == ("postgresql://x: no answer; see that PostgreSQL runs there",)
    assert [line.split() for line in shown(found).splitlines()[-5:]] == [
        [stage, *"????", "0", "?"] for stage in PIPELINE
    ]


def test_a_store_of_another_release_is_an_alarm(
    state: Status, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(monkeypatch, CALM, CALM)
    other = msgspec.structs.replace(state, misfit="the store has layout 9: use a newer release")
    found = glance(other, load_settings(home=tmp_path, kafka="x:1"), FakeClock())
    assert found.alarms == ("the store has layout 9: use a newer release",)
    assert found.stages[0].taken == 2


def test_a_broker_that_is_away_leaves_the_rest_and_is_named(state: Status, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    found = glance(state, load_settings(home=tmp_path, kafka=address), FakeClock())
    assert not found.working
    assert found.alarms == (f"lag unknown: no answer from the broker {address} (SIRWAN_KAFKA)",)
    assert "unknown" in shown(found)
    assert "river" in shown(found)


def test_eighty_columns_show_all_of_it(state: Status, tmp_path: Path) -> None:
    lines = [
        line.rstrip() for line in shown(glance(state, Settings(home=tmp_path), FakeClock())).splitlines()
    ]
    assert max(map(len, lines)) <= 80
    assert lines == [
        "at rest: nothing runs here, the last thing happened now",
        "",
        "stage      in  done  skipped  dead  lag  last",
        "fetcher     2     2        0     0    -  7 s ago",
        "extractor   1     0        0     1    -  now",
        "",
        "refused  extractor: undecodable 1",
        "",
        "dead letters  1 × extractor: undecodable, last now",
        "",
        "owner  articles  newest     sources",
        "river  1         5 min ago  River Post",
        "",
        "silent  never an article since first read on 2026-03-01: Mute Herald",
    ]


def test_a_flood_of_dead_letters_is_dated_by_its_beginning(tmp_path: Path) -> None:
    times = [START + timedelta(seconds=number) for number in range(FLOOD + 1)]
    letters = [row(a_dead_letter(str(number), last_at=at)) for number, at in enumerate(times)]
    assert status(fill(tmp_path / "few.db", *letters[: FLOOD - 1])).flood_at is None
    assert status(fill(tmp_path / "many.db", *letters)).flood_at == times[1]


def test_a_glance_goes_through_json(state: Status, tmp_path: Path) -> None:
    found = glance(state, load_settings(home=tmp_path), FakeClock())
    assert msgspec.json.decode(msgspec.json.encode(found), type=Glance) == found
