"""Training documents: clean and spun texts in columns, with labels for words and for the whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.link.lexicons import Swaps
from bench.link.lexicons import lexicon as inverse
from bench.link.spinner import random_habit, spun, stripped, unmarked
from bench.link.texts import DOMAIN, Text, bucket
from services.linker.spun.counts import Bools, Counts, Floats, Ints, pair_keys, triple_keys
from services.linker.spun.detector import measure
from services.linker.spun.document import Doubles, opinions_row
from services.linker.spun.lexicon import Lexicon
from services.linker.spun.passage import passage_of

HEAD = 400  # words of the texts that are compared
WINDOWS = (120, 200, 300, 500)  # words of the others
DROPPED = 0.5  # share of documents that see no repair by the lexicon they were spun with
STRIPPED = 0.15  # share in lower case without punctuation


@dataclass(frozen=True, kw_only=True)
class Without(Counts):
    """The counts without what some texts gave to them: a text is not ordinary for being itself."""

    taken_pairs: NDArray[np.uint32]
    pair_times: Ints
    taken_triples: NDArray[np.uint64]
    triple_times: Ints

    def pair(self, first: Ints, second: Ints) -> Floats:
        """How often in other texts; under 2 is 0, as in all counts."""
        found = super().pair(first, second)
        return _less(found, self.taken_pairs, self.pair_times, pair_keys(first, second), 2)

    def triple(self, first: Ints, second: Ints, third: Ints) -> Floats:
        """How often in other texts; under 4 is 0."""
        found = super().triple(first, second, third)
        return _less(found, self.taken_triples, self.triple_times, triple_keys(first, second, third), 4)


def _less(found: Floats, keys: NDArray[Any], times: Ints, asked: NDArray[Any], least: int) -> Floats:
    if not len(keys):
        return found
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    own = keys[at] == asked
    rest = found * 1.06 - np.where(own, times[at], 0)  # kept counts are up to 6 % too small
    left = np.where(rest < least, 0, np.minimum(found, rest))
    return np.where(own, left, found).astype(np.float32)


def without(counts: Counts, texts: Sequence[str]) -> Counts:
    """The counts less those of `texts`."""
    if not texts:
        return counts
    ids = [passage_of(text, counts.ids, 10**6).ids[:-3] for text in texts]
    pairs = np.concatenate([pair_keys(i[:-1], i[1:]) for i in ids])
    triples = np.concatenate([triple_keys(i[:-2], i[1:-1], i[2:]) for i in ids])
    own: dict[str, Any] = {name: getattr(counts, name) for name in Counts.__dataclass_fields__}
    own |= _times("pair", pairs) | _times("triple", triples)
    return Without(**own)


def _times(name: str, keys: NDArray[Any]) -> dict[str, NDArray[Any]]:
    found, times = np.unique(keys, return_counts=True)
    return {f"taken_{name}s": found, f"{name}_times": times}


@dataclass(frozen=True, slots=True)
class Example:
    """A document in columns."""

    kind: str
    key: str
    version: str  # clean | window | spun | a set of evaluation
    label: int  # 1 spun, 0 clean, 2 for evaluation only
    columns: Floats
    put: Bools  # per row, whether the spinner put the word
    words: int
    style: Doubles

    @property
    def in_domain(self) -> bool:
        """Whether it is what the product reads."""
        return self.kind in DOMAIN


class Workshop:
    """Counts, spinners and repair lexicons, whole and with each spinner's own taken out."""

    def __init__(
        self, counts: Counts, tables: Mapping[str, Swaps], kept: Mapping[str, Swaps], near: Swaps
    ) -> None:
        single = counts.single.astype(np.float64)
        self.counts, self.tables = counts, tables
        self.whole = inverse(kept.values(), near, counts.words, single)
        self.lacking = {
            name: inverse([kept[k] for k in kept if k not in _kin(name)], near, counts.words, single)
            for name in kept
        }

    def examples(self, text: Text) -> Iterator[Example]:
        """Two clean and up to three spun documents of a text."""
        random = Random(bucket(text.key))
        counts = without(self.counts, text.counted)
        counts.__dict__.update(ids=self.counts.ids)
        spun_times = 3 if text.kind in ("originals", "iqir") else 2
        for i, label in enumerate([0, 0, *[1] * (spun_times * text.spun)]):
            words = text.text.split()
            size = HEAD if i in (0, 2) else random.choice(WINDOWS)
            start = 0 if i in (0, 2) else random.randrange(max(1, len(words) - size))
            said = _cut(text.text, start, size)
            names = random.sample(sorted(self.lacking), random.choice((1, 1, 2, len(self.lacking))))
            dropped = random.random() < DROPPED and i > 0
            if label:
                used = names[:1] if dropped else names
                said = spun(said, [self.tables[n] for n in used], random_habit(random), random, self.counts)
            if i and random.random() < STRIPPED:
                said = stripped(said)
            lexicon = self.lacking[names[0]] if dropped else self.whole
            version = ("clean" if i == 0 else "window") if not label else "spun"
            yield self._example(text.kind, text.key, version, label, said, lexicon, counts)

    def judged(self, kind: str, key: str, version: str, said: str) -> Example:
        """A document for evaluation only."""
        return self._example(kind, key, version, 2, _cut(said, 0, HEAD), self.whole, self.counts)

    def _example(
        self, kind: str, key: str, version: str, label: int, said: str, lexicon: Lexicon, counts: Counts
    ) -> Example:
        plain, ends = unmarked(said)
        made = measure(passage_of(plain, counts.ids, 10**6), counts, lexicon)
        put = np.isin(made.passage.spans[made.spots.at, 1], ends)
        return Example(kind, key, version, label, made.columns, put, made.passage.words, made.style)


def _kin(name: str) -> set[str]:
    """The lexicon and those that are made of it."""
    return {name, "second"} if name == "mythes" else {name}


def _cut(text: str, start: int, size: int) -> str:
    return " ".join(text.split()[start : start + size])


def row_of(example: Example, odds: Doubles) -> Doubles:
    """What the document model sees of an example whose words have these odds."""
    return np.concatenate([opinions_row(example.columns, odds, example.words), example.style])
