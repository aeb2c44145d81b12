"""Records to rows. Pure: what arrives on a topic, as what a store keeps of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.records import DeadLetter, EnrichedArticle, Fate, Record, Source, Story
from services.stage import Poison
from services.store.folding import words
from services.store.tables import (
    ARTICLES,
    DEAD_LETTERS,
    ENTITIES,
    FATES,
    MEMBERSHIPS,
    RELEVANCE,
    SEARCH_TEXT,
    SOURCES,
    STORIES,
    TAKEDOWNS,
    TOPICS,
    Part,
    Row,
    Table,
    Value,
    Values,
)

TIMES_OF_A_RUN = ("fetched_at", "first_fetched_at")
"""Fields of an enriched article that say when it was made, not what it says."""

CANCELED = "canceled"  # status of a page that is taken down

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the message says beside its record: value, `ce_subject` and `ce_time`, as they came."""

    value: bytes
    subject: str = ""
    time: str = ""


def row_of(record: Record, delivery: Delivery) -> Row:
    """The row to keep of a record, with its parts. Raises Poison("bad-time")."""
    return ROWS[type(record)](record, delivery)


def stored_form(enriched: bytes) -> bytes:
    """What must be equal in the stores of two runs over the same pages: sorted JSON, no time of the run.

    Raises msgspec.DecodeError where the bytes are no JSON object.
    """
    fields = msgspec.json.decode(enriched, type=dict[str, Any])
    kept = {name: value for name, value in fields.items() if name not in TIMES_OF_A_RUN}
    return msgspec.json.encode(kept, order="sorted")


def _article(article: EnrichedArticle, delivery: Delivery) -> Row:
    own = article.page_id
    values = _values(
        ARTICLES,
        page_id=own,
        version=article.version,
        canonical_url=article.canonical_url,
        url=article.url,
        source_id=article.source_id,
        title=article.title,
        text=article.text,
        language=article.language,
        published=article.published.value if article.published else None,
        modified=article.modified,
        # When it came to us: a page that was read again a week later is no newer for that.
        fetched_at=_instant(article.first_fetched_at or article.fetched_at),
        genre=article.genre,
        story_id=article.story.id,
        independent_sources=article.corroboration.independent_sources,
        copy_verdict=article.copy_.verdict,
        copy_score=article.copy_.score,
        copy_of=article.copy_.of,
        status=article.status,
        record=delivery.value,
    )
    countries = [(own, code, found.grade, found.score) for code, found in article.relevance.items()]
    entities = [(own, each.id, each.name, each.type, len(each.mentions)) for each in article.entities]
    topics = [(own, each.id, each.name, each.medtop, each.score) for each in article.topics]
    found = [(own, " ".join(words(article.title or "")), " ".join(words(article.text)))]
    parts = (
        _part(RELEVANCE, countries),
        _part(ENTITIES, entities),
        _part(TOPICS, topics),
        _part(SEARCH_TEXT, found),
    )
    return Row(ARTICLES, values, parts, takedown_of(article) if article.status == CANCELED else None)


def takedown_of(article: EnrichedArticle) -> Row:
    """That the page of a canceled record is taken down: since it was read for that, and why."""
    values = _values(
        TAKEDOWNS,
        page_id=article.page_id,
        url=article.canonical_url,
        reason=article.because,
        at=_instant(article.fetched_at),
    )
    return Row(TAKEDOWNS, values)


def _story(story: Story, delivery: Delivery) -> Row:
    values = _values(
        STORIES,
        story_id=story.story_id,
        version=story.version,
        title=story.title,
        first_at=_instant(story.first_at),
        last_at=_instant(story.last_at),
        independent_sources=story.independent_sources,
        record=delivery.value,
    )
    return Row(STORIES, values, (_part(MEMBERSHIPS, [(story.story_id, page) for page in story.members]),))


def _fate(fate: Fate, delivery: Delivery) -> Row:
    values = _values(
        FATES,
        stage=fate.stage,
        topic=fate.from_.topic,
        partition=fate.from_.partition,
        offset=fate.from_.offset,
        page_id=fate.page_id,
        fate=fate.fate,
        reason=fate.reason,
        detail=fate.detail,
        at=_instant(fate.at),
        seconds=fate.seconds,
        lane=fate.lane,
        url=delivery.subject or None,
        stamps=msgspec.json.encode(fate.stamps).decode(),
        source_id=fate.source_id,
    )
    return Row(FATES, values)


def _dead_letter(letter: DeadLetter, delivery: Delivery) -> Row:
    original = letter.original
    values = _values(
        DEAD_LETTERS,
        stage=letter.stage,
        topic=original.topic,
        partition=original.partition,
        offset=original.offset,
        key=original.key.decode("utf-8", "replace"),
        reason=letter.reason,
        error=letter.error,
        attempts=letter.attempts,
        redrives=letter.redrives,
        first_at=_instant(letter.first_at),
        last_at=_instant(letter.last_at),
        url=original.headers.get("ce_subject") or delivery.subject or None,
        record=delivery.value,
    )
    return Row(DEAD_LETTERS, values)


def _source(source: Source, delivery: Delivery) -> Row:
    values = _values(
        SOURCES,
        source_id=source.id,
        name=source.name,
        homepage=source.homepage,
        country=source.country,
        family=source.family,
        kind=source.kind,
        seen_at=_published_at(delivery.time),
        record=delivery.value,
    )
    return Row(SOURCES, values)


ROWS: Mapping[type[Record], Callable[[Any, Delivery], Row]] = {
    EnrichedArticle: _article,
    Story: _story,
    Fate: _fate,
    DeadLetter: _dead_letter,
    Source: _source,
}


def _values(table: Table, **values: Value) -> Values:
    return tuple(_storable(values[name]) for name in table.columns)


def _storable(value: Value) -> Value:
    """PostgreSQL has no NUL in text, and in SQLite it hides what follows; the record beside it keeps it."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _part(table: Table, rows: Sequence[Values]) -> Part:
    """The rows without repeated keys; the first of a key counts."""
    storable = [tuple(map(_storable, row)) for row in rows]
    unique = {row[: len(table.key)]: row for row in reversed(storable)}
    return Part(table, tuple(reversed(unique.values())))


def _instant(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as exc:
        raise Poison("bad-time", f"{moment.isoformat()} has no UTC form") from exc


def _published_at(time: str) -> datetime:
    """When a record without a version was published; a header that cannot be read never wins."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return NEVER
    return _instant(moment) if moment.tzinfo else NEVER
