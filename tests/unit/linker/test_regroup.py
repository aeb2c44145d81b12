"""Stories that merge and split, and what is said of it."""

from itertools import permutations

import pytest

from schemas.records import ClassifiedArticle
from services.linker import regroup
from services.linker.filter import Linking
from services.linker.stories import new_story_id
from tests.unit.linker.articles import (
    BLACKOUT,
    BRIDGE,
    SECOND,
    STRIKE,
    THIRD,
    UNRELATED,
    WIRE,
    an_article,
    page_id,
    spin,
)
from tests.unit.linker.stream import Kept, Run, on_the_wire

TWO = (an_article("strike", STRIKE, hour=0), an_article("blackout", BLACKOUT, hour=1))
MERGING = (*TWO, an_article("bull", UNRELATED, hour=2), an_article("bridge", BRIDGE, hour=3))
WIRED = an_article("wire", WIRE, title="Waiver renewed", source_id="zagros", hour=0)
SPUN = an_article("spun", spin(WIRE), hour=1)
SPLITTING = (WIRED, SPUN, an_article("two", SECOND, hour=2), an_article("three", THIRD, hour=3))


def members(run: Run, story_id: str) -> set[str]:
    return set(run.stories[story_id].members)


def test_two_stories_that_an_article_joins_are_one_under_the_older_id() -> None:
    apart = Run().all(TWO)
    assert len({article.story.id for article in apart.articles.values()}) == 2
    run = Run().all(MERGING)
    old, young = (new_story_id(page_id(name)) for name in ("strike", "blackout"))
    assert members(run, old) == {page_id(name) for name in ("strike", "blackout", "bridge")}
    gone = run.stories[young]
    assert (gone.members, gone.families, gone.independent_sources) == ((), (), 0)
    assert (gone.merged_into, gone.version, run.stories[old].version) == (old, 2, 2)
    assert run.stories[old].independent_sources == 3


def test_who_is_in_another_story_than_before_is_published_again_with_it() -> None:
    run = Run().all(MERGING)
    again = run.articles[page_id("blackout")]
    assert (again.story.id, again.version) == (new_story_id(page_id("strike")), 2)
    assert again.corroboration.independent_sources == 3
    assert [run.articles[page_id(name)].version for name in ("strike", "bridge", "bull")] == [1, 1, 1]


@pytest.mark.parametrize("order", list(permutations(("strike", "blackout", "bridge", "bull"))), ids="-".join)
def test_the_order_of_arrival_makes_no_other_stories(order: tuple[str, ...]) -> None:
    texts = {"strike": STRIKE, "blackout": BLACKOUT, "bridge": BRIDGE, "bull": UNRELATED}
    linking = Linking()
    for name in order:
        linking.add({"id": name, "text": texts[name]})
    story_of = {line["id"]: line["story"]["id"] for line in linking.final()}
    assert len({story_of[name] for name in ("strike", "blackout", "bridge")}) == 1
    assert len(set(story_of.values())) == 2


@pytest.fixture
def splitting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three originals are looked at, and never alike enough."""
    monkeypatch.setattr(regroup, "CHECKED_AT", frozenset([3]))
    monkeypatch.setattr(regroup, "SPLIT", 1.0)


@pytest.mark.usefixtures("splitting")
def test_a_story_that_was_two_keeps_its_id_and_says_who_left() -> None:
    run = Run().all(SPLITTING)
    old = new_story_id(page_id("wire"))
    (new,) = set(run.stories) - {old}
    assert (run.stories[new].split_from, run.stories[old].split_from) == (old, None)
    assert members(run, old) & members(run, new) == set()
    assert members(run, old) | members(run, new) == {article.page_id for article in SPLITTING}
    for story_id in (old, new):
        assert {run.articles[member].story.id for member in members(run, story_id)} == {story_id}
        assert run.stories[story_id].first_at >= WIRED.fetched_at


@pytest.mark.usefixtures("splitting")
def test_a_copy_stays_with_its_original() -> None:
    run = Run().all(SPLITTING)
    assert run.articles[SPUN.page_id].copy_.of == WIRED.page_id
    assert run.articles[SPUN.page_id].story.id == run.articles[WIRED.page_id].story.id


@pytest.mark.usefixtures("splitting")
@pytest.mark.parametrize("stream", [MERGING, SPLITTING], ids=["merging", "splitting"])
def test_a_restart_after_any_article_changes_nothing(stream: tuple[ClassifiedArticle, ...]) -> None:
    undisturbed = Run()
    expected = [on_the_wire(undisturbed.take(article)) for article in stream]
    for cut in range(len(stream) + 1):
        after = Run(Kept(Run().all(stream[:cut]).memory.held))
        assert [on_the_wire(after.take(article)) for article in stream[cut:]] == expected[cut:]
        assert after.memory.held == undisturbed.memory.held
        again = [out for article in stream for out in on_the_wire(after.take(article))]
        assert again == [out for outgoing in expected for out in outgoing if out[0] != "memory"]


def test_a_page_published_again_keeps_the_repairs_of_its_last_verdict() -> None:
    late = (SPUN, WIRED)
    run = Run().all(late)
    repaired = run.articles[SPUN.page_id].repairs
    assert repaired
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(regroup, "CHECKED_AT", frozenset([3]))
        patched.setattr(regroup, "SPLIT", 1.0)
        run.all(SPLITTING[2:])
    assert run.articles[SPUN.page_id].repairs == repaired


@pytest.mark.parametrize("limit", ["MOVED", "FULL"])
def test_what_would_move_too_many_is_left_as_it_is(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regroup, limit, 0)
    run = Run().all(MERGING)
    assert all(story.merged_into is None for story in run.stories.values())
