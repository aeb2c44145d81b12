from datetime import datetime, timedelta
from typing import Any

import pytest

from services.store.freshness import Age, Silent
from services.store.verdict import Circumstances, Lag, Stands, Verdict, ago, calmer, counted, judge, span
from tests.unit.store.records import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KAFKA = Circumstances(now=NOON, on_kafka=True)


def a_stage(
    messages: int = 0, *, idle: timedelta = HOUR, members: int = 1, pace: float = 0.0, **changes: Any
) -> Stands:
    lag = Lag(messages=messages, members=members, **changes)
    return Stands(stage="extractor", last_at=NOON - idle, lag=lag, pace=pace)


def an_age(
    family: str = "Tigris", waited: timedelta = HOUR, limit: timedelta = 2 * HOUR, habit: bool = True
) -> Age:
    seconds = limit.total_seconds()
    newest = NOON - waited
    return Age(family=family, sources=(family,), articles=9, newest=newest, limit=seconds, habit=habit)


def verdict(around: Circumstances = KAFKA, **changes: Any) -> Verdict:
    """Of a deployment where all is well, but for the changes."""
    facts: dict[str, Any] = {
        "stages": [a_stage()], "ages": [an_age()], "everybody": an_age(), "silent": [], "flood_at": None,
    }  # fmt: skip
    return judge(around, **(facts | changes))


def test_all_is_well() -> None:
    assert verdict() == Verdict(working=True, line="working", alarms=())


def test_a_backlog_that_is_worked_off_is_said_and_is_no_alarm() -> None:
    found = verdict(stages=[a_stage(9000, idle=MINUTE, pace=10.0)])
    assert (found.working, found.line) == (True, "working; extractor lags 9,000 messages, 15 min at its pace")


def test_who_never_brought_anything_is_said_and_is_no_alarm() -> None:
    mute = Silent(source_id="m", name="Mute", family="m", since=NOON, never=True)
    quiet = Silent(source_id="q", name="Quiet", family="q", since=NOON, never=False)
    assert verdict(silent=[mute, quiet]).line == "working; 1 source never brought an article"


def test_a_source_of_which_no_page_can_be_read_is_said_and_is_no_alarm() -> None:
    found = verdict(failing=["barred"])
    assert (found.working, found.line) == (
        True,
        "working; no page of 1 source can be read (`sirwan sources check`)",
    )


@pytest.mark.parametrize(
    ("around", "since", "alarm"),
    [
        (KAFKA, 4 * HOUR, "no article from anybody since the sources are read, for 4 h"),
        (KAFKA, 2 * HOUR, None),
        (Circumstances(now=NOON, on_kafka=False, running_since=NOON - HOUR), 4 * DAY, None),
    ],
    ids=["for hours", "not for long", "a run of its own that is young"],
)
def test_a_deployment_that_never_brought_anything_is_not_working(
    around: Circumstances, since: timedelta, alarm: str | None
) -> None:
    mute = [
        Silent(source_id=name, name=name, family=name, since=NOON - ago_, never=True)
        for name, ago_ in (("a", since), ("b", HOUR))
    ]
    found = verdict(around, ages=[], everybody=None, silent=mute)
    assert (found.working, found.alarms) == (alarm is None, (alarm,) if alarm else ())


LATE = [an_age(name, 3 * HOUR) for name in ("Tigris", "Zagros", "Arvand", "Caspian", "Shatt")]


@pytest.mark.parametrize(
    ("changes", "alarm"),
    [
        (
            {"stages": [a_stage(1204, idle=MINUTE, pace=0.3)]},
            "extractor lags 1,204 messages, 66 min at its pace",
        ),
        ({"stages": [a_stage(1)]}, "extractor lags 1 message and did nothing for 60 min"),
        ({"stages": [a_stage(0, members=0)]}, "extractor does not run"),
        (
            {"stages": [a_stage(0, members=0, missing=("sirwan.a", "sirwan.b"))]},
            "no topic sirwan.a and 1 more (run `sirwan topics apply`)",
        ),
        ({"ages": [an_age(waited=3 * HOUR)]}, "no article from Tigris for 3 h"),
        (
            {"ages": LATE},
            "; ".join(f"no article from {name} for 3 h" for name in ("Tigris", "Zagros", "Arvand"))
            + "; nor from 2 other owners",
        ),
        ({"ages": LATE, "everybody": an_age(waited=7 * HOUR)}, "no article from anybody for 7 h"),
        ({"flood_at": NOON - HOUR / 2}, "many dead letters in the last 60 min"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(changes: dict[str, Any], alarm: str) -> None:
    found = verdict(**changes)
    assert (found.working, found.line) == (False, f"not working: {alarm}")


@pytest.mark.parametrize(
    "changes",
    [
        {"stages": [a_stage(1000, idle=14 * MINUTE, pace=0.1)]},  # behind, and at work
        {"stages": [a_stage(5000, idle=MINUTE)]},  # it has just begun
        {"stages": [a_stage(0, idle=30 * HOUR)]},  # nothing waits
        {"stages": [Stands(stage="extractor", last_at=NOON - 30 * HOUR)]},  # nobody knows
        {"flood_at": NOON - 2 * HOUR},  # it is over
        {"ages": [], "everybody": None},  # nothing yet: it has just begun
        {"ages": [an_age(waited=9 * DAY, limit=3 * DAY, habit=False)]},  # its habit is not known
    ],
)
def test_what_passes_is_no_alarm(changes: dict[str, Any]) -> None:
    assert verdict(**changes).working


def test_a_broker_that_does_not_answer_is_an_alarm() -> None:
    around = Circumstances(now=NOON, on_kafka=True, broker_problem="lag unknown, broker x:1 …")
    assert verdict(around).line == "not working: lag unknown, broker x:1 …"


def test_at_rest_nothing_is_an_alarm() -> None:
    around = Circumstances(now=NOON, on_kafka=False)
    found = verdict(around, ages=LATE, everybody=LATE[0], stages=[a_stage(0, idle=8760 * HOUR)])
    assert found == Verdict(
        working=True, line="at rest: nothing runs here, the last thing happened 365 d ago", alarms=()
    )


@pytest.mark.parametrize(("started", "working"), [(NOON - HOUR, True), (NOON - 4 * HOUR, False)])
def test_a_run_is_not_blamed_for_the_night_before(started: datetime, working: bool) -> None:
    around = Circumstances(now=NOON, on_kafka=False, running_since=started)
    late = an_age(waited=9 * HOUR, limit=3 * HOUR)
    assert verdict(around, ages=[late], everybody=late).working is working


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (45, "45 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172800, "2 d"),
    ],
)
def test_a_span_has_one_unit(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_clocks_that_disagree_say_now() -> None:
    assert ago(NOON, NOON + HOUR) == "now"
    assert ago(NOON, NOON - HOUR) == "60 min ago"


def test_one_is_not_many() -> None:
    assert (counted(1, "message"), counted(1204, "message")) == ("1 message", "1,204 messages")


def test_an_alarm_must_stand_two_looks() -> None:
    first = {"linker": Lag(messages=3, members=0), "store": Lag(messages=0, members=1)}
    second = {"linker": Lag(messages=0, members=1), "store": Lag(messages=2, members=1)}
    calm = {"linker": Lag(messages=0, members=1), "store": Lag(messages=0, members=1)}
    assert calmer(first, second) == calm
    assert calmer(first, {}) == {}
