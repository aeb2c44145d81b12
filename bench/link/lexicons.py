"""Thesauri turned into what a spinner puts for a word, and into its inverse, the repairs."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.link.grammar import GRAMMAR
from bench.link.inflection import base_of, inflected
from bench.link.neighbours import is_word
from bench.link.thesauri import Thesaurus
from services.linker.spun.lexicon import Lexicon, Rows

Swaps = Mapping[str, Sequence[str]]  # word as printed, lower case: what may be put for it
SPUN = 30_000  # commonest words that a spinner knows
COMMON_SPUN, COMMON_REPAIRED = 3.4, 2.8  # zipf of a synonym that a spinner puts, and that is kept for repair
PUT, KEPT = 6, 40  # synonyms of a word, for the same
CANDIDATES, CANDIDATES_TWO = 25, 12  # repairs of a word and of a phrase, commonest first


def swaps(
    thesaurus: Thesaurus, words: Sequence[str], zipf: Mapping[str, float], least: float, most: int
) -> Swaps:
    """For each plain word the synonyms of its base form, inflected as it is; most apt first."""
    found = {}
    for word in filter(is_word, words[:SPUN]):
        based = base_of(word, thesaurus)
        counted = Counter[str]()
        for base, suffix in {based, (word, "")} if based else ():
            for term in (term.lower() for group in thesaurus.get(base, ()) for term in group):
                said = re.fullmatch(r"[a-z]+( [a-z]+)?", term) and term not in (base, word)
                if said and all(zipf.get(part, 0) >= least for part in term.split()):
                    counted[inflected(term, suffix)] += 1
        ranked = sorted(counted, key=lambda t: (-(counted[t] + zipf.get(t.split()[0], 0) / 4), t))
        if ranked:
            found[word] = ranked[:most]
    return found


def lexicon(
    tables: Iterable[Swaps], near: Swaps, words: Sequence[str], single: NDArray[np.float64]
) -> Lexicon:
    """The inverse of the tables; neighbours are repairs too, but only of words that some thesaurus knows.

    That keeps names out: the neighbours of Biden are other presidents.
    """
    ids = {word: i for i, word in enumerate(words)}
    one, two = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for table in tables:
        for word, terms in table.items():
            for parts in (term.split() for term in terms):
                if not all(part in ids for part in parts):
                    continue
                if len(parts) == 1:
                    one[ids[parts[0]]].add(ids[word])
                elif parts[0] not in ("the", "a"):
                    two[ids[parts[0]] << 16 | ids[parts[1]]].add(ids[word])
    content = np.array([i in one and _is_content(word) for i, word in enumerate(words)])
    for word, terms in near.items():
        for term in terms:
            one[ids[term]].add(ids[word])
            one[ids[word]].add(ids[term])
    phrases = sorted(two)
    return Lexicon(
        content,
        _rows([one[i] - {i} if content[i] else () for i in range(len(words))], single, CANDIDATES),
        np.array(phrases, np.uint32),
        _rows([two[key] for key in phrases], single, CANDIDATES_TWO),
    )


def _is_content(word: str) -> bool:
    return word not in GRAMMAR and re.fullmatch("[a-z][a-z-]{2,}", word) is not None


def _rows(lists: Sequence[Iterable[int]], single: NDArray[np.float64], most: int) -> Rows:
    kept = [sorted(ids, key=lambda i: (-single[i], i))[:most] for ids in lists]
    starts = np.cumsum([0, *map(len, kept)]).astype(np.int32)
    return Rows(starts, np.array([i for ids in kept for i in ids], np.uint16))
