"""Where a block lies: on its page, in the elements around it, among its fellows; as numpy columns. Pure.

Good text is what features.py calls so; `total` is all of it on the page.
"""

import math
from collections.abc import Sequence

import numpy as np

from services.extractor.arrays import Doubles, Ints
from services.extractor.outline import UP, Outline

WINDOW = 6  # blocks before and after
POSITION = (
    "index", "chars_before", "after_headline", "blocks_from_headline", "chars_from_headline", "good_before",
    "good_after", "good_share_before", "page_blocks", "page_chars", "page_good",
)  # fmt: skip
ELEMENTS = (
    *(f"good_{i}" for i in range(UP)), *(f"links_{i}" for i in range(UP)), "up_to_half", "up_to_most",
    "best_parent", "siblings", "sibling_rank", "sibling_good",
)  # fmt: skip
KINDS = ("kind_count", "kind_good", "kind_chars", "kind_links")


def find_headline(tags: Sequence[str], like: Doubles) -> int:
    """The block that is the headline: of the h1, or else of all, the one most like the title; -1 for none."""
    first = [i for i, tag in enumerate(tags) if tag == "h1"]
    if first:
        return max(first, key=lambda i: float(like[i]))
    best = int(like.argmax())
    return best if like[best] >= 0.5 else -1


def place_on_page(chars: Doubles, good: Doubles, total: float, headline: int) -> list[Doubles]:
    """POSITION; `headline` is the number of that block, or -1."""
    count = len(chars)
    index = np.arange(count)
    before, whole = np.cumsum(chars) - chars, chars.sum()
    passed = np.concatenate([[0.0], np.cumsum(good)])
    constant = np.ones(count)
    if headline >= 0:
        after, blocks, distance = (
            (index > headline).astype(np.float64),
            np.clip((index - headline).astype(np.float64), -50.0, 100.0),
            np.clip((before - before[headline]) / 1000, -5.0, 20.0),
        )
    else:  # there is none: values no block can have
        after, blocks, distance = -constant, -99 * constant, -9 * constant
    return [
        index / count, before / whole, after, blocks, distance,
        (passed[index] - passed[np.maximum(index - WINDOW, 0)]) / 1000,
        (passed[np.minimum(index + WINDOW + 1, count)] - passed[index + 1]) / 1000,
        passed[index] / total,
        constant * math.log1p(count), constant * math.log1p(whole), constant * math.log1p(total),
    ]  # fmt: skip


def place_in_elements(outline: Outline, good: Doubles) -> list[Doubles]:
    """ELEMENTS."""
    parent = outline.around[1]
    size = len(outline.parents)
    siblings, gathered = np.bincount(parent, minlength=size), np.bincount(parent, good, size)
    return [
        *(outline.good[at] / outline.total for at in outline.around),
        *(outline.linked[at] / np.maximum(outline.chars[at], 1) for at in outline.around),
        outline.levels(0.5),
        outline.levels(0.8),
        (parent == gathered.argmax()).astype(np.float64),
        np.log1p(siblings[parent]),
        _rank(parent, siblings),
        gathered[parent] / outline.total,
    ]


def _rank(parent: Ints, siblings: Ints) -> Doubles:
    """Where a block stands among those of the same parent, 0 to 1."""
    order = np.argsort(parent, kind="stable")
    start: Ints = np.cumsum(siblings) - siblings
    rank = np.zeros(len(parent))
    rank[order] = np.arange(len(parent)) - start[parent[order]]
    share: Doubles = rank / np.maximum(siblings[parent] - 1, 1)
    return share


def place_among_kinds(
    kinds: Ints, chars: Doubles, linked: Ints, good: Doubles, total: float
) -> list[Doubles]:
    """KINDS: of all blocks of the same kind: how many, their good text, mean length, share of links."""
    count = np.bincount(kinds)[kinds]
    gathered, length, links = (np.bincount(kinds, each)[kinds] for each in (good, chars, linked))
    return [np.log1p(count), gathered / total, np.log1p(length / count), np.minimum(links / length, 1.0)]
