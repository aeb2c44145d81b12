"""The lines of a flattened page and how much each looks like an article's. Pure.

The numbers below were chosen together on the `tune` half of the hosts (`python -m bench.flat ARCHIVE tune`),
by a search over all of them. Changed by a third, TYPICAL costs up to .023 of mean F1 on that half, MOST .019,
CHANGE of stretches.py .007, each of the others less than .005.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.extractor.credits import is_credit_line
from services.extractor.dates import is_date_line
from services.extractor.furniture import Matched, match_furniture
from services.extractor.paragraphs import ends_sentence, fold_line, is_prose

MAX_LINES = 20_000

TYPICAL = 6  # words of a line that speaks neither for an article nor against one
SENTENCE = 0.6  # for a line that ends like a sentence, and against one that does not
REPEATED = -3.0
HEADLINE = -1.0  # most of its long words begin with a capital
LISTED = -1.0  # in a list of other articles
FIELD = -1.4  # a date, a credit or a byline
FURNITURE = -1.5
LEAST, MOST = -3.0, 5.0

HEAD_CHARS = 1_000  # of a line that are looked at for capitals
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


def read_lines(text: str) -> list[Line]:
    """The first 20,000 lines that say something, each with what is known of it."""
    texts = [folded for line in text.split("\n")[: 4 * MAX_LINES] if (folded := fold_line(line))][:MAX_LINES]
    counts = Counter(texts)
    listing = False
    lines: list[Line] = []
    for text_ in texts:
        matched = match_furniture(text_)
        listing = bool(matched and matched.listing) or (listing and not is_prose(text_))
        is_field = is_date_line(text_) or is_credit_line(text_)
        lines.append(Line(text_, len(text_.split()), matched, is_field, counts[text_] > 1, listing))
    return lines


def score_line(line: Line) -> float:
    """How much a line looks like an article's: -3 to 5."""
    if line.furniture:
        return FURNITURE
    if line.field:
        return FIELD
    score = math.log2(line.words / TYPICAL)
    if ends_sentence(line.text):
        score += SENTENCE
    elif line.words > 3:
        score -= SENTENCE
    score += REPEATED * line.repeated + LISTED * line.listed + HEADLINE * _is_headline_case(line.text)
    return max(LEAST, min(MOST, score))


def _is_headline_case(text: str) -> bool:
    words = [word for word in _OTHERS.findall(text[:HEAD_CHARS]) if len(word) > 3]
    return len(words) > 2 and sum(word[0].isupper() for word in words) > 0.7 * len(words)


def closes_at(lines: Sequence[Line], seen_chars: int, prose_words: int) -> int:
    """Where readers' comments begin, by a closing heading after so many characters of prose; or the end."""
    seen = 0
    for at, line in enumerate(lines):
        if line.furniture and line.furniture.closing and seen >= seen_chars:
            return at
        seen += len(line.text) if line.words > prose_words and ends_sentence(line.text) else 0
    return len(lines)
