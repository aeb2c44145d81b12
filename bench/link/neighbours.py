"""Words that stand between the same words, by the counts alone. Needs scipy, which lightgbm brings."""

import re

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from bench.link.counting import Ngrams
from bench.link.grammar import GRAMMAR
from services.linker.spun.counts import END

KNOWN, BESIDE = 20_000, 12_000  # commonest words that get neighbours, and that are looked at beside them
DIMENSIONS = 150
LIKE = 0.45  # cosine
NEAREST = 15


def neighbours(ngrams: Ngrams) -> dict[str, list[str]]:
    """Up to 15 words for each common word, nearest first."""
    vectors = _vectors(ngrams)
    found = {}
    for start in range(END + 1, KNOWN, 1000):
        likeness = vectors[start : start + 1000] @ vectors.T
        for i, row in enumerate(likeness):
            word = ngrams.words[start + i]
            if is_word(word):
                order = np.argsort(-row, kind="stable")[: 2 * NEAREST]
                near = [j for j in order.tolist() if j != start + i and j > END and row[j] > LIKE]
                found[word] = [ngrams.words[j] for j in near if is_word(ngrams.words[j])][:NEAREST]
    return {word: near for word, near in found.items() if near}


def is_word(word: str) -> bool:
    """Whether this is a plain word with a meaning of its own."""
    return re.fullmatch("[a-z]{3,}", word) is not None and word not in GRAMMAR


def _vectors(ngrams: Ngrams) -> NDArray[np.float64]:
    """Unit vectors of the singular value decomposition of positive PMI with the words before and after."""
    table = hstack([_pmi(ngrams, 1, 0), _pmi(ngrams, 0, 1)]).tocsr()
    random = np.random.default_rng(0).standard_normal((table.shape[1], DIMENSIONS + 20))
    basis = np.linalg.qr(table @ random)[0]  # randomised range finder (Halko et al. 2011), four iterations
    for _ in range(4):
        basis = np.linalg.qr(table @ np.linalg.qr(table.T @ basis)[0])[0]
    left, strength, _ = np.linalg.svd((table.T @ basis).T, full_matrices=False)
    vectors = (basis @ left)[:, :DIMENSIONS] * np.sqrt(strength[:DIMENSIONS])
    unit: NDArray[np.float64] = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    return unit


def _pmi(ngrams: Ngrams, of: int, beside: int) -> "csr_matrix":
    words, near, count = ngrams.pairs[:, of], ngrams.pairs[:, beside], ngrams.pairs[:, 2]
    taken = (words < KNOWN) & (near < BESIDE) & (words > END)
    total, single = ngrams.single.sum(), ngrams.single
    chance = single[words[taken]] * single[near[taken]] ** 0.85 * total**0.15
    pmi = np.log(count[taken] * total / chance)
    kept = pmi > 0
    return csr_matrix((pmi[kept], (words[taken][kept], near[taken][kept])), shape=(KNOWN, BESIDE))
