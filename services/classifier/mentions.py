"""Which names are really meant: short forms only beside a full one, namesakes not at all."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.records import Span
from services.classifier.gazetteer import Counter, Entry
from services.classifier.matcher import Against, Hit, Named, Reading


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an entry is named. `counter` is what weakens it as evidence for a country."""

    entry: Entry
    field: str  # title | text
    start: int
    end: int
    word: int
    text: str
    counter: Hit[Against] | None = None

    def span(self, rule: str | None = None) -> Span:
        """The mention as evidence."""
        return Span(start=self.start, end=self.end, text=self.text, in_=self.field, rule=rule)


def span_of(reading: Reading, start: int, end: int, rule: str) -> Span:
    """A piece of the reading as evidence."""
    return Span(start=start, end=end, text=reading.source[start:end], in_=reading.field, rule=rule)


def covering(reading: Reading, start: int, end: int, kind: str) -> Iterator[Hit[Against]]:
    """Counter-evidence of one kind that overlaps this stretch, last first."""
    for number in range(bisect_left(reading.against, end, key=lambda h: h.start) - 1, -1, -1):
        against = reading.against[number]
        if against.end <= start:
            return
        if against.rule.counter.kind == kind:
            yield against


def _inside(reading: Reading, hit: Hit[Named], kind: str) -> bool:
    covers = covering(reading, hit.start, hit.end, kind)
    return any(cover.end - cover.start > hit.end - hit.start for cover in covers)


def _surface(reading: Reading, hit: Hit[Named]) -> str:
    return reading.source[hit.start : hit.end].casefold()


def _meant(reading: Reading, in_full: frozenset[str], people: frozenset[str]) -> Iterator[Mention]:
    for hit in reading.names:
        entry = hit.rule.entry
        if hit.rule.short and entry.id not in in_full:
            if not in_full.intersection(entry.beside):
                continue
            entry = replace(entry, weight=0.0)  # inferred from a place, it says no more than the place does
        if _inside(reading, hit, "namesake") or _surface(reading, hit) in people:
            continue
        yield Mention(
            entry=entry,
            field=reading.field,
            start=hit.start,
            end=hit.end,
            word=hit.word,
            text=reading.source[hit.start : hit.end],
            counter=next(covering(reading, hit.start, hit.end, "mention"), None),
        )


def find_mentions(readings: Sequence[Reading]) -> tuple[Mention, ...]:
    """All mentions in title and text, in order. A surname of several people goes to the one named in full."""
    in_full = frozenset(
        hit.rule.entry.id for reading in readings for hit in reading.names if not hit.rule.short
    )
    people = frozenset(
        _surface(reading, hit)
        for reading in readings
        for hit in reading.names
        if _inside(reading, hit, "person")
    )
    return tuple(mention for reading in readings for mention in _meant(reading, in_full, people))


def article_counters(reading: Reading) -> Iterator[tuple[Counter, Hit[Against]]]:
    """Counter-evidence that speaks about the whole article."""
    for hit in reading.against:
        if hit.rule.counter.kind == "article":
            yield hit.rule.counter, hit
