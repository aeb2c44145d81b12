"""Event hints: what the front of an article says that somebody did, by the phrases of data/events.toml. Pure.

A hint is for filters and sorting. It knows no actor and no target, and nothing is built on it.
"""

from collections import defaultdict
from collections.abc import Sequence

from schemas.records import EventHint, Span
from services.classifier.matcher import Happened, Hit, Reading
from services.classifier.mentions import span_of

FRONT_WORDS = 60  # of the text that are looked at
TITLE_WEIGHT = 2
MOST = 3  # hints given
SHOWN = 4  # spans of evidence per hint


def hint_events(title: Reading, text: Reading) -> tuple[EventHint, ...]:
    """The events that title and first sentences speak of, the most spoken of first."""
    found: defaultdict[str, list[tuple[Reading, Hit[Happened]]]] = defaultdict(list)
    for reading in (title, text):
        for hit in reading.events:
            if reading.field == "title" or hit.word < FRONT_WORDS:
                found[hit.rule.event.code].append((reading, hit))
    ranked = sorted(found.values(), key=lambda hits: (-_weight(hits), hits[0][1].rule.event.code))
    return tuple(
        EventHint(plover=hits[0][1].rule.event.code, quad=hits[0][1].rule.event.quad, evidence=_spans(hits))
        for hits in ranked[:MOST]
    )


def _weight(hits: Sequence[tuple[Reading, Hit[Happened]]]) -> int:
    return sum(TITLE_WEIGHT if reading.field == "title" else 1 for reading, _ in hits)


def _spans(hits: Sequence[tuple[Reading, Hit[Happened]]]) -> tuple[Span, ...]:
    return tuple(
        span_of(reading, hit.start, hit.end, f"event/{hit.rule.event.code}") for reading, hit in hits[:SHOWN]
    )
