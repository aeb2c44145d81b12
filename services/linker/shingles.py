"""Three-word shingles as sorted hashes, and how much two texts share. Pure.

A text is kept as the upper 32 bits of the 64-bit BLAKE2b hashes of its shingles, sorted, without repeats:
4 bytes a shingle. Two texts of 800 words share a hash by chance with probability 1.5e-4 (800² / 2³²), and
no verdict rests on one hash. The smallest 64 are the sketch (bottom-k, Broder 1997), which finds candidates:
at a Jaccard of .2 two sketches share 12.8 values on average and fewer than 3 in one case of 5,000.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

SIZE = 3  # words in a shingle; reference/nlp.md 5.2
WORDS_READ = 4000  # of a text; 16 kB of hashes at most
SKETCH = 64  # smallest hashes that are looked up


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share: `jaccard` of the union, `containment` of the smaller one, `shared` shingles."""

    jaccard: float
    containment: float
    shared: int
    smaller: int


def _hash(shingle: str) -> int:
    digest = blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 32


def shingle_hashes(folded: Sequence[str]) -> bytes:
    """Sorted, distinct 32-bit hashes of the three-word runs of `folded`, as native unsigned integers.

    A text of fewer than three words gives its words as one shingle, an empty one nothing.
    """
    read = folded[:WORDS_READ]
    runs = {" ".join(read[i : i + SIZE]) for i in range(max(1, len(read) - SIZE + 1))} if read else set()
    return array("I", sorted({_hash(run) for run in runs})).tobytes()


def numbers(hashes: bytes) -> Sequence[int]:
    """The hashes as integers, ascending, without copying."""
    return memoryview(hashes).cast("I")


def sketch(hashes: bytes) -> Sequence[int]:
    """The smallest hashes: two texts share about as large a part of them as of all."""
    return numbers(hashes)[:SKETCH]


def overlap(one: bytes, other: bytes) -> Overlap:
    """Exact Jaccard and containment of two texts given as hashes."""
    left, right = set(numbers(one)), set(numbers(other))
    shared, smaller = len(left & right), min(len(left), len(right))
    union = len(left) + len(right) - shared
    return Overlap(shared / union if union else 0.0, shared / smaller if smaller else 0.0, shared, smaller)
