"""How like an article others are, many at once: terms they share, what they say, and their days. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.linker.events import Profile
from services.linker.sentences import cosines, opened
from services.linker.told_days import days_apart
from services.linker.vectors import Vectors

# Chosen on the development sets (score_link.py --dev --set ecb,leads): threshold .20 to .245, lead 180 to 220
# words and nearest 2 or 3 all lie on one plateau.
WEIGHTS: Mapping[str, float] = {"word": 0.65, "name": 0.27, "figure": 0.08}
# The same where both have a vector of what they say. Smaller, so that one threshold does for both: any two
# texts of a beat say something alike.
SAID: Mapping[str, float] = {"word": 0.28, "name": 0.14, "figure": 0.07, "sentence": 0.21}
DATE_FREE = 3.0  # days between two dates that cost nothing
DATE_SPAN = 30.0  # days over which the likeness falls to FAR
FAR = 0.6  # what is left of a likeness at DATE_SPAN and beyond, by the days of publication
FAR_TOLD = 0.8  # the same by days that the texts name: these may be of what went before
_SIEVE = 1 << 16  # low bits of a term that are looked at first

Doubles = NDArray[np.float64]


def date_factor(one: Profile, other: Profile) -> float:
    """What the days leave of a likeness: all where they are near or unknown, at the least FAR.

    A soft prior, as printed dates can be wrong and texts name the days of what went before.
    """
    told = days_apart(one.days, other.days) if one.days and other.days else None
    printed = one.published is not None and other.published is not None
    apart = abs((one.published or 0.0) - (other.published or 0.0)) / 86400 if printed else 0.0
    return min(_left(apart, FAR), _left(told or 0, FAR_TOLD))


def _left(apart: float, far: float) -> float:
    """1 for DATE_FREE days, falling to `far`."""
    return 1.0 - (1.0 - far) * min(1.0, max(0.0, (apart - DATE_FREE) / (DATE_SPAN - DATE_FREE)))


class Likeness:
    """How like an article others are; its own vectors are laid open once."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        kinds, terms, weights = _opened([profile.vectors])
        keys = _keys(kinds, terms)
        order = np.argsort(keys)
        self._keys, self._weights = keys[order], weights[order].astype(np.float64)
        self._sieve = np.zeros(_SIEVE, np.bool_)
        self._sieve[terms % _SIEVE] = True
        self._sentence = opened(profile.sentence)

    def to(self, others: Sequence[Profile]) -> list[float]:
        """From 0 to 1 for each."""
        if not others:
            return []
        shared = self._shared([other.vectors for other in others])
        said = [at for at, other in enumerate(others) if self._profile.sentence and other.sentence]
        shares = np.tile([WEIGHTS[kind] for kind in WEIGHTS], (len(others), 1))
        shares[said] = [SAID[kind] for kind in WEIGHTS]
        parts = shares * shared
        found = parts[:, 0] + parts[:, 1] + parts[:, 2]
        if said:
            saying = cosines(self._sentence, [others[at].sentence for at in said])
            found[said] += SAID["sentence"] * np.array(saying)
        return [
            like * date_factor(self._profile, other)
            for like, other in zip(found.tolist(), others, strict=True)
        ]

    def _shared(self, others: Sequence[Vectors]) -> Doubles:
        """(others, kinds): the cosines, 0 where one of the two has no term of a kind.

        Products of two floats are exact as doubles and are added one after the other: so on every processor.
        """
        kinds, terms, weights = _opened(others)
        near = np.flatnonzero(self._sieve.take(terms % _SIEVE))
        at, here = self._places(_keys(kinds[near] % len(WEIGHTS), terms[near]))
        near = near[here]
        products = self._weights[at] * weights[near].astype(np.float64)
        sums = np.bincount(kinds[near], products, minlength=len(others) * len(WEIGHTS))
        return sums.astype(np.float64).reshape(len(others), len(WEIGHTS))

    def _places(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where the article has those of the keys that it has, and which of `keys` these are."""
        if not len(self._keys):
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        here = np.flatnonzero(self._keys.take(at) == keys)
        return at[here], here


def _opened(vectors: Sequence[Vectors]) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float32]]:
    """The terms and weights of all, end to end; and of which kind each is, counted on and on."""
    each = [getattr(of, kind) for of in vectors for kind in WEIGHTS]
    terms = np.frombuffer(b"".join([vector.terms for vector in each]), np.uint32)
    weights = np.frombuffer(b"".join([vector.weights for vector in each]), np.float32)
    sizes = [len(vector.terms) // terms.itemsize for vector in each]
    return np.repeat(np.arange(len(each)), sizes), terms, weights


def _keys(kinds: NDArray[np.int64], terms: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Kind and term as one number."""
    return kinds << 32 | terms.astype(np.int64)
