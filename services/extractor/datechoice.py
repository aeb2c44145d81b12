"""The day an article was published: what of all that is stated is possible, and which is believed. Pure.

The moment of fetching is never a candidate: it bounds what lies in the future, and tells a page's own clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from schemas.records import DateCandidate, Published
from services.extractor.dates import BESIDE_OTHERS
from services.extractor.datestated import refuse
from services.extractor.datetext import as_day

EARLIEST = date(1990, 1, 1)  # before the web: a date inside the story
UNSET = frozenset(
    ("1970-01-01", "1969-12-31", "0001-01-01", "1900-01-01", "1899-12-30")
)  # clocks at their zero
SLACK = timedelta(days=1)  # how far ahead of the fetch a time zone can put a date
CLOCK = timedelta(seconds=90)  # a moment this near to the fetch is the server's own clock
LISTED = frozenset(["feed", "sitemap"])  # lists are read before the page is: theirs is no page's clock
MAX_ALTERNATIVES = 10
STATED = frozenset(["json-ld", "meta"])  # told to machines: nobody on the site sees it when it is wrong
SHOWN = ("visible-line", "time-element")  # what readers see
CONTRADICTED = 0.7  # of a choice that something else on the page speaks against, and nothing for
REWRITTEN = 0.75  # of a day that nothing on the page shows, of a text that was changed on another
UNDISPUTED = 0.8  # at least, of a day that readers see beside the headline, and nothing speaks against
MAX_OFFSET = timedelta(hours=14)  # of a time zone


@dataclass(frozen=True, slots=True)
class Dating:
    """When an article was published, if anything credible says so, and what was refused."""

    published: Published | None
    refused: tuple[DateCandidate, ...]


def date_article(candidates: Sequence[DateCandidate], fetched_at: datetime | None) -> Dating:
    """The candidate believed most, the others as alternatives; and those refused, with the reason."""
    kept: dict[tuple[str, str], DateCandidate] = {}
    refused: dict[tuple[str, str], DateCandidate] = {}
    for candidate in sorted(candidates, key=lambda c: -c.confidence):
        reason = candidate.refused or why_refused(candidate, fetched_at)
        to = refused if reason else kept
        to.setdefault((candidate.value, candidate.source), refuse(candidate, reason) if reason else candidate)
    listed = tuple(refused.values())[:MAX_ALTERNATIVES]
    if not kept:
        return Dating(None, listed)
    chosen, confidence = weigh(list(kept.values()))
    rest = [candidate for candidate in kept.values() if candidate is not chosen]
    return Dating(
        Published(
            value=in_local_time(chosen, rest), precision=chosen.precision, source=chosen.source,
            confidence=confidence, alternatives=tuple(rest[:MAX_ALTERNATIVES]),
        ),
        listed,
    )  # fmt: skip


def weigh(kept: Sequence[DateCandidate]) -> tuple[DateCandidate, float]:
    """Which of several readings, the most trusted first, is chosen, and how far it is believed.

    What machines are told counts less where the page shows its readers another day: then the day they see
    beside the headline was right 12 times of 15 and the other once (docs/decisions/0014-fields.md).
    """
    first = kept[0]
    changed = [c for c in kept if c.source == "modified"]
    if first.source not in STATED:
        return first, _shown_confidence(first, kept, changed)
    others = [c for c in kept if c.source not in STATED and c.source != "modified"]
    if any(_days_apart(first, other) <= 1 for other in others):
        return _day_shown(first, others) or first, first.confidence
    shown = next(
        (c for c in others if c.source.startswith("visible-line") and c.confidence >= BESIDE_OTHERS), None
    )
    if shown is not None:
        return shown, min(shown.confidence, CONTRADICTED)
    if any(other.confidence >= BESIDE_OTHERS for other in others):
        return first, min(first.confidence, CONTRADICTED)
    rewritten = any(_days_apart(first, c) for c in changed)
    return first, min(first.confidence, REWRITTEN) if rewritten else first.confidence


def _shown_confidence(
    first: DateCandidate, kept: Sequence[DateCandidate], changed: Sequence[DateCandidate]
) -> float:
    """How far a day is believed that no head states."""
    if first.source in LISTED:
        return first.confidence
    if any(_days_apart(first, c) == 0 for c in changed):
        # readers are shown one day, and it is that of the last change: it need not be the first
        return min(first.confidence, REWRITTEN)
    beside = first.source.startswith(SHOWN) and first.confidence >= BESIDE_OTHERS
    undisputed = beside and all(_days_apart(first, c) <= 1 for c in kept)
    return max(first.confidence, UNDISPUTED) if undisputed else first.confidence


def _day_shown(first: DateCandidate, others: Sequence[DateCandidate]) -> DateCandidate | None:
    """The day beside that of a moment told in UTC, where it is the only one that readers see: it is the
    newsroom's, and no hour that they see tells how far that is from UTC."""
    moment = _instant(first)
    if moment is None or moment.utcoffset():
        return None
    days = [c for c in others if c.precision == "day" and c.confidence >= BESIDE_OTHERS]
    same = any(c.value[:10] == first.value[:10] for c in others)
    return None if same else next((c for c in days if c.source.startswith(SHOWN)), None)


