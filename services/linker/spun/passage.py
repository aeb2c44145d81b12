"""A text as the counts see it: ids of words, marks between sentences, and places. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.linker.spun.counts import END, START, UNKNOWN, Ints

WORD = re.compile(r"[A-Za-z][A-Za-z'’\-]*[A-Za-z]|[A-Za-z]|\d[\d,.]*\d|\d")
# The counts were made with sentences that end so: a full stop, perhaps closing quotes, space, a capital.
BREAK = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9])|\n+")
PADDING = 3  # marks after the last word, so that every word has two neighbours


@dataclass(frozen=True, slots=True)
class Passage:
    """Ids with marks, and the span in the text of each; a mark's is empty."""

    text: str
    ids: Ints
    spans: Ints  # (ids, 2)
    words: int


def passage_of(text: str, ids: Mapping[str, int], limit: int) -> Passage:
    """The first `limit` words of a text."""
    rows, breaks, last = [(START, 0, 0), (START, 0, 0)], BREAK.finditer(text), 0
    ends = next(breaks, None)
    count, fresh = 0, True
    for match in WORD.finditer(text):
        while ends is not None and ends.start() <= match.start():
            if not fresh:
                rows += [(END, last, last), (START, last, last)]
                fresh = True
            ends = next(breaks, None)
        word = match.group().lower().replace("’", "'").rstrip("-")
        last = match.end()
        rows.append((ids.get(word, UNKNOWN), match.start(), last))
        count, fresh = count + 1, False
        if count == limit:
            break
    rows += [(END, last, last)] * (1 + PADDING)
    table = np.array(rows, np.int64)
    return Passage(text, table[:, 0], table[:, 1:], count)
