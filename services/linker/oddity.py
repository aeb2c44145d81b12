"""Broken collocations: how odd a text's fixed expressions are. Loads data/odd_pairs.toml; else pure."""

import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

LONGEST = 4  # words in a broken collocation
# Chosen on the clean development sets (Guardian, ECB+, re3d, BBC, AllSides, Reuters: 4,800 texts): one has
# two different broken collocations, none has three; each of the four spun seeds has five or more.
DISTINCT = 3  # different broken collocations that make a text spun without its original
DENSITY = 0.2  # of them per 100 words, at least; a long text may quote a clumsy one
SCALE = 0.6  # broken collocations per 100 words at which the score is .63


@dataclass(frozen=True, slots=True)
class Oddity:
    """How odd a text is: `score` 0..1, rising with broken collocations per 100 words, and which they are."""

    score: float
    density: float  # per 100 words
    pairs: tuple[tuple[str, str], ...]  # (as found, ordinary form), different ones, most frequent first

    @property
    def spun(self) -> bool:
        """Whether this alone says that a machine swapped the synonyms."""
        return len(self.pairs) >= DISTINCT and self.density >= DENSITY


@lru_cache(maxsize=1)
def odd_pairs() -> Mapping[str, str]:
    """Broken collocation to ordinary form, both as folded words."""
    pairs: dict[str, str] = tomllib.loads(_data())["pairs"]
    return pairs


@lru_cache(maxsize=1)
def odd_digest() -> str:
    """First 16 hex digits of the SHA-256 of the data file."""
    return sha256(_data().encode()).hexdigest()[:16]


def _data() -> str:
    return (files(__package__) / "data" / "odd_pairs.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _lengths() -> Mapping[str, tuple[int, ...]]:
    """By first word: how long the collocations are that begin with it, longest first."""
    lengths: dict[str, set[int]] = {}
    for odd in odd_pairs():
        first, *rest = odd.split(" ")
        lengths.setdefault(first, set()).add(1 + len(rest))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def odd_places(folded: Sequence[str]) -> list[tuple[int, int, str]]:
    """Each broken collocation as (first word, word after the last, ordinary form); they do not overlap."""
    pairs, lengths, found, free = odd_pairs(), _lengths(), [], 0
    for at, word in enumerate(folded):
        if at < free:
            continue
        for length in lengths.get(word, ()):
            plain = pairs.get(" ".join(folded[at : at + length]))
            if plain is not None and at + length <= len(folded):
                found.append((at, at + length, plain))
                free = at + length
                break
    return found


def judge_oddity(folded: Sequence[str]) -> Oddity:
    """The oddity of a text given as folded words."""
    places = odd_places(folded)
    counted = Counter((" ".join(folded[start:end]), plain) for start, end, plain in places)
    density = 100 * len(counted) / max(len(folded), 50)
    pairs = tuple(pair for pair, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    return Oddity(round(1 - math.exp(-density / SCALE), 4), round(density, 4), pairs)
