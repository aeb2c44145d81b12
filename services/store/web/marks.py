"""A text with its evidence marked: cut where a mark begins or ends, so that marks may overlap. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from schemas.records import EnrichedArticle, Span

KINDS: Mapping[str, str] = {
    "for": "says why it is relevant",
    "against": "speaks against it",
    "topic": "belongs to a topic",
    "person": "person",
    "organisation": "organisation",
    "place": "place",
    "unknown": "a name of unknown kind",
    "repair": "a name that was probably spun",
}
"""What is marked, in the order in which marks that overlap are told."""


class Mark(msgspec.Struct, frozen=True):
    """Something said of `[start, end)`, code points."""

    start: int
    end: int
    kind: str  # of KINDS
    note: str


class Piece(msgspec.Struct, frozen=True):
    """Text of which everywhere the same is said."""

    text: str
    kinds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def paragraphs(text: str, marks: Iterable[Mark]) -> Iterator[tuple[Piece, ...]]:
    """The paragraphs of a text, one blank line between them, as pieces. No mark reaches beyond the text."""
    kept = sorted((mark for mark in marks if 0 <= mark.start < mark.end <= len(text)), key=lambda m: m.start)
    start = 0
    while start < len(text):
        end = text.find("\n\n", start)
        end = len(text) if end < 0 else end
        if pieces := tuple(_pieces(text, start, end, kept)):
            yield pieces
        start = end + 2


def _pieces(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[Piece]:
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    edges = {start, end, *(max(m.start, start) for m in inside), *(min(m.end, end) for m in inside)}
    for left, right in pairwise(sorted(edges)):
        over = [mark for mark in inside if mark.start <= left and right <= mark.end]
        kinds = tuple(kind for kind in KINDS if any(mark.kind == kind for mark in over))
        yield Piece(text[left:right], kinds, tuple(dict.fromkeys(mark.note for mark in over)))


def marks_of(article: EnrichedArticle, where: str) -> Iterator[Mark]:
    """Everything the record says of places in its text or its title (`where`: text | title)."""
    for country, each in sorted(article.relevance.items()):
        for kind, spans in (("for", each.evidence), ("against", each.against)):
            for span in _in(spans, where):
                yield Mark(span.start, span.end, kind, f"{country}: {span.rule or KINDS[kind]}")
    for topic in article.topics:
        for span in _in(topic.evidence, where):
            yield Mark(span.start, span.end, "topic", f"topic: {topic.name}")
    for entity in article.entities:
        kind = entity.type if entity.type in KINDS else "unknown"
        for span in _in(entity.mentions, where):
            yield Mark(span.start, span.end, kind, f"{entity.type}: {entity.name}")
    for repair in article.repairs:
        for span in _in((repair.mention,), where):
            yield Mark(span.start, span.end, "repair", f"probably {repair.to}")


def _in(spans: Iterable[Span], where: str) -> Iterator[Span]:
    return (span for span in spans if span.in_ == where)
