"""The topic table: one row a topic. Names carry no prefix here; `full_name` adds the deployment's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.records import (
    Article,
    ClassifiedArticle,
    DeadLetter,
    EnrichedArticle,
    Fate,
    FetchRequest,
    RawPage,
    Record,
    Source,
    Story,
)

R_co = TypeVar("R_co", bound=Record, covariant=True)

DAY = 24 * 3600
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic(Generic[R_co]):
    """A stream of one kind of record.

    `retention` is in seconds, None where the topic is compacted; `max_bytes` bounds one record.
    """

    name: str  # without prefix, with major version: articles.extracted.v1
    record: type[R_co]
    key: str  # what the key is, for people and for AsyncAPI
    doc: str
    retention: int | None = 7 * DAY
    max_bytes: int = 1 * MIB
    public: bool = False
    wire: str = "json"  # json | msgpack

    @property
    def compacted(self) -> bool:
        """Whether the newest record of a key is kept for ever."""
        return self.retention is None

    @property
    def dead(self) -> str:
        """Name of the dead-letter topic of this topic."""
        return f"{self.name}.dlq"


SOURCES = Topic(
    "sources.v1", Source, "source id", "Publishers that are read, with their owners.", retention=None
)
FETCH_REQUESTS = Topic(
    "fetch.requests.v1", FetchRequest, "registered domain of the host",
    "Pages to fetch. Keyed by domain, so politeness is local to a partition.", retention=3 * DAY,
)  # fmt: skip
PAGES_FETCHED = Topic(
    "pages.fetched.v1",
    RawPage,
    "page_id",
    "Pages as fetched, nothing removed.",
    max_bytes=4 * MIB,
    wire="msgpack",
)
ARTICLES_EXTRACTED = Topic("articles.extracted.v1", Article, "page_id", "The readable part of each page.")
ARTICLES_CLASSIFIED = Topic(
    "articles.classified.v1", ClassifiedArticle, "page_id",
    "Articles and what they are about; irrelevant ones too, with the reason.", max_bytes=2 * MIB,
)  # fmt: skip
ARTICLES_ENRICHED = Topic(
    "articles.enriched.v1", EnrichedArticle, "page_id",
    "Relevant articles with story, copy verdict and corroboration. The highest version of a page wins.",
    retention=None, max_bytes=2 * MIB, public=True,
)  # fmt: skip
STORIES = Topic(
    "stories.v1", Story, "story_id", "Events told by one or more pages: the live count.",
    retention=None, public=True,
)  # fmt: skip
JOURNAL = Topic(
    "journal.v1", Fate, "page_id", "One fate for every message at every stage.", retention=30 * DAY
)

TOPICS: Mapping[str, Topic[Record]] = {
    topic.name: topic
    for topic in (
        SOURCES, FETCH_REQUESTS, PAGES_FETCHED, ARTICLES_EXTRACTED,
        ARTICLES_CLASSIFIED, ARTICLES_ENRICHED, STORIES, JOURNAL,
    )
}  # fmt: skip

CONSUMED = tuple(TOPICS.values())
"""Topics that a stage reads and may refuse: each has a dead-letter topic."""

DEAD_LETTERS: Mapping[str, Topic[Record]] = {
    topic.dead: Topic(
        topic.dead, DeadLetter, "as the original", f"Messages of {topic.name} that no stage could use.",
        retention=30 * DAY, max_bytes=8 * MIB,
    )
    for topic in CONSUMED
}  # fmt: skip

ALL_TOPICS: Mapping[str, Topic[Record]] = {**TOPICS, **DEAD_LETTERS}


def full_name(prefix: str, name: str) -> str:
    """Name on the broker: `sirwan.articles.enriched.v1`."""
    return f"{prefix}.{name}"
