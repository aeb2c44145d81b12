"""The place in a text that answers a search. Pure; it is cut from the original, not from the folded copy."""

import re
from collections.abc import Sequence

import msgspec

from services.store.folding import fold_in_place
from services.store.query import Term

WIDTH = 240  # characters of a snippet, about three lines of a terminal
LEAD = 60  # of them before the first match


class Snippet(msgspec.Struct, frozen=True):
    """An excerpt and where the words searched for stand in it, as [start, end) character offsets."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def cut_snippet(text: str, wanted: Sequence[Term], width: int = WIDTH) -> Snippet:
    """About `width` characters around the first match, whole words; the beginning where none is found."""
    if not wanted:
        return Snippet(text[: _word_end(text, width)])
    folded, origin = fold_in_place(text)
    origin = [*origin, len(text)]
    # Marks that folding dropped at the end of a word belong to it.
    spans = [
        (origin[found.start()], max(origin[found.end()], origin[found.end() - 1] + 1))
        for found in _pattern(wanted).finditer(folded)
    ]
    first = spans[0][0] if spans else 0
    start = _word_start(text, first - LEAD, first)
    end = _word_end(text, start + width)
    marks = tuple((left - start, right - start) for left, right in spans if start <= left and right <= end)
    return Snippet(text[start:end], marks)


def _pattern(wanted: Sequence[Term]) -> re.Pattern[str]:
    choices = [
        r"[\W_]+".join(map(re.escape, term.words)) + (r"[^\W_]*" if term.prefix else r"(?![^\W_])")
        for term in wanted
    ]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(choices)})")


def _word_start(text: str, at: int, latest: int) -> int:
    """The first beginning of a word from `at` on, at most `latest`."""
    if at <= 0:
        return 0
    gap = text.find(" ", at, latest)
    return at if gap < 0 else gap + 1


def _word_end(text: str, at: int) -> int:
    """The last end of a word up to `at`."""
    if at >= len(text):
        return len(text)
    gap = text.rfind(" ", at - LEAD, at + 1)
    return at if gap < 0 else gap
