"""The whole verdict on one article: one reading of title and text, then every question asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.records import CountryRelevance, Entity, EventHint, Place, Source, Stamp, TopicLabel, Weighed
from services.classifier.entities import list_entities, list_places
from services.classifier.genre import STAMP as GENRE_STAMP
from services.classifier.genre import tell_genre
from services.classifier.hints import hint_events
from services.classifier.matcher import load_matcher
from services.classifier.mentions import find_mentions
from services.classifier.names import find_unknown
from services.classifier.relevance import judge_relevance
from services.classifier.severity import tell_severity
from services.classifier.topics import label_topics
from services.classifier.weight import weigh_credibility, weigh_importance
from services.stage import Skip

LONGEST = (
    400_000  # characters read; a longer text is a book or an attack, and its front says what it is about
)


@dataclass(frozen=True, slots=True)
class Classification:
    """What ClassifiedArticle adds to Article, but for the stamps: same names, same shapes."""

    relevance: dict[str, CountryRelevance]
    relevant: bool
    because: str
    topics: tuple[TopicLabel, ...]
    entities: tuple[Entity, ...]
    places: tuple[Place, ...]
    genre: str
    importance: Weighed
    credibility: Weighed
    event_hints: tuple[EventHint, ...]


def classify(
    title: str | None,
    text: str,
    *,
    url: str | None = None,
    source: Source | None = None,
    day: date | None = None,
) -> Classification:
    """What the article is about, with evidence. Offsets count code points of `title` and `text` as given.
    `day` is when it was published: some names are one man's today and another's tomorrow.

    Raises Skip("no-text") where there is nothing to read.
    """
    if not text.strip():
        raise Skip("no-text", url or "")
    matcher = load_matcher()
    tables = matcher.tables
    head, body = matcher.read(title or "", "title", day), matcher.read(text[:LONGEST], "text", day)
    mentions = find_mentions((head, body))
    verdict = judge_relevance(head, body, mentions, tables)
    topics = label_topics(head, body, tables.labels)
    genre = tell_genre(title or "", text, url)
    return Classification(
        relevance=dict(verdict.countries),
        relevant=verdict.relevant,
        because=verdict.because,
        topics=topics,
        entities=list_entities(mentions, find_unknown((head, body), mentions), (head, body)),
        places=list_places(mentions),
        genre=genre,
        importance=weigh_importance(
            verdict.countries, topics, tables.labels, genre, tell_severity(title or "", text)
        ),
        credibility=weigh_credibility(source),
        event_hints=hint_events(head, body) if verdict.relevant else (),
    )


def day_of(published: str | None) -> date | None:
    """The day a date or a time of ISO 8601 begins with; anything else says nothing."""
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def stamps() -> tuple[Stamp, ...]:
    """Who says so: one stamp a component, with the digest of its tables."""
    return (*load_matcher().tables.stamps, GENRE_STAMP)


def source_named(name: str | None, sources: Mapping[str, Source]) -> Source | None:
    """The source of this id, or of this name or host whatever the case."""
    if name is None or name in sources:
        return sources.get(name or "")
    wanted = name.casefold().removeprefix("www.")
    for source in sources.values():
        host = source.homepage.partition("//")[2].partition("/")[0].casefold().removeprefix("www.")
        if wanted in {source.name.casefold(), host}:
            return source
    return None
