"""A text as the counts see it: ids of words, marks between sentences, and places. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.linker.spun.counts import END, START, UNKNOWN, Ints

WORD = re.compile(r"[A-Za-z][A-Za-z'’\-]*[A-Za-z]|[A-Za-z]|\d[\d,.]*\d|\d")
# The counts were made with sentences that end so: a full stop, perhaps closing quotes, space, a capital.
BREAK = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9])|\n+")
PADDING = 3  # marks after the last word, so that every word has two neighbours

# WORD, by character: a word is a run of letters and what may stand between them, or of digits likewise, from
# its first letter or digit to its last. Bit 0 tells which of the two, bit 1 that a word may begin and end so.
_BETWEEN_LETTERS, _LETTER, _BETWEEN_DIGITS, _DIGIT = 4, 6, 5, 7
_ASCII = np.zeros(129, np.uint8)  # by code point; the last for all that are higher
for _kind, _characters in (
    (_LETTER, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), (_BETWEEN_LETTERS, "'-"),
    (_DIGIT, "0123456789"), (_BETWEEN_DIGITS, ",."),
):  # fmt: skip
    _ASCII[[ord(character) for character in _characters]] = _kind
_ENDS = np.zeros(129, np.bool_)
_ENDS[[ord(character) for character in ".!?\n"]] = True


@dataclass(frozen=True, slots=True)
class Passage:
    """Ids with marks, and the span in the text of each; a mark's is empty."""

    text: str
    ids: Ints
    spans: Ints  # (ids, 2)
    words: int


def passage_of(text: str, ids: Mapping[str, int], limit: int) -> Passage:
    """The first `limit` words of a text."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    spans = _words(points)[:limit]
    lower = text.lower()
    plain = lower.replace("’", "'") if len(lower) == len(text) else None
    if plain is None:
        known = [ids.get(text[start:end].lower(), UNKNOWN) for start, end in spans.tolist()]
    else:
        known = [ids.get(plain[start:end], UNKNOWN) for start, end in spans.tolist()]
    fresh = _fresh(text, points, spans)
    begins = np.zeros(len(spans), np.int64)
    begins[fresh] = 2  # two marks before each
    place = np.arange(2, len(spans) + 2) + np.cumsum(begins)
    found = np.full(len(spans) + 2 * len(fresh) + 3 + PADDING, END)
    found[:2], found[place], found[place[fresh] - 1] = START, known, START
    last = int(spans[-1, 1]) if len(spans) else 0
    places = np.full((len(found), 2), last)
    places[:2], places[place] = 0, spans
    places[place[fresh] - 2] = places[place[fresh] - 1] = spans[fresh - 1, 1:]
    return Passage(text, found, places, len(spans))


def _words(points: NDArray[np.uint32]) -> Ints:
    """(words, 2): the spans that WORD finds."""
    kinds = _ASCII.take(np.minimum(points, 128))
    for point in np.unique(points[points > 127]).tolist():
        if point == ord("’"):
            kinds[points == point] = _BETWEEN_LETTERS
        elif chr(point).isdecimal():
            kinds[points == point] = _DIGIT
    at = np.flatnonzero(kinds & 2)  # letters and digits
    if not len(at):
        return np.zeros((0, 2), np.int64)
    # Two of them are one word where all between are of their class: so many places of the class lie there.
    of_letters = np.cumsum((kinds & 5) == 4)
    of_digits = np.cumsum((kinds & 5) == 5)
    near, far, digit = at[:-1], at[1:], kinds[at] & 1
    run = np.where(digit[:-1], of_digits[far] - of_digits[near], of_letters[far] - of_letters[near])
    parted = np.flatnonzero((run != far - near) | (digit[:-1] != digit[1:]))
    starts = at[np.concatenate([[0], parted + 1])]
    ends = at[np.concatenate([parted, [len(at) - 1]])] + 1
    return np.column_stack([starts, ends])


def _fresh(text: str, points: NDArray[np.uint32], spans: Ints) -> Ints:
    """The numbers of the words that begin a sentence, but for the first."""
    told = np.cumsum(_ENDS.take(np.minimum(points, 128)))
    between = np.flatnonzero(told[spans[1:, 0]] > told[spans[:-1, 1] - 1])
    gaps = ((number + 1, int(spans[number, 1]), int(spans[number + 1, 0])) for number in between)
    # A break is looked for up to the first character of the next word, which it must see.
    return np.array([word for word, end, start in gaps if BREAK.search(text, end, start + 1)], np.int64)
