"""What the document model sees: how the opinions on a text's words are spread, and its style. Pure."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from services.linker.spun.columns import GAIN, JOINT, NEWSY
from services.linker.spun.counts import START, UNKNOWN, Counts, Floats
from services.linker.spun.spots import Spots

DOCUMENT = (
    "mean", "clipped mean", "mean probability", "top tenth", "top quarter", "over .5", "over .8",
    "median", "upper quartile", "ninth decile", "odd that can be repaired", "repairable", "odd", "mean gain",
    "ninth decile of gain", "joint", "newsy", "ln words", "ln probability", "pairs unseen",
    "pairs under chance", "unknown words", "pmi", "content pairs unseen", "triple", "sentences",
    "style words", "fillers", "digits for number words",
)  # fmt: skip

# A spinner that must change something puts these where nobody writes them.
FILLER = re.compile(r"\b(?:has|have|had)\W+(?:also\W+)?(?:actually|really|in fact)\b|\bnever ever\b")
FILLED = ("actually", "really", "in fact", "never ever")  # no filler without one of these
# What stands before is looked at last: a pattern that begins with its first character is found much sooner.
DIGIT = re.compile(r"[2-9](?<![\w.,$£€%-][2-9]) (?=[a-zA-Z]{3})")
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
_APART = "|".join(rf"{word}(?<!\w{word})" for word in _NUMBERS)
NUMBER = re.compile(rf"(?:{_APART})\b")
FILLERS = 0.0004  # per word in clean news, about
STYLE = 0.25  # burstiness below which a word is one of style
FREQUENT = 300.0  # count from which a missing pair says something
REPAIRABLE = 3.0  # gain
UNCOMMON = 5.7  # ln count from which a word's odd pair says something

Doubles = NDArray[np.float64]


def opinions_row(columns: Floats, logits: Doubles, words: int) -> Doubles:
    """The first 18 of DOCUMENT for a text of so many words; there is at least one row."""
    probability = 1 / (1 + np.exp(-logits))
    down = np.sort(logits)[::-1]
    size = len(logits)
    gain, (c, left, right) = columns[:, GAIN], columns[:, :3].T
    grammar_left, grammar_right = columns[:, 20] > 0, columns[:, 21] > 0
    odd = (((left == 0) & ~grammar_left) | ((right == 0) & ~grammar_right)) & (c > UNCOMMON)
    mends = odd & (gain > REPAIRABLE)
    return np.array([
        logits.mean(), np.clip(logits, -6, 4).mean(), probability.mean(), down[: max(1, size // 10)].mean(),
        np.clip(down[: max(1, size // 4)], -6, 4).mean(), 100 * (probability > 0.5).mean(),
        100 * (probability > 0.8).mean(), *(_quantile(down[::-1], share) for share in (0.5, 0.75, 0.9)),
        math.log((0.5 + mends.sum()) / (1 + odd.sum())), 100 * mends.mean(), 100 * odd.mean(), gain.mean(),
        _quantile(np.sort(gain), 0.9), columns[:, JOINT].mean(), columns[:, NEWSY].mean(),
        math.log(max(words, 20)),
    ], np.float64)  # fmt: skip


def _quantile(rising: NDArray[np.floating], share: float) -> float:
    """Interpolated as numpy does, without what it looks at first: a tenth of the time."""
    at = share * (len(rising) - 1)
    low = int(at)
    high = min(low + 1, len(rising) - 1)
    return float(rising[low] + (rising[high] - rising[low]) * (at - low))


def style_row(spots: Spots, counts: Counts, text: str) -> Doubles:
    """The other 11 of DOCUMENT."""
    often = counts.single[spots.ids] >= FREQUENT
    pairs = spots.both & often[:-1] & often[1:]
    content = pairs & ~spots.grammar[:-1] & ~spots.grammar[1:]
    words, rare = max(1, spots.words), spots.together == 0
    under = spots.together < 0.1 * spots.expected
    return np.array([
        spots.log_pair[spots.real[1:]].mean() if spots.real[1:].any() else 0,
        100 * (pairs & rare).sum() / max(1, pairs.sum()), 100 * (pairs & under).sum() / max(1, pairs.sum()),
        (spots.ids == UNKNOWN).sum() / words, spots.pmi[spots.both].mean() if spots.both.any() else 0,
        100 * (content & rare).sum() / max(1, content.sum()), spots.triple.mean(),
        (spots.ids == START).sum() / words, _style_words(spots, counts), _fillers(text, spots.words),
        math.log((len(DIGIT.findall(text)) + 0.5) / (len(NUMBER.findall(text.lower())) + 0.5)),
    ], np.float64)  # fmt: skip


def _style_words(spots: Spots, counts: Counts) -> float:
    """How surprising the repeated words of style are, per 100 words: -ln of a Poisson tail, about."""
    word, found = np.unique(spots.ids[spots.at], return_counts=True)
    style = (counts.bursty[word] < STYLE) & (found > 1)
    times = found[style].astype(np.float64)
    usual = spots.words * counts.single[word[style]].astype(np.float64) / counts.total + 0.05
    surprise = np.maximum(0, times * np.log(times / usual) - times + usual).sum()
    return float(100 * surprise / max(50, spots.words))


def _fillers(text: str, words: int) -> float:
    """Square root of the surprise at the fillers, at most 3."""
    lower = text.lower()
    times = len(FILLER.findall(lower)) if any(word in lower for word in FILLED) else 0
    usual = words * FILLERS + 0.02
    if times <= usual:
        return 0.0
    return float(min(3.0, math.sqrt(times * math.log(times / usual) - times + usual)))
