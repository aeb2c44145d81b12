"""A page that is taken down: what is said of it, what is left of it, and that it stays away."""

import zlib
from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

from schemas.records import ClassifiedArticle, EnrichedArticle, Story
from services.linker.events import unpack
from services.linker.stories import new_story_id
from services.linker.takedown import LAST
from services.linker.window import SPAN
from services.stage import Emit, Erase, Outgoing, Remember, Skip
from tests.unit.linker.articles import (
    BLACKOUT,
    BRIDGE,
    SECOND,
    START,
    STRIKE,
    WIRE,
    an_article,
    spin,
)
from tests.unit.linker.stream import Kept, Run, on_the_wire

WIRED = an_article("wire", WIRE, title="Waiver renewed", source_id="zagros", hour=0)
TWO = an_article("two", SECOND, title="Three months more", source_id="tigris", hour=1)
REPRINT = an_article("reprint", WIRE, hour=2)
REPRINTED = an_article("reprinted", WIRE, hour=3)
SPUN = an_article("spun", spin(WIRE), hour=4)
STREAM = (WIRED, TWO, REPRINT, REPRINTED, SPUN)


def gone(article: ClassifiedArticle, hour: float = 9) -> ClassifiedArticle:
    """The message that takes a page down."""
    return structs.replace(
        article,
        status="canceled",
        because="A court asked for it.",
        fetched_at=START + timedelta(hours=hour),
    )


def said(outgoing: list[Outgoing]) -> list[tuple[str, str, bool]]:
    """Topic, key and whether it is a record, of what is published."""
    return [
        (out.topic.name.split(".")[0], out.key, isinstance(out, Emit))
        for out in outgoing
        if not isinstance(out, Remember)
    ]


def test_a_canceled_record_comes_then_the_story_then_a_tombstone() -> None:
    outgoing = Run().all(STREAM).take(gone(WIRED))
    story_id = new_story_id(WIRED.page_id)
    assert said(outgoing) == [
        ("articles", WIRED.page_id, True),
        ("stories", story_id, True),
        ("articles", WIRED.page_id, False),
    ]


def test_the_record_says_why_and_none_of_the_words() -> None:
    named = structs.replace(
        WIRED, discovered=structs.replace(WIRED.discovered, title="Waiver renewed", summary="The State")
    )
    run = Run().all([named])
    run.take(gone(named))
    record = run.articles[WIRED.page_id]
    assert (record.status, record.version, record.because) == ("canceled", 2, "A court asked for it.")
    assert (record.title, record.text, record.credits) == (None, "", ())
    assert (record.revision.number, record.revision.kind) == (2, "retraction")
    assert [change.after for change in record.revision.changes] == ["canceled"]
    assert b"Waiver" not in msgspec.json.encode(record)


def test_the_story_goes_on_without_it_and_counts_anew() -> None:
    run = Run().all((WIRED, TWO))
    run.take(gone(WIRED))
    story = run.stories[new_story_id(WIRED.page_id)]
    assert (story.members, story.families, story.version) == ((TWO.page_id,), ("Tigris House",), 3)
    assert story.title == TWO.title


def test_copies_of_what_is_gone_are_one_voice_still() -> None:
    run = Run().all((WIRED, REPRINT, REPRINTED))
    run.take(gone(WIRED))
    assert run.stories[new_story_id(WIRED.page_id)].independent_sources == 1


def test_what_it_disagreed_on_is_settled() -> None:
    fires = (
        an_article("one", f"{STRIKE} It was in Iraq.", source_id="zagros"),
        an_article("other", STRIKE.replace("four", "seven") + " Guards ran.", source_id="tigris", hour=1),
    )
    run = Run().all(fires)
    (story,) = run.stories.values()
    run.take(gone(fires[1]))
    assert run.stories[story.story_id].disagreements == ()


def test_a_story_without_members_is_erased_too() -> None:
    run = Run().all([WIRED])
    outgoing = run.take(gone(WIRED))
    story_id = new_story_id(WIRED.page_id)
    assert said(outgoing)[-2:] == [("articles", WIRED.page_id, False), ("stories", story_id, False)]
    story = run.stories[story_id]
    assert (story.members, story.title, story.countries, story.independent_sources) == ((), None, (), 0)


def test_nothing_of_it_is_remembered() -> None:
    changed = an_article("wire", f"{WIRE}\n\nMore came.", source_id="zagros", hour=5)
    run = Run().all((*STREAM, changed))
    run.take(gone(WIRED))
    events = [unpack(key, value) for key, value in run.memory.items("")]
    own = [event for event in events if event.profile.identity.page_id == WIRED.page_id]
    assert [event.canceled for event in own] == [True]
    assert (own[0].profile.shingles, own[0].profile.vectors.word.terms, own[0].profile.sentence) == (b"",) * 3
    assert not any(b"More came" in record for event in events for record in event.articles)
    later = an_article("later", WIRE, hour=10)
    run.take(later)
    assert run.articles[later.page_id].copy_.of != WIRED.page_id


CAME_LATE = (SPUN, TWO, WIRED)  # the original makes the verdict on its copy anew, and says its record again


