from datetime import timedelta

import pytest

from services.store.endings import LAST, Ending, Lately, all_fail, read_lately
from services.store.freshness import SourceAge
from services.store.standing import STATES, standing
from tests.unit.store.records import NOON
from tests.unit.store.test_freshness import NEVER, a_source

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
READ = {"not-relevant"}


def ending(reason: str, pages: int, stage: str = "fetcher", fate: str = "skipped", hours: int = 5) -> Ending:
    """Pages of so many hours, up to noon, that ended in one way."""
    return Ending(
        stage=stage, fate=fate, reason=reason, pages=pages, first_at=NOON - hours * HOUR, last_at=NOON
    )


STORED = ending("ok", 1, "linker", "done")


@pytest.mark.parametrize(
    ("endings", "wanted"),
    [
        ([ending("http-client-error", LAST)], True),
        ([ending("timeout", LAST - 1), ending("bug", 1, "classifier", "dead")], True),  # whatever the ways
        ([ending("http-client-error", LAST - 1)], False),  # too few to say so
        ([ending("http-client-error", LAST - 1), STORED], False),
        ([ending("http-client-error", LAST - 1), ending("not-relevant", 1, "linker")], False),  # it was read
        ([ending("not-relevant", LAST, "linker")], False),
        ([], False),
    ],
    ids=["one-way", "several", "few", "one-stored", "one-not-relevant", "none-relevant", "none"],
)
def test_the_pages_of_a_source_fail_when_each_of_the_last_ones_could_not_be_read(
    endings: list[Ending], wanted: bool
) -> None:
    assert all_fail(endings, READ) is wanted


REFUSED = (ending("http-client-error", LAST - 2), ending("too-short", 2, "extractor", hours=9))
FRESH, SILENT = a_source("Post"), a_source("Post", newest=NOON - 31 * HOUR, oldest=NOON - 58 * HOUR)
YOUNG = a_source("Post", newest=NOON - 71 * HOUR, oldest=NOON - 72 * HOUR)
MUTE, MUTE_FOR_LONG = a_source("Post", **NEVER), a_source("Post", **{**NEVER, "seen_at": NOON - 4 * DAY})


@pytest.mark.parametrize(
    ("source", "endings", "wanted"),
    [
        (FRESH, (STORED,), ("ok", "ok", None, NOON)),
        (YOUNG, (), ("ok", "ok", None, NOON - 71 * HOUR)),  # without a habit it is given three days
        (FRESH, REFUSED, ("pages-failing", "http-client-error", "fetcher", NOON - 9 * HOUR)),
        (SILENT, (), ("silent", "no-article", None, NOON - 31 * HOUR)),
        (SILENT, REFUSED, ("pages-failing", "http-client-error", "fetcher", NOON - 9 * HOUR)),  # says why
        (MUTE, (), ("new", "ok", None, NOON - 2 * DAY)),
        (MUTE_FOR_LONG, (), ("never", "no-article", None, NOON - 4 * DAY)),
        (MUTE_FOR_LONG, REFUSED, ("pages-failing", "http-client-error", "fetcher", NOON - 9 * HOUR)),
    ],
    ids=["fresh", "young", "failing", "silent", "silent-failing", "new", "never", "never-failing"],
)
def test_a_source_is_in_the_worst_state_that_holds(
    source: SourceAge, endings: tuple[Ending, ...], wanted: tuple[object, ...]
) -> None:
    lately = Lately(seen_at=NOON - 9 * DAY, endings=endings)
    found = standing(source, lately, READ, NOON)
    assert (found.state, found.reason, found.stage, found.since) == wanted
    assert found.state in STATES
    assert found.endings == endings


@pytest.mark.parametrize("source", [SILENT, MUTE_FOR_LONG], ids=["silent", "never"])
def test_a_run_is_not_blamed_for_the_time_before_it(source: SourceAge) -> None:
    assert standing(source, None, READ, NOON, running_since=NOON - HOUR).state in ("ok", "new")
    assert standing(source, None, READ, NOON, running_since=NOON - 9 * DAY).state in ("silent", "never")


def test_the_limit_is_the_habit_of_the_source() -> None:
    known, young, mute = (standing(each, None, READ, NOON) for each in (FRESH, YOUNG, MUTE))
    assert (known.limit, known.habit) == (30 * 3600, True)
    assert (young.limit, young.habit) == (3 * 24 * 3600, False)
    assert (mute.limit, mute.habit) == (None, False)


def test_where_the_list_of_sources_knows_no_date_the_store_says_since_when_it_is_read() -> None:
    unheard = a_source("Post", **{**NEVER, "seen_at": None})
    assert standing(unheard, Lately(seen_at=NOON - 5 * DAY), READ, NOON).state == "never"
    assert standing(unheard, None, READ, NOON).state == "new"


def test_rows_are_put_together_by_source() -> None:
    def row(source_id: str, stage: str | None, pages: int = 0) -> dict[str, object]:
        at = NOON.isoformat() if stage else None
        return {
            "source_id": source_id, "seen_at": NOON.isoformat(), "stage": stage, "fate": stage and "skipped",
            "reason": stage and "gone", "pages": pages, "first_at": at, "last_at": at,
        }  # fmt: skip

    found = read_lately([row("a", "fetcher", 7), row("a", "extractor", 3), row("b", None)])
    assert found["b"] == Lately(seen_at=NOON)
    assert [(each.stage, each.pages) for each in found["a"].endings] == [("fetcher", 7), ("extractor", 3)]
