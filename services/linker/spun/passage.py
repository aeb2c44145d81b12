"""A text as the counts see it: ids of words, marks between sentences, and places. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

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
    found = list(islice(WORD.finditer(text), limit))
    spans = np.array([match.span() for match in found], np.int64).reshape(-1, 2)
    plain = text.lower().replace("’", "'") if len(text.lower()) == len(text) else text
    known = [ids.get(plain[start:end].lower().rstrip("-"), UNKNOWN) for start, end in spans.tolist()]
    breaks = np.array([match.start() for match in BREAK.finditer(text)], np.int64)
    parts = np.searchsorted(breaks, spans[:, 0], side="right")
    fresh = np.flatnonzero(np.diff(parts) > 0) + 1  # the words that begin a sentence, but for the first
    marks = np.repeat(fresh, 2)
    ended = spans[marks - 1, 1] if len(marks) else marks
    inner = np.insert(np.array(known, np.int64), marks, np.tile([END, START], len(fresh)))
    inner_spans = np.insert(spans, marks, np.column_stack([ended, ended]), axis=0)
    last = int(spans[-1, 1]) if len(spans) else 0
    return Passage(
        text,
        np.concatenate([[START, START], inner, [END] * (1 + PADDING)]),
        np.concatenate([np.zeros((2, 2), np.int64), inner_spans, np.full((1 + PADDING, 2), last)]),
        len(found),
    )
