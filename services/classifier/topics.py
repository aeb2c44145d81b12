"""Which of the fifteen labels an article bears, with the phrases that say so."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.records import Span, TopicLabel
from services.classifier.gazetteer import STRONG, Label
from services.classifier.matcher import Hit, Phrase, Reading
from services.classifier.mentions import covering, span_of

# Read off the development half of iqir_gold and the story leads (score_classify.py --dev --set iqir).
LEAD_WORDS = 90
TITLE_WEIGHT = 2.5  # a phrase in the title counts as so many
LEAD_WEIGHT = 2.5  # as one in the lead
SHORTEST = 120  # words
LENGTH_POWER = 0.7  # a text twice as long needs 1.6 times the phrases, not twice
REPEATS = 0.5  # the same phrase again says less: its n-th mention counts n ** -REPEATS
SATURATION = 2.2
SHOWN = 8  # spans of evidence per label


def _covered(reading: Reading, hit: Hit[Phrase]) -> bool:
    """Whether the phrase stands inside a longer one that means something else: de-[escalation]."""
    covers = covering(reading, hit.start, hit.end, "topic")
    return any(cover.end - cover.start > hit.end - hit.start for cover in covers)


def _spoken(readings: Sequence[Reading]) -> Iterator[tuple[Reading, Hit[Phrase]]]:
    for reading in readings:
        yield from ((reading, hit) for hit in reading.phrases if not _covered(reading, hit))


def _weigh(hits: Iterable[tuple[Reading, Hit[Phrase]]]) -> float:
    seen: defaultdict[str, int] = defaultdict(int)
    total = 0.0
    for reading, hit in hits:
        surface = reading.source[hit.start : hit.end].lower()
        seen[surface] += 1
        place = TITLE_WEIGHT if reading.field == "title" else LEAD_WEIGHT if hit.word < LEAD_WORDS else 1.0
        total += place * hit.rule.weight * seen[surface] ** -REPEATS
    return total


def score_label(total: float, words: int) -> float:
    """0..1 from the weight of the phrases found in a text of `words` words."""
    length = max(SHORTEST, words) / SHORTEST
    return 1 - math.exp(-total / (SATURATION * length**LENGTH_POWER))


def _evidence(label: Label, hits: Sequence[tuple[Reading, Hit[Phrase]]]) -> tuple[Span, ...]:
    strongest = sorted(hits, key=lambda h: (-h[1].rule.weight, h[0].field == "text", h[1].start))[:SHOWN]
    spans = [span_of(reading, hit.start, hit.end, f"label/{label.id}") for reading, hit in strongest]
    return tuple(sorted(spans, key=lambda span: (span.in_ == "text", span.start)))


def label_topics(title: Reading, text: Reading, labels: Iterable[Label]) -> tuple[TopicLabel, ...]:
    """The labels at or over their threshold that yield to none, best first."""
    by_label: defaultdict[str, list[tuple[Reading, Hit[Phrase]]]] = defaultdict(list)
    for reading, hit in _spoken((title, text)):
        by_label[hit.rule.label.id].append((reading, hit))
    scores = {id_: round(score_label(_weigh(hits), text.words), 4) for id_, hits in by_label.items()}
    given = [
        TopicLabel(
            id=label.id,
            name=label.name,
            medtop=label.medtop,
            score=scores[label.id],
            evidence=_evidence(label, by_label[label.id]),
        )
        for label in labels
        if label.id in scores
        and scores[label.id] >= label.threshold
        and not _yields(label, by_label[label.id], scores)
    ]
    return tuple(sorted(given, key=lambda topic: (-topic.score, topic.id)))


def _yields(label: Label, hits: Sequence[tuple[Reading, Hit[Phrase]]], scores: Mapping[str, float]) -> bool:
    """Whether a stronger topic explains the phrases: troops are what a militia fires at."""
    if any(hit.rule.weight >= STRONG for _, hit in hits):
        return False
    return any(scores.get(other, 0.0) > scores[label.id] for other in label.yields_to)
