"""Stories: likeness and what a story gathers."""

import pytest
from msgspec import structs

from services.linker.events import Member, Profile, StoryState
from services.linker.likeness import FAR, FAR_TOLD, Likeness, date_factor
from services.linker.publishers import Publishers
from services.linker.reading import profile_of, read_article
from services.linker.stories import (
    FULL,
    LISTED,
    THRESHOLD,
    Placed,
    is_full,
    joined,
    new_story_id,
    story_record,
)
from services.linker.told_days import told_days
from services.linker.vectors import Rarity
from tests.unit.linker.articles import LOOKALIKE, SECOND, START, THIRD, UNRELATED, WIRE, an_article, spin

DAY = 86400.0


def on(text: str = "", published: float | None = None) -> Profile:
    """The profile of an article that names these days and was published then."""
    made = profile_of(read_article(an_article("a", WIRE)), Rarity(), Publishers({}), START)
    return structs.replace(made, days=told_days(text), published=published)


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        (on(), on(published=DAY), 1.0),
        (on(), on(), 1.0),
        (on(published=0), on(published=2 * DAY), 1.0),
        (on(published=0), on(published=3 * DAY), 1.0),
        (on(published=0), on(published=30 * DAY), FAR),
        (on(published=0), on(published=9e9), FAR),
        (on("3 May 2020"), on(), 1.0),
        (on("3 May 2020"), on("5 May"), 1.0),
        (on("3 May 2020"), on("3 May 2021"), FAR_TOLD),
        (on("3 May 2020", 0), on("3 May 2020", 9e9), FAR),
        (on("3 May 2020", 0), on("9 July 2020", 0), FAR_TOLD),
    ],
)
def test_dates_are_a_soft_prior(one: Profile, other: Profile, factor: float) -> None:
    assert date_factor(one, other) == date_factor(other, one) == pytest.approx(factor)


def test_the_prior_falls_with_distance() -> None:
    factors = [date_factor(on(published=0), on(published=day * DAY)) for day in range(40)]
    assert factors == sorted(factors, reverse=True)


def like(one: str, other: str) -> float:
    rarity, nobody = Rarity(), Publishers({})
    a, b = (
        profile_of(read_article(an_article(n, t)), rarity, nobody, START)
        for n, t in (("a", one), ("b", other))
    )
    return Likeness(a).to([b])[0]


@pytest.mark.parametrize("other", [SECOND, THIRD, spin(WIRE)])
def test_tellings_of_one_event_are_alike(other: str) -> None:
    assert like(WIRE, other) > THRESHOLD


@pytest.mark.parametrize("other", [LOOKALIKE, UNRELATED, "", "word " * 200])
def test_other_events_are_not(other: str) -> None:
    assert like(WIRE, other) < THRESHOLD


def test_a_story_id_is_made_of_its_first_page_for_ever() -> None:
    assert new_story_id("a" * 64) == "story-ffe054fe7ae0cb6d"


def test_a_story_gathers_what_its_members_are_about() -> None:
    reading = read_article(an_article("a", WIRE))
    state = joined(None, Placed("story-1", 1.0), reading, (Member(page_id="a" * 64, family="A"),), spun=False)
    assert (state.version, state.title, state.countries) == (1, None, ("IQ",))
    wide = structs.replace(state, entities=tuple(f"person:{n}" for n in range(LISTED)))
    titled = read_article(an_article("b", WIRE, title="Waiver", hour=-1))
    two = joined(
        wide,
        Placed("story-1", 0.5),
        titled,
        (*state.members, Member(page_id="b" * 64, family="B")),
        spun=False,
    )
    record = story_record(two)
    assert (record.version, record.title, record.independent_sources) == (2, "Waiver", 2)
    assert (record.first_at, record.last_at) == (titled.identity.fetched_at, reading.identity.fetched_at)
    assert len(record.entities) == LISTED


@pytest.mark.parametrize(
    ("titles", "title"),
    [
        ((("Accord", True), ("Agreement", False)), "Agreement"),
        ((("Agreement", False), ("Accord", True)), "Agreement"),
        (((None, False), ("Accord", True)), "Accord"),
        ((("Accord", True), (None, False)), "Accord"),
        ((("One", False), ("Two", False)), "One"),
    ],
)
def test_a_story_is_named_by_its_first_title_that_is_not_spun(
    titles: tuple[tuple[str | None, bool], ...], title: str
) -> None:
    state = None
    for name, spun in titles:
        reading = read_article(an_article("a", WIRE, title=name))
        state = joined(state, Placed("story-1", 1.0), reading, (), spun=spun)
    assert state is not None
    assert state.title == title


def test_a_full_story_takes_no_more() -> None:
    members = (Member(page_id="a" * 64, family="A"),) * FULL
    state = StoryState(story_id="story-1", version=1, members=members, first_at=START, last_at=START)
    assert is_full(state)
    assert not is_full(structs.replace(state, members=members[1:]))
    assert not is_full(None)
