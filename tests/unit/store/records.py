"""Records as the stages before the store would make them; every text is ours."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from msgspec.structs import replace

from schemas.codec import encode
from schemas.records import (
    Access,
    Copy,
    Corroboration,
    CountryRelevance,
    DeadLetter,
    Discovered,
    EnrichedArticle,
    Entity,
    Fate,
    Original,
    Position,
    Published,
    Quality,
    Record,
    Revision,
    Rights,
    Source,
    Span,
    Stamp,
    Story,
    StoryLink,
    TopicLabel,
    Weighed,
)
from schemas.topics import ARTICLES_ENRICHED, DEAD_LETTERS, JOURNAL, SOURCES, STORIES, Topic
from services.runtime.bus import Message
from services.runtime.place import Place
from services.store.fit import sink_at
from services.store.rows import Delivery, row_of
from services.store.tables import Row

Anywhere = TypeVar("Anywhere", bound=Place)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = Stamp(component="classifier.relevance", version="1", digest="0123456789abcdef")
TOPIC_OF: dict[type[Record], Topic[Record]] = {
    EnrichedArticle: ARTICLES_ENRICHED,
    Story: STORIES,
    Fate: JOURNAL,
    Source: SOURCES,
    DeadLetter: DEAD_LETTERS[ARTICLES_ENRICHED.dead],
}


def page(name: str) -> str:
    """The page id of a page called `name`."""
    return hashlib.sha256(f"https://{name}.example/".encode()).hexdigest()


ARTICLE = EnrichedArticle(
    page_id=page("river"),
    revision=Revision(digest="00112233aabbccdd", number=1, kind="new"),
    url="https://river.example/?utm=1",
    canonical_url="https://river.example/",
    source_id="river-post",
    title="Water talks resume on the Sirwan",
    text="Engineers from Halabja met again on Monday.\n\nThe dam was not on the agenda.",
    language="en",
    published=Published(value="2026-03-01", precision="day", source="meta", confidence=0.9),
    access=Access(verdict="full"),
    quality=Quality(chars=76, words=14, score=0.9),
    rights=Rights(),
    discovered=Discovered(source_id="river-post", via="rss"),
    lane="live",
    fetched_at=NOON,
    relevance={"IQ": CountryRelevance(grade=2, score=0.9), "IR": CountryRelevance(grade=0, score=0.1)},
    relevant=True,
    because="Halabja is a place in Iraq.",
    topics=(TopicLabel(id="water", name="Water", medtop="20000441", score=0.7),),
    entities=(
        Entity(
            id="place:halabja",
            name="Halabja",
            type="place",
            mentions=(Span(start=15, end=22, text="Halabja", in_="text"),),
        ),
    ),
    genre="news",
    importance=Weighed(score=0.4, because="one source"),
    credibility=Weighed(score=0.6, because="a newspaper"),
    story=StoryLink(id="story-1", score=1.0),
    copy_=Copy(verdict="original", score=0.0),
    corroboration=Corroboration(independent_sources=1, families=("river",)),
    version=1,
)


def an_article(name: str = "river", **changes: Any) -> EnrichedArticle:
    """The article of the page called `name`."""
    own = {
        "page_id": page(name),
        "canonical_url": f"https://{name}.example/",
        "url": f"https://{name}.example/",
    }
    return replace(ARTICLE, **(own | changes))


def a_story(**changes: Any) -> Story:
    """A story of two pages."""
    story = Story(
        story_id="story-1",
        version=1,
        title="Water talks",
        first_at=NOON,
        last_at=NOON + timedelta(hours=3),
        members=(page("river"), page("lake")),
        independent_sources=2,
    )
    return replace(story, **changes)


def a_fate(name: str = "river", **changes: Any) -> Fate:
    """What the extractor did with the page called `name`."""
    fate = Fate(
        page_id=page(name),
        stage="extractor",
        fate="done",
        reason="ok",
        at=NOON,
        seconds=0.012,
        lane="live",
        from_=Position(topic="pages.fetched.v1", partition=0, offset=7),
        stamps=(STAMP,),
    )
    return replace(fate, **changes)


def a_dead_letter(name: str = "river", **changes: Any) -> DeadLetter:
    """A page that the extractor could not use."""
    original = Original(
        topic="pages.fetched.v1",
        partition=0,
        offset=7,
        key=page(name).encode(),
        value=b"\xff\x00",
        headers={"ce_subject": f"https://{name}.example/"},
    )
    letter = DeadLetter(
        original=original,
        stage="extractor",
        reason="undecodable",
        error="no map",
        first_at=NOON,
        last_at=NOON,
    )
    return replace(letter, **changes)


def a_source(**changes: Any) -> Source:
    """A newspaper."""
    source = Source(
        id="river-post", name="River Post", homepage="https://river.example/", country="IQ", family="river"
    )
    return replace(source, **changes)


def row(record: Record, subject: str = "", time: str = "2026-03-01T12:00:00Z") -> Row:
    """The row of a record that came under its own topic."""
    return row_of(record, Delivery(encode(TOPIC_OF[type(record)], record), subject, time))


def message(record: Record, subject: str = "", offset: int = 0) -> Message:
    """The record as a driver delivers it."""
    topic = TOPIC_OF[type(record)]
    headers = {"ce_subject": subject, "ce_time": "2026-03-01T12:00:00Z"}
    return Message(topic.name, 0, offset, "key", encode(topic, record), headers)


def fill(place: Anywhere, *rows: Row) -> Anywhere:
    """Write rows into the store at `place`, made where missing."""

    async def write() -> None:
        sink = sink_at(place)
        await sink.open()
        await sink.write(rows)
        await sink.close()

    asyncio.run(write())
    return place
