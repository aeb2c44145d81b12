"""Which words may stand in the place of which others: what a spinner puts, and what it found. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.linker.spun.counts import Bools, Ints


@dataclass(frozen=True, slots=True)
class Rows:
    """Lists of ids end to end: list i is `ids[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int32]
    ids: NDArray[np.uint16]

    def sizes(self, of: Ints) -> Ints:
        """Length of each list."""
        found: Ints = (self.starts[of + 1] - self.starts[of]).astype(np.int64)
        return found

    def spread(self, of: Ints, most: int | None = None) -> tuple[Ints, Bools]:
        """The first `most` ids of each list, a row each; and which of them there are, as rows end ragged."""
        sizes = self.sizes(of) if most is None else np.minimum(self.sizes(of), most)
        place = np.arange(max(1, int(sizes.max(initial=0))))
        at = self.starts[of][:, None] + place
        known = place < sizes[:, None]
        if not len(self.ids):
            return np.zeros(at.shape, np.int64), known
        return self.ids.take(at, mode="clip").astype(np.int64), known


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The inverse of the thesauri: for a word that a spinner may have put, those it may have found."""

    content: Bools  # (words,): whether a spinner may swap it; not names, not words of grammar
    one: Rows  # by word
    phrases: NDArray[np.uint32]  # two ids as one number, sorted
    two: Rows  # by phrase: single words that the phrase may stand for


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> Lexicon:
    """The lexicon among the arrays of a file. Raises KeyError when one is missing."""
    return Lexicon(
        arrays["content"].astype(np.bool_),
        Rows(arrays["one_starts"], arrays["one_ids"]),
        arrays["phrases"],
        Rows(arrays["two_starts"], arrays["two_ids"]),
    )


def packed(lexicon: Lexicon) -> dict[str, NDArray[Any]]:
    """The arrays that `unpacked` reads."""
    return {
        "content": lexicon.content.astype(np.uint8),
        "one_starts": lexicon.one.starts,
        "one_ids": lexicon.one.ids,
        "phrases": lexicon.phrases,
        "two_starts": lexicon.two.starts,
        "two_ids": lexicon.two.ids,
    }