def why_refused(candidate: DateCandidate, fetched_at: datetime | None) -> str | None:
    """Why an article fetched then cannot have been published at that day, or None."""
    day = as_day(candidate.value)
    if day is None:
        return "unreadable"
    if day.isoformat() in UNSET:
        return "unset-clock"
    if day < EARLIEST:
        return "before-web"
    if fetched_at is None:
        return None
    if day > (fetched_at + SLACK).date():
        return "future"
    moment = _instant(candidate)
    near = moment is not None and candidate.precision == "second" and abs(moment - fetched_at) <= CLOCK
    return "page-clock" if near and candidate.source not in LISTED else None


def in_local_time(chosen: DateCandidate, others: Sequence[DateCandidate]) -> str:
    """The chosen moment in the time of its newsroom, where the page tells it: the same instant.

    Machines are told 02:00Z, readers "20:00" the evening before, and the address has the readers' day.
    """
    moment = _instant(chosen)
    if moment is None or moment.utcoffset() or chosen.precision == "day":
        return chosen.value
    offset = next(_offsets(moment, others), None)
    return (
        chosen.value if offset is None else moment.astimezone(timezone(offset)).isoformat(timespec="seconds")
    )


def _offsets(moment: datetime, others: Sequence[DateCandidate]) -> Iterator[timedelta]:
    """What else on the page says how far the newsroom's time is from UTC, the surest first."""
    for other in others:
        also = _instant(other)
        if also is not None and also.utcoffset() and abs(also - moment) < timedelta(minutes=1):
            yield also.utcoffset() or timedelta()
    for other in others:
        if other.precision != "day" and _instant(other) is None:
            ahead = _parsed(other.value) - moment.replace(second=0, microsecond=0, tzinfo=None)
            ahead -= timedelta(seconds=_parsed(other.value).second)
            if ahead and abs(ahead) <= MAX_OFFSET and ahead % timedelta(minutes=30) == timedelta():
                yield ahead
    days = {c.value for c in others if c.precision == "day" and c.source != "modified"}
    for other in others:
        also = _instant(other)
        offset = also.utcoffset() if also is not None else None
        if offset and (moment + offset).date().isoformat() in days - {moment.date().isoformat()}:
            yield offset


def _days_apart(one: DateCandidate, other: DateCandidate) -> int:
    a, b = as_day(one.value), as_day(other.value)
    return 0 if a is None or b is None else abs((a - b).days)


def _instant(candidate: DateCandidate) -> datetime | None:
    """The moment of a value that has a zone."""
    if candidate.precision == "day":
        return None
    moment = _parsed(candidate.value)
    return moment if moment.tzinfo else None


def _parsed(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
