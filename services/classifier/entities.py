"""Who and what is named: canonical entities with their mentions, and the places on the map."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from schemas.records import Entity, Place, Span
from services.classifier.gazetteer import Entry, load_tables
from services.classifier.matcher import Reading
from services.classifier.mentions import Mention
from services.classifier.names import UNKNOWN_KINDS, Unknown, slug_of, unknown_id
from services.classifier.tokens import fold_phrase

MOST_MENTIONS = 40  # spans per entity: the record has to fit its topic
MOST_ENTITIES = 150
_RECORD_TYPE = {"country": "place"}


def _by_entry(mentions: Sequence[Mention]) -> list[tuple[Entry, list[Mention]]]:
    """Entries with their mentions, most mentioned first, then by first appearance."""
    grouped: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        grouped[mention.entry.id].append(mention)
    groups = [(found[0].entry, found) for found in grouped.values()]
    return sorted(groups, key=lambda group: -len(group[1]))[:MOST_ENTITIES]


def _spans(mentions: Sequence[Mention]) -> tuple[Span, ...]:
    return tuple(mention.span() for mention in mentions[:MOST_MENTIONS])


def _unknown_entities(unknown: Sequence[Unknown], readings: Sequence[Reading]) -> Iterator[Entity]:
    sources = {reading.field: reading.source for reading in readings}
    for name in unknown:
        spans = tuple(
            Span(start=start, end=end, text=sources[field][start:end], in_=field)
            for field, start, end in name.offsets[:MOST_MENTIONS]
        )
        yield Entity(id=name.id, name=name.name, type=name.type, mentions=spans)


def list_entities(
    mentions: Sequence[Mention], unknown: Sequence[Unknown], readings: Sequence[Reading]
) -> tuple[Entity, ...]:
    """Known entities, most mentioned first, then unknown names in order of text."""
    known = tuple(
        Entity(
            id=entry.id,
            name=entry.name,
            type=_RECORD_TYPE.get(entry.type, entry.type),
            wikidata=entry.wikidata,
            mentions=_spans(found),
        )
        for entry, found in _by_entry(mentions)
    )
    return known + tuple(_unknown_entities(unknown, readings))


def list_places(mentions: Sequence[Mention]) -> tuple[Place, ...]:
    """Named places that are a point on the map; whole countries are entities only."""
    return tuple(
        Place(
            id=entry.id,
            name=entry.name,
            country=entry.country,
            lat=entry.at[0],
            lon=entry.at[1],
            mentions=_spans(found),
        )
        for entry, found in _by_entry(mentions)
        if entry.at is not None
    )


def ids_called(name: str) -> tuple[str, ...]:
    """Ids of all that may be called so, however it is spelt: by the tables, or as an unknown name."""
    wanted = fold_phrase(name)
    known = (
        entry.id
        for entry in load_tables().entries
        for form in (entry.name, *entry.forms, *entry.short, *entry.spun)
        if fold_phrase(form) == wanted
    )
    slug = slug_of(name)
    unknown = (unknown_id(kind, slug) for kind in UNKNOWN_KINDS if slug)
    return tuple(dict.fromkeys((*known, *unknown)))
