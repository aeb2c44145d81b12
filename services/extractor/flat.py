"""Flattened pages: plain text in which menus, buttons and comment forms stand as lines. Pure.

Each line gets a score from what it says; the article is the run of lines with the largest sum. Scores and
barriers were set on our own fixtures; `tests/quality/test_seeds_extract.py` measures the result on the seeds.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.extractor.credits import is_credit_line
from services.extractor.dates import DatedLine, is_date_line, is_theme_date
from services.extractor.furniture import Matched, match_furniture
from services.extractor.paragraphs import (
    SEEN_CHARS,
    SUBHEAD_WORDS,
    clean_paragraphs,
    ends_sentence,
    fold_line,
    is_prose,
    rejoin,
)

TITLE_WORDS = range(3, 31)
TITLE_CHARS = 300
SECTION_CHARS = range(3, 41)
NEAR = 4  # lines after the title in which a date is its date
AFTER = 14  # lines after the article that may credit somebody
MAX_LINES = 20_000
BESIDE = -0.4  # of a date, a credit, a headline in a list: neither the article nor its end
BARRIER = -4.0  # score of furniture: one menu line outweighs one short paragraph

_OTHERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank."""

    text: str
    words: int
    furniture: Matched | None
    field: bool  # a date, a credit or a byline: wanted as a field, not in the text
    repeated: bool
    listed: bool  # stands in a list of other articles


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
    lines = _read_lines(text)
    first, end = _best_run(lines)
    first, end = _trim(lines, first, end)
    body = rejoin(clean_paragraphs([line.text for line in lines[first:end] if not line.field]))
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


def _read_lines(text: str) -> list[Line]:
    texts = [folded for line in text.split("\n")[: 4 * MAX_LINES] if (folded := fold_line(line))][:MAX_LINES]
    counts = Counter(texts)
    listing = False
    lines: list[Line] = []
    for text_ in texts:
        matched = match_furniture(text_)
        listing = bool(matched and matched.listing) or (listing and not is_prose(text_))
        is_field = is_credit_line(text_) or is_date_line(text_)
        lines.append(Line(text_, len(text_.split()), matched, is_field, counts[text_] > 1, listing))
    return lines


def _score(line: Line) -> float:
    """How much a line looks like an article's: -4 for furniture to 4 for a long paragraph."""
    if line.furniture:
        return BARRIER
    if line.field or line.listed:
        return BESIDE
    score = math.log2(max(1, line.words) / 6) + (0.8 if ends_sentence(line.text) else -0.6)
    score -= 1.0 if line.words <= 3 else 0.0
    score -= 2.0 if line.repeated else 0.0
    score -= 1.0 if _is_headline_case(line.text) else 0.0
    return max(-4.0, min(4.0, score))


def _is_headline_case(text: str) -> bool:
    words = [word for word in _OTHERS.findall(text) if len(word) > 3]
    return len(words) > 2 and sum(word[0].isupper() for word in words) > 0.7 * len(words)


def _best_run(lines: Sequence[Line]) -> tuple[int, int]:
    """The run of lines with the largest sum of scores, as a half-open range (Kadane's algorithm).

    A closing heading ends the page once an article has been seen, so that readers' comments,
    which are prose as well, are not taken for it.
    """
    best, best_range = 0.0, (0, 0)
    total, start, seen = 0.0, 0, 0
    for at, line in enumerate(lines):
        if line.furniture and line.furniture.closing and seen >= SEEN_CHARS:
            break
        total += _score(line)
        seen += len(line.text) if line.words > SUBHEAD_WORDS and ends_sentence(line.text) else 0
        if total <= 0:
            total, start = 0.0, at + 1
        elif total > best:
            best, best_range = total, (start, at + 1)
    return best_range


def _trim(lines: Sequence[Line], first: int, end: int) -> tuple[int, int]:
    """The run without headline, date and byline at its head and loose lines at its end."""
    while first < end and _is_heading(lines, first):
        first += 1
    while end > first and lines[end - 1].words <= SUBHEAD_WORDS and not ends_sentence(lines[end - 1].text):
        end -= 1
    return first, end


def _is_heading(lines: Sequence[Line], at: int) -> bool:
    line = lines[at]
    goes_on = at + 1 < len(lines) and lines[at + 1].text[:1].islower()
    headline = line.words in TITLE_WORDS and not ends_sentence(line.text) and not goes_on
    return bool(line.furniture) or line.field or headline


def _title_at(lines: Sequence[Line], first: int) -> int | None:
    """Where the headline stands above the article, or None where no line looks like one."""
    candidates = [at for at in range(first) if _may_be_title(lines, at)]
    if not candidates:
        return None
    supported = [at for at in candidates if _is_supported(lines, at)]
    return (supported or candidates)[-1]


def _may_be_title(lines: Sequence[Line], at: int) -> bool:
    line = lines[at]
    cut = line.text.endswith(("...", "…"))
    return (
        line.words in TITLE_WORDS
        and len(line.text) <= TITLE_CHARS
        and not (line.furniture or line.field or cut)
        and not line.text.endswith((".", ":", ";", "۔", "。"))
    )


def _is_supported(lines: Sequence[Line], at: int) -> bool:
    """Whether a date or byline follows, or a cut copy of the headline (a breadcrumb) stands above."""
    if at + 1 < len(lines) and lines[at + 1].field:
        return True
    cut = (line.text.rstrip(".… ") for line in lines[:at] if line.text.endswith(("...", "…")))
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
