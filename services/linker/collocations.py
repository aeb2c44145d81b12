"""Broken collocations and their ordinary forms, to mend an office before a name is looked up beside it.

Loads data/odd_pairs.toml; else pure. Whether a text is spun is told by services/linker/spun.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from services.linker.data_files import read_table

LONGEST = 4  # words in a broken collocation


@lru_cache(maxsize=1)
def odd_pairs() -> Mapping[str, str]:
    """Broken collocation to ordinary form, both as folded words."""
    pairs: dict[str, str] = read_table("odd_pairs.toml")["pairs"]
    return pairs


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
