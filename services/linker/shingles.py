"""Three-word shingles as sorted hashes, and how much two texts share. Pure.

A text is kept as the upper 32 bits of the 64-bit BLAKE2b hashes of its shingles, sorted, without repeats:
4 bytes a shingle. Two texts of 800 words share a hash by chance with probability 1.5e-4 (800² / 2³²), and
no verdict rests on one hash. The smallest 64 are the sketch (bottom-k, Broder 1997), which finds candidates:
at a Jaccard of .2 two sketches share 12.8 values on average and fewer than 3 in one case of 5,000.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

SIZE = 3  # words in a shingle; reference/nlp.md 5.2
WORDS_READ = 4000  # of a text; 16 kB of hashes at most
SKETCH = 64  # smallest hashes that are looked up
WIDTH = 4  # bytes of a hash
_BLANK = blake2b(digest_size=8)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share: `jaccard` of the union, `containment` of the smaller one, `shared` shingles."""

    jaccard: float
    containment: float
    shared: int
    smaller: int


def _digest(run: bytes) -> bytes:
    hashing = _BLANK.copy()  # half the time of a new one
    hashing.update(run)
    return hashing.digest()


def shingle_hashes(folded: Sequence[str]) -> bytes:
    """Sorted, distinct 32-bit hashes of the three-word runs of `folded`, as native unsigned integers.

    A text of fewer than three words gives its words as one shingle, an empty one nothing.
    """
    if not folded:
        return b""
    read = "\n".join(folded[:WORDS_READ]).encode("utf-8", "surrogatepass").split(b"\n")
    runs = zip(*(read[at:] for at in range(SIZE)), strict=False) if len(read) > SIZE else (read,)
    digests = b"".join(map(_digest, set(map(b" ".join, runs))))
    hashes = np.sort(np.frombuffer(digests, ">u4")[::2].astype(np.uint32))
    return hashes[np.flatnonzero(np.diff(hashes, prepend=~hashes[0]))].tobytes()


def numbers(hashes: bytes) -> Sequence[int]:
    """The hashes as integers, ascending, without copying."""
    return memoryview(hashes).cast("I")


def sketch(hashes: bytes) -> Sequence[int]:
    """The smallest hashes: two texts share about as large a part of them as of all."""
    return numbers(hashes)[:SKETCH]


def overlap(one: bytes, other: bytes) -> Overlap:
    """Exact Jaccard and containment of two texts given as hashes."""
    left, right = len(one) // WIDTH, len(other) // WIDTH
    both = np.sort(np.frombuffer(one + other, np.uint32))
    shared, smaller = int(np.count_nonzero(both[1:] == both[:-1])), min(left, right)
    union = left + right - shared
    return Overlap(shared / union if union else 0.0, shared / smaller if smaller else 0.0, shared, smaller)