def test_nothing_of_it_is_remembered_with_others() -> None:
    run = Run().all(CAME_LATE)
    run.take(gone(SPUN))
    held = [zlib.decompress(value) for _, value in run.memory.items("")]
    assert not [value for value in held if SPUN.text.encode() in value]
    events = [unpack(key, value) for key, value in run.memory.items("")]
    stories = [state for event in events for state in (event.story, *event.other_stories) if state]
    told = [state for state in stories if SPUN.page_id in {member.page_id for member in state.members}]
    assert {state.title for state in told} <= {None}


def test_what_made_its_verdict_anew_does_not_say_it_again() -> None:
    """A redelivery after the tombstone would else be the newest word under its key."""
    run = Run().all(CAME_LATE)
    assert ("articles", SPUN.page_id, True) in said(run.take(WIRED))
    run.take(gone(SPUN))
    assert said(run.take(WIRED)) == [("articles", WIRED.page_id, True)]
    assert said(Run(run.memory).take(WIRED)) == [("articles", WIRED.page_id, True)]


def test_a_takedown_that_was_never_confirmed_is_remembered_whole() -> None:
    run = Run().all(CAME_LATE)
    lost = Kept(run.memory.held)
    run.stage.step(gone(SPUN))  # and nothing of it was made durable
    again = run.stage.step(gone(SPUN))
    run.memory.remember(list(again))
    undisturbed = Run(lost)
    undisturbed.take(gone(SPUN))
    assert run.memory.held == undisturbed.memory.held


def test_it_does_not_come_back() -> None:
    run = Run().all(STREAM)
    run.take(gone(WIRED))
    for article in (WIRED, an_article("wire", SECOND, hour=20)):
        with pytest.raises(Skip, match="taken-down"):
            run.take(article)
    run.take(an_article("much-later", BRIDGE, hour=20 + SPAN / timedelta(hours=1)))
    run.take(an_article("wire", SECOND, hour=30 + SPAN / timedelta(hours=1)))
    assert run.articles[WIRED.page_id].status == "usable"


def test_asked_again_it_answers_as_before() -> None:
    run = Run().all(STREAM)
    first = on_the_wire(run.take(gone(WIRED)))
    published = [out for out in first if out[0] != "memory"]
    assert on_the_wire(run.take(gone(WIRED))) == published
    assert on_the_wire(run.take(gone(WIRED, hour=12))) == published


def test_a_page_that_is_not_known_is_erased_all_the_same() -> None:
    run = Run()
    outgoing = run.take(gone(WIRED))
    assert said(outgoing) == [("articles", WIRED.page_id, True), ("articles", WIRED.page_id, False)]
    assert run.articles[WIRED.page_id].version == LAST
    again = on_the_wire(Run(run.memory).take(gone(WIRED)))
    assert again == [out for out in on_the_wire(outgoing) if out[0] != "memory"]


def test_a_story_that_outlived_the_page_is_told_without_it_too() -> None:
    late = 20 + SPAN / timedelta(hours=1)
    again = an_article("two", f"{SECOND}\n\nMore came.", source_id="tigris", hour=20)
    run = Run().all((WIRED, TWO, again, an_article("bridge", BRIDGE, hour=late - 1)))
    story_id = new_story_id(WIRED.page_id)
    assert run.stories[story_id].members == (WIRED.page_id, TWO.page_id)
    outgoing = run.take(gone(WIRED, hour=late))
    assert said(outgoing)[1] == ("stories", story_id, True)
    assert run.stories[story_id].members == (TWO.page_id,)
    assert run.articles[WIRED.page_id].version == LAST


MERGED = (
    an_article("strike", STRIKE, hour=0),
    an_article("blackout", BLACKOUT, hour=1),
    an_article("bridge", BRIDGE, hour=2),
)


@pytest.mark.parametrize(
    ("stream", "taken"),
    [
        (STREAM, WIRED),
        (STREAM, REPRINT),
        (CAME_LATE, WIRED),
        (CAME_LATE, SPUN),
        (MERGED, MERGED[2]),
        (MERGED, MERGED[0]),
    ],
    ids=[
        "original",
        "copy",
        "original-that-came-late",
        "copy-that-came-first",
        "what-joined-two-stories",
        "first-of-the-older",
    ],
)
def test_a_restart_after_any_message_changes_nothing(
    stream: tuple[ClassifiedArticle, ...], taken: ClassifiedArticle
) -> None:
    """What the forgotten events alone held of others, verdicts and stories, is held by the takedown."""
    messages = (*stream, gone(taken), an_article("after", WIRE, hour=10), an_article("last", BRIDGE, hour=11))
    undisturbed = Run()
    expected = [on_the_wire(undisturbed.take(each)) for each in messages]
    for cut in range(len(messages) + 1):
        after = Run(Kept(Run().all(messages[:cut]).memory.held))
        assert [on_the_wire(after.take(each)) for each in messages[cut:]] == expected[cut:]
        assert after.memory.held == undisturbed.memory.held


def test_a_tombstone_is_no_record() -> None:
    outgoing = Run().all([WIRED]).take(gone(WIRED))
    erased = [out for out in outgoing if isinstance(out, Erase)]
    assert [out.topic.record for out in erased] == [EnrichedArticle, Story]
