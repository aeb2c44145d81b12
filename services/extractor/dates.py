"""What printed lines state of the day of publication. Pure.

Confidences were set from the share of right days by source on half of the hosts of 480 dated pages, and read
again on the other half: docs/decisions/0014-fields.md has the table.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.records import DateCandidate
from services.extractor.calendars import HIJRI
from services.extractor.datestated import MAX_VALUE, as_candidate, refuse
from services.extractor.datetext import Reading, as_day, has_weekday, read_dates, rest_of
from services.extractor.rules import compile_any, load_rules

DATE_CHARS = 120  # of a line that is a date and hardly anything else
LABELLED_WORDS, CROWDED_WORDS, OTHER_WORDS = 8, 9, 4
"""Words besides the date: of a line that says what the date is, of one under the title, of others."""
SENTENCE_ENDS = (".", "؟", "!", "?")

_LABELS = load_rules("dates.toml")["labels"]
_PUBLISHED = compile_any(_LABELS["published"])
_DATED = compile_any(_LABELS["dated"])
_UPDATED = compile_any(_LABELS["updated"])
_TODAY = compile_any(_LABELS["today"])
_RELATIVE = compile_any(_LABELS["relative"])
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line that may print the day of publication, and how near it stands to the title."""

    text: str
    place: str  # a key of PLACES
    before: str = ""  # a short line over it: "Last updated:" may stand on a line of its own


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A date of a line, and what the words beside it say that it is."""

    reading: Reading
    role: str  # published | updated | ""


PLACES = {"dateline": 0.85, "near": 0.6, "top": 0.5, "anywhere": 0.5}
"""Place of a printed date → confidence. At the `top` themes print today's; `anywhere`: far from the title."""
LABELLED = 0.85  # of a line near the title that says that this is the day of publication
BESIDE_OTHERS = 0.7  # of a date under the title with other words in its line
CROWDED = 0.6  # of one with many: name, office, rubric and number of comments
CHANGED = 0.4  # of the day of the last change, where no other is known: the text was out by then


def dates_of_lines(
    lines: Sequence[DatedLine],
    fetched_at: datetime | None = None,
    day_first: bool | None = None,
    known: Collection[date] = (),
) -> Iterator[DateCandidate]:
    """Candidates from lines that are little more than a date. `day_first`: how 03/04/2024 is meant here;
    `known`: days that something else states, which tell it as well."""
    for line in lines:
        readings = list(read_dates(line.text, day_first, known))
        if readings:
            yield from _dates_of(line, readings, fetched_at)
        else:
            yield from _relative(line.text)


def _dates_of(
    line: DatedLine, readings: Sequence[Reading], fetched_at: datetime | None
) -> Iterator[DateCandidate]:
    labelled = list(_labels_of(line, readings))
    stated = [one for one in labelled if one.role != "updated"]
    # of the same day printed twice, the Gregorian one is exact
    chosen = min(stated or labelled, key=lambda one: one.reading.calendar == HIJRI)
    rest = rest_of(line.text, chosen.reading)
    words = len(rest.split()) - OTHER_WORDS * (len(readings) - 1)
    for one in labelled:
        if one.role == "updated" and words <= CROWDED_WORDS:
            yield as_candidate(one.reading, "modified", CHANGED)
    crowded = line.place == "dateline" and not line.text.endswith(SENTENCE_ENDS)
    most = LABELLED_WORDS if chosen.role else CROWDED_WORDS if crowded else OTHER_WORDS
    if not stated or words > most:
        return
    found = as_candidate(chosen.reading, "visible-line", _confidence(line, rest, bool(chosen.role)))
    clock = _TODAY.search(line.text) or (line.place == "top" and _is_day_of(found, fetched_at))
    yield refuse(found, "page-clock") if clock else found


def _labels_of(line: DatedLine, readings: Sequence[Reading]) -> Iterator[_Labelled]:
    """Each date with its role: of several, by the words before it; the same day twice has one role."""
    if len(readings) == 1:
        yield _Labelled(readings[0], _role_of(f"{line.before} {rest_of(line.text, readings[0])}"))
        return
    at, last = 0, None
    for reading in readings:
        role = _role_of(f"{'' if at else line.before} {line.text[at : reading.start]}")
        if last is not None and not role and _are_near(last.reading, reading):
            role = last.role
        last, at = _Labelled(reading, role), reading.end
        yield last


def _role_of(words: str) -> str:
    return "updated" if says_updated(words) else "published" if _names_publication(words) else ""


def is_date_line(line: str) -> bool:
    """Whether a line is a date and hardly anything else."""
    if len(line) > DATE_CHARS or not _DIGIT.search(line):  # nearly all lines, and to read dates costs time
        return False
    first = next(read_dates(line), None)
    if first is None:
        return False
    words = rest_of(line, first).split()
    return len(words) <= (0 if line.endswith(SENTENCE_ENDS) else 4)


def is_theme_date(line: str) -> bool:
    """Whether a line at the top of a page looks like a calendar: a date with its weekday and no time."""
    first = next(read_dates(line), None)
    return first is not None and first.precision == "day" and has_weekday(line) and not rest_of(line, first)


def is_labelled(line: str) -> bool:
    """Whether a line says of its date that it is the day of publication."""
    return _names_publication(line) and not _UPDATED.search(line)


def says_updated(words: str) -> bool:
    """Whether words beside a date say that it is the day of the last change and not that of publication."""
    return bool(_UPDATED.search(words)) and not _PUBLISHED.search(words)


def _names_publication(words: str) -> bool:
    return bool(_PUBLISHED.search(words) or _DATED.search(words))


def _confidence(line: DatedLine, rest: str, labelled: bool) -> float:
    if labelled and line.place in ("dateline", "near"):
        return LABELLED
    if len(rest.split()) > OTHER_WORDS:
        return CROWDED
    return BESIDE_OTHERS if line.place == "dateline" and rest else PLACES[line.place]


def _relative(line: str) -> Iterator[DateCandidate]:
    """A line that counts from now: shown, and refused, as nobody knows what its now was."""
    if len(line) <= MAX_VALUE and len(line.split()) <= LABELLED_WORDS and (m := _RELATIVE.search(line)):
        candidate = DateCandidate(value=m[0], precision="day", source="visible-line", confidence=0.0)
        yield refuse(candidate, "relative")


def _is_day_of(candidate: DateCandidate, moment: datetime | None) -> bool:
    day = as_day(candidate.value)
    return moment is not None and day is not None and abs((day - moment.date()).days) <= 1


def _are_near(one: Reading, other: Reading) -> bool:
    a, b = as_day(one.value), as_day(other.value)
    return a is not None and b is not None and abs((a - b).days) <= 1
