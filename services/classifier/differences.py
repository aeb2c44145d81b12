"""What two verdicts on the same article differ in, as an operator would say it. Pure.

Scores, importance and credibility are left out: they move with every change of the rules, and nobody filters
by their last digit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.records import ClassifiedArticle, Span

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

Labels = Callable[[ClassifiedArticle], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that one verdict says and the other does not, or says otherwise."""

    what: str  # relevant | relevance | topic | entity | place | event | genre
    kind: str  # added | removed | changed
    name: str  # of the label or country; of a change from what to what
    because: str  # the words that say so, of the verdict that has it


def _words(spans: Iterable[Span]) -> str:
    """The first of the words that are evidence."""
    return next((span.text for span in spans), "")


LABELS: Mapping[str, Labels] = {
    "topic": lambda article: {each.id: _words(each.evidence) for each in article.topics},
    "entity": lambda article: {each.id: _words(each.mentions) for each in article.entities},
    "place": lambda article: {each.id: _words(each.mentions) for each in article.places},
    "event": lambda article: {each.plover: _words(each.evidence) for each in article.event_hints},
}
"""Labels that an article has or has not, with the words that say so."""


def differences(before: ClassifiedArticle, now: ClassifiedArticle) -> tuple[Difference, ...]:
    """Everything that differs, what decides most first; none where the verdicts agree."""
    return (*_relevance(before, now), *_labels(before, now), *_genre(before, now))


def _relevance(before: ClassifiedArticle, now: ClassifiedArticle) -> Iterator[Difference]:
    if before.relevant != now.relevant:
        yield Difference("relevant", ADDED if now.relevant else REMOVED, "relevant", now.because)
    for country in sorted(before.relevance.keys() | now.relevance.keys()):
        old, new = before.relevance.get(country), now.relevance.get(country)
        grades = (old.grade if old else 0, new.grade if new else 0)
        if grades[0] != grades[1]:
            spans = (*(new.evidence if new else ()), *(old.evidence if old else ()))
            yield Difference("relevance", CHANGED, f"{country} {grades[0]} to {grades[1]}", _words(spans))


def _labels(before: ClassifiedArticle, now: ClassifiedArticle) -> Iterator[Difference]:
    for what, labels in LABELS.items():
        old, new = labels(before), labels(now)
        for name in sorted(old.keys() ^ new.keys()):
            kind, words = (ADDED, new) if name in new else (REMOVED, old)
            yield Difference(what, kind, name, words[name])


def _genre(before: ClassifiedArticle, now: ClassifiedArticle) -> Iterator[Difference]:
    if before.genre != now.genre:
        yield Difference("genre", CHANGED, f"{before.genre} to {now.genre}", "")
