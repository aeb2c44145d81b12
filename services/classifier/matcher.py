"""One pass over the folded text for every table: entities, topic phrases and counter-evidence together."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import ahocorasick  # type: ignore[import-not-found]  # no stubs exist

from services.classifier.gazetteer import ALWAYS, Counter, Days, Entry, Event, Label, Tables, load_tables
from services.classifier.structure import find_asides
from services.classifier.tokens import LAST_LATIN, Folded, fold, fold_phrase

_ARABIC_PREFIXES = ("و", "ب", "ل", "ف")  # wa-, bi-, li-, fa- are written together with the name
_SHORT_CAPITALS = 3  # IS, US, WHO: words of an all-capitals headline look the same


@dataclass(frozen=True, slots=True)
class Named:
    """A form of an entry, and how strictly its letters are meant."""

    entry: Entry
    capitals: bool  # the form is all capitals, and so must the text be
    short: bool  # counts only beside a full form
    skip: int = 0  # letters before the name: a conjunction
    days: Days = ALWAYS  # when it is the entry's


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a topic label."""

    label: Label
    weight: float


@dataclass(frozen=True, slots=True)
class Against:
    """A phrase of counter-evidence."""

    counter: Counter


@dataclass(frozen=True, slots=True)
class Happened:
    """A phrase of an event."""

    event: Event


Rule = Named | Phrase | Against | Happened
R = TypeVar("R", Named, Phrase, Against, Happened)


class Hit(NamedTuple, Generic[R]):  # made faster than a frozen dataclass, and there are hundreds
    """A rule that matched: offsets in the original, and the number of the first word."""

    start: int
    end: int
    word: int
    rule: R


@dataclass(frozen=True, slots=True)
class Reading:
    """What one field of an article says. Hits are in order of text; those of one kind do not overlap."""

    source: str
    field: str  # title | text
    words: int
    names: tuple[Hit[Named], ...]
    phrases: tuple[Hit[Phrase], ...]
    against: tuple[Hit[Against], ...]
    events: tuple[Hit[Happened], ...]


@dataclass(frozen=True, slots=True)
class Matcher:
    """The automaton over all tables; patterns carry their blanks, so words are matched whole."""

    automaton: ahocorasick.Automaton
    tables: Tables
    forms: Mapping[str, Against]  # counter-evidence that no phrase shows, but the form of the text

    def read(self, source: str, field: str, day: date | None = None) -> Reading:
        """All hits in `source`, longest first where they compete. `day` is when it was written, if known."""
        folded = fold(source)
        found = [
            *self._matches(folded, source, day),
            *self._asides(folded, source, titled=field == "title"),
        ]
        return Reading(
            source=source,
            field=field,
            words=len(folded.starts),
            names=_longest(hit for hit in found if isinstance(hit.rule, Named)),
            phrases=_longest_groups(hit for hit in found if isinstance(hit.rule, Phrase)),
            against=_longest(hit for hit in found if isinstance(hit.rule, Against)),
            events=_longest(hit for hit in found if isinstance(hit.rule, Happened)),
        )

    def _asides(self, folded: Folded, source: str, *, titled: bool) -> Iterator[Hit[Against]]:
        for start, end, id_ in find_asides(source, titled=titled):
            yield Hit(start, end, bisect_left(folded.starts, start), self.forms[id_])

    def _matches(
        self, folded: Folded, source: str, day: date | None
    ) -> Iterator[Hit[Named] | Hit[Phrase] | Hit[Against] | Hit[Happened]]:
        shouting = not any(c.islower() for c in source)
        for last, (length, rules) in self.automaton.iter(folded.text):
            begin = last - length + 2
            start, end = folded.slice_of(begin, last)
            for rule in rules:
                if not isinstance(rule, Named):
                    yield Hit(start, end, folded.word_at(begin), rule)
                elif rule.days.include(day) and _spelt(source[start:end], rule, shouting=shouting):
                    yield Hit(start + rule.skip, end, folded.word_at(begin), rule)


def _spelt(surface: str, rule: Named, *, shouting: bool) -> bool:
    """Whether the letters' case is that of a name. Scripts without case always are."""
    if rule.capitals:
        return surface.isupper() and not (shouting and len(surface) <= _SHORT_CAPITALS)
    return any(c.isupper() for c in surface) or not any(c.islower() for c in surface)


def _longest(hits: Iterable[Hit[R]]) -> tuple[Hit[R], ...]:
    """Leftmost, longest, none over another; the order of the tables decides between equals."""
    kept: list[Hit[R]] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return tuple(kept)


def _longest_groups(hits: Iterable[Hit[Phrase]]) -> tuple[Hit[Phrase], ...]:
    """As `_longest`, but one phrase may speak for several labels."""
    kept: list[Hit[Phrase]] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        same = kept and (kept[-1].start, kept[-1].end) == (hit.start, hit.end)
        if not kept or hit.start >= kept[-1].end or same:
            kept.append(hit)
    return tuple(kept)


def _spelling(entry: Entry) -> Iterator[tuple[str, bool, Days]]:
    """(form, whether it is short, its days) of every way to write the entry's name."""
    for forms, short in ((entry.forms, False), (entry.spun, False), (entry.short, True)):
        for form in forms:
            yield form, short, entry.dated.get(form, ALWAYS)
    for form in entry.short:
        for role in entry.roles:
            yield f"{role} {form}", False, entry.dated.get(form, ALWAYS)


def _forms(entry: Entry) -> Iterator[tuple[str, Named]]:
    for form, short, days in _spelling(entry):
        key = fold_phrase(form)
        capitals = form.isupper() and form.isascii() and len(key) <= 5
        yield key, Named(entry, capitals=capitals, short=short, days=days)
        if key[0] > LAST_LATIN:
            for prefix in _ARABIC_PREFIXES:
                yield prefix + key, Named(entry, capitals=False, short=short, skip=1, days=days)


def _rules(tables: Tables) -> Iterator[tuple[str, Rule]]:
    for entry in tables.entries:
        yield from _forms(entry)
    for label in tables.labels:
        for phrase, weight in label.phrases:
            yield fold_phrase(phrase), Phrase(label, weight)
    for counter in tables.counters:
        for phrase in counter.phrases:
            yield fold_phrase(phrase), Against(counter)
    for event in tables.events:
        for phrase in event.phrases:
            yield fold_phrase(phrase), Happened(event)


def build_matcher(tables: Tables) -> Matcher:
    """An automaton over every form and phrase of the tables."""
    patterns: defaultdict[str, list[Rule]] = defaultdict(list)
    for key, rule in _rules(tables):
        if rule not in patterns[key]:
            patterns[key].append(rule)
    automaton = ahocorasick.Automaton()
    for key, rules in patterns.items():
        automaton.add_word(f" {key} ", (len(key) + 2, tuple(rules)))
    automaton.make_automaton()
    return Matcher(automaton, tables, {counter.id: Against(counter) for counter in tables.counters})


@lru_cache(maxsize=1)
def load_matcher() -> Matcher:
    """The automaton over the tables of data/, built once."""
    return build_matcher(load_tables())
