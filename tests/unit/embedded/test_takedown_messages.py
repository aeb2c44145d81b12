"""Which messages carry words of a page that is taken down, and what is said instead."""

import pytest
from msgspec import structs

from schemas.codec import decode, encode
from schemas.records import Record, Story
from schemas.topics import (
    ARTICLES_CLASSIFIED,
    ARTICLES_ENRICHED,
    DEAD_LETTERS,
    FETCH_REQUESTS,
    JOURNAL,
    STORIES,
    Topic,
)
from services.embedded.takedown_messages import (
    FETCHER_MEMORY,
    LINKER_MEMORY,
    Aim,
    carriers,
    messages,
    retelling,
)
from services.fetcher.canonical import site_key
from services.fetcher.takedowns import TAKEDOWN
from services.linker.events import unpack
from services.stage import Emit, Erase
from tests.records import a_request
from tests.unit.linker.stream import Run
from tests.unit.linker.test_takedown import CAME_LATE, SPUN, WIRED, gone
from tests.unit.store.records import NOON, a_dead_letter, a_fate, a_story, an_article, page

AIM = Aim(page("river"), "https://river.example/", "A court asked.", NOON)
CARRIERS = carriers(AIM)
ASKED = a_request(AIM.url, page_id=AIM.page_id)
DEAD = DEAD_LETTERS[ARTICLES_ENRICHED.dead]


@pytest.mark.parametrize(
    ("topic", "key", "record", "carries"),
    [
        (FETCH_REQUESTS, "river.example", ASKED, True),
        (FETCH_REQUESTS, "river.example", structs.replace(ASKED, lane=TAKEDOWN), False),
        (FETCH_REQUESTS, "river.example", a_request("https://river.example/other"), False),
        (ARTICLES_ENRICHED, AIM.page_id, an_article(), True),
        (ARTICLES_ENRICHED, AIM.page_id, an_article(status="canceled"), False),
        (ARTICLES_ENRICHED, page("lake"), an_article("lake"), False),
        (STORIES, "story-1", a_story(), True),
        (STORIES, "story-1", a_story(members=(page("lake"),)), False),
        (JOURNAL, AIM.page_id, a_fate(detail="Halabja"), True),
        (JOURNAL, AIM.page_id, a_fate(), False),
        (JOURNAL, AIM.page_id, a_fate(reason="taken-down", detail=AIM.url), False),
        (DEAD, AIM.page_id, a_dead_letter(), True),
        (DEAD, "river.example", a_dead_letter(), True),  # its page stands in the headers alone
        (DEAD, page("lake"), a_dead_letter("lake"), False),
    ],
)
def test_a_message_with_words_of_the_page_is_told_from_others(
    topic: Topic[Record], key: str, record: Record, carries: bool
) -> None:
    assert CARRIERS[topic.name](key.encode(), encode(topic, record)) is carries


def test_what_is_remembered_with_words_of_it_is_told_from_the_rest() -> None:
    ours = CARRIERS[FETCHER_MEMORY]
    assert ours(f"asked:{AIM.page_id}".encode(), b"{}")
    assert not ours(f"down:{AIM.page_id}".encode(), b"2026-03-01")
    run = Run().all(CAME_LATE)  # the second of these events says the record of the first again
    holds = carriers(Aim(SPUN.page_id, SPUN.canonical_url, "", NOON))[LINKER_MEMORY]

    def held() -> list[str]:
        found = [(key, value) for key, value in run.memory.items("") if holds(key.encode(), value)]
        return [unpack(key, value).profile.identity.page_id for key, value in found]

    assert {SPUN.page_id, WIRED.page_id} <= set(held())
    run.take(gone(SPUN))
    assert held() == []


def test_what_is_said_has_the_reason_and_no_words_and_passes_its_own_look() -> None:
    to_fetcher, to_linker = messages(AIM)
    assert (to_fetcher.key, to_linker.key) == (site_key(AIM.url), AIM.page_id)
    for emit in (to_fetcher, to_linker):
        value = encode(emit.topic, emit.record)
        assert not CARRIERS[emit.topic.name](emit.key.encode(), value)
    record = decode(ARTICLES_CLASSIFIED, encode(ARTICLES_CLASSIFIED, to_linker.record))
    assert (record.status, record.because, record.text, record.title) == (
        "canceled",
        "A court asked.",
        "",
        None,
    )


def test_a_page_of_no_site_is_said_to_the_linker_alone() -> None:
    local = Aim(page("local"), "file:///local.html", "Why not.", NOON)
    assert [emit.topic.name for emit in messages(local)] == [ARTICLES_CLASSIFIED.name]


def test_a_story_that_nobody_tells_any_more_is_told_once_more_without_the_page() -> None:
    told = retelling(encode(STORIES, a_story(version=4)), AIM)
    assert isinstance(told, Emit)
    story = told.record
    assert isinstance(story, Story)
    assert (story.members, story.version, story.title) == ((page("lake"),), 5, None)
    alone = retelling(encode(STORIES, a_story(members=(AIM.page_id,))), AIM)
    assert alone == Erase(STORIES, "story-1", "story-1")
