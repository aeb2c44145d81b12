"""Every word of a passage between its neighbours: how usual that is in clean news. Pure."""

from dataclasses import dataclass

import numpy as np

from services.linker.spun.counts import END, START, Bools, Counts, Floats, Ints
from services.linker.spun.lexicon import Lexicon
from services.linker.spun.passage import Passage

NOWHERE = -9.0  # PMI of a pair with a mark or an unknown word: below that of any other


@dataclass(frozen=True, slots=True)
class Spots:
    """A passage of n ids as numbers; `at` are the places of the content words, k of them."""

    ids: Ints  # (n,)
    words: int
    real: Bools  # (n,): a known word, not a mark
    grammar: Bools  # (n,): neighbours that say nothing
    together: Floats  # (n - 1,): count of each pair
    both: Bools  # (n - 1,): whether both are known words
    expected: Floats  # (n - 1,): count if words met by chance
    log_pair: Floats  # (n - 1,): ln probability of the second word after the first
    pmi: Floats  # (n - 1,): smoothed; NOWHERE where one is no known word
    web: Floats  # (n - 1,): ln(1 + count on the web)
    triple: Floats  # (n - 2,): ln(1 + count)
    at: Ints  # (k,)


def spots_of(passage: Passage, counts: Counts, lexicon: Lexicon) -> Spots:
    """The spots of a passage; there may be no content word at all."""
    ids = passage.ids
    first, second = ids[:-1], ids[1:]
    together = counts.pair(first, second)
    real = ids > END
    both = real[:-1] & real[1:]
    expected = counts.single[first] * counts.single[second] / np.float32(counts.total)
    content = lexicon.content[ids]
    at = np.flatnonzero(content & real)
    return Spots(
        ids=ids,
        words=passage.words,
        real=real,
        grammar=~content | ~real,
        together=together,
        both=both,
        expected=expected,
        log_pair=counts.log_probability(first, second, together),
        pmi=np.where(both, np.log((together + 0.3) / (expected + 0.3)), np.float32(NOWHERE)),
        web=np.log1p(counts.web_pair(first, second)),
        triple=np.log1p(counts.triple(ids[:-2], second[:-1], ids[2:])),
        at=at[(at >= START + 1) & (at < len(ids) - 2)],
    )
