"""Flattened pages: plain text in which menus, buttons and comment forms stand as lines. Pure.

Each line gets a score from what it says (lines.py); the article is the stretches of lines that go together
(stretches.py). `tests/quality/test_seeds_extract.py` measures the result on the seeds, bench/flat.py on pages
of many sites.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.extractor.dates import DatedLine, is_theme_date
from services.extractor.lines import Line, closes_at, read_lines, score_line
from services.extractor.paragraphs import (
    SEEN_CHARS,
    SUBHEAD_WORDS,
    clean_paragraphs,
    ends_sentence,
    rejoin,
)
from services.extractor.stretches import best_stretches

TITLE_WORDS = range(3, 31)
TITLE_CHARS = 300
SECTION_CHARS = range(3, 41)
NEAR = 4  # lines after the title in which a date is its date
AFTER = 14  # lines after the article that may credit somebody


@dataclass(frozen=True, slots=True)
class FlatPage:
    """A flattened page taken apart."""

    title: str | None
    section: str | None
    paragraphs: tuple[str, ...]
    dated: tuple[DatedLine, ...]  # lines outside the text that may print the day of publication
    credited: tuple[str, ...]  # lines that may credit somebody: from the title on, and after the text
    prose: float  # share of the page's characters that the article has


def take_apart(text: str) -> FlatPage:
    """The parts of a flattened page; `paragraphs` is empty where no article is found."""
    lines = read_lines(text)
    kept = _trim(lines, _article(lines))
    first, end = (kept[0], kept[-1] + 1) if kept else (0, 0)
    body = rejoin(clean_paragraphs([lines[at].text for at in kept if not lines[at].field]))
    at = _title_at(lines, first)
    total = sum(len(line.text) for line in lines)
    return FlatPage(
        title=None if at is None else lines[at].text,
        section=_section(lines, first if at is None else at, end),
        paragraphs=tuple(body),
        dated=tuple(_dated(lines, at, first, end)),
        credited=tuple(line.text for line in lines[first if at is None else at + 1 : end + AFTER]),
        prose=sum(map(len, body)) / total if total else 0.0,
    )


def _article(lines: Sequence[Line]) -> list[int]:
    """Which lines are the article's, by their places."""
    scores = [score_line(line) for line in lines[: closes_at(lines, SEEN_CHARS, SUBHEAD_WORDS)]]
    return [at for stretch in best_stretches(scores) for at in stretch]


def _trim(lines: Sequence[Line], kept: Sequence[int]) -> Sequence[int]:
    """The lines without headline, date and byline at their head and loose lines at their end."""
    first, end = 0, len(kept)
    while first < end and _is_heading(lines, kept[first]):
        first += 1
    while end > first and _is_loose(lines[kept[end - 1]]):
        end -= 1
    return kept[first:end]


def _is_loose(line: Line) -> bool:
    return line.words <= SUBHEAD_WORDS and not ends_sentence(line.text)


def _is_heading(lines: Sequence[Line], at: int) -> bool:
    line = lines[at]
    if line.furniture or line.field or _is_crumb(lines, at):
        return True
    below = lines[at + 1] if at + 1 < len(lines) else None
    goes_on = below and below.text[:1].islower() and not (below.furniture or below.field)
    return line.words in TITLE_WORDS and not ends_sentence(line.text) and not goes_on


def _is_crumb(lines: Sequence[Line], at: int) -> bool:
    """Whether a line ends in a cut copy of the headline that stands just below it."""
    if not _is_cut(lines[at].text):
        return False
    return any(len(line.text) > 15 and line.text[:15] in lines[at].text for line in lines[at + 1 : at + 4])


def _is_cut(text: str) -> bool:
    return text.endswith(("...", "…"))


def _title_at(lines: Sequence[Line], first: int) -> int | None:
    """Where the headline stands above the article, or None where no line looks like one."""
    candidates = [at for at in range(first) if _may_be_title(lines, at)]
    if not candidates:
        return None
    supported = [at for at in candidates if _is_supported(lines, at)]
    return (supported or candidates)[-1]


def _may_be_title(lines: Sequence[Line], at: int) -> bool:
    line = lines[at]
    return (
        line.words in TITLE_WORDS
        and len(line.text) <= TITLE_CHARS
        and not (line.furniture or line.field or _is_cut(line.text))
        and not line.text.endswith((".", ":", ";", "۔", "。"))
    )


def _is_supported(lines: Sequence[Line], at: int) -> bool:
    """Whether a date or byline follows, or a cut copy of the headline (a breadcrumb) stands above."""
    if at + 1 < len(lines) and lines[at + 1].field:
        return True
    cut = (line.text.rstrip(".… ") for line in lines[:at] if _is_cut(line.text))
    return any(len(text) > 15 and lines[at].text[:15] in text for text in cut)


def _section(lines: Sequence[Line], head: int, end: int) -> str | None:
    """A short label that stands both above the headline and below the article."""
    below = {line.text for line in lines[end:]}
    labels = [
        line.text
        for line in lines[:head]
        if line.words <= 3
        and not line.furniture
        and not line.field
        and len(line.text) in SECTION_CHARS
        and line.text in below
    ]
    return labels[-1] if labels else None


def _dated(lines: Sequence[Line], title: int | None, first: int, end: int) -> list[DatedLine]:
    """Lines outside the text that may print the date, by how near the headline they stand."""
    found: list[DatedLine] = []
    for at, line in enumerate(lines[:first]):
        if not line.field:
            continue
        under = title is not None and title < at <= title + NEAR
        top = at < 2 and (title is None or at < title)
        place = "top" if top or (is_theme_date(line.text) and not under) else "dateline" if under else "near"
        found.append(DatedLine(line.text, place))
    return found + [DatedLine(line.text, "near") for line in lines[end : end + 3] if line.field]
