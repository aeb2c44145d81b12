"""What the token model sees of each content word. Pure."""

import numpy as np

from services.linker.spun.counts import END, Counts, Floats
from services.linker.spun.repairs import Repairs
from services.linker.spun.spots import Spots

COLUMNS = (
    "ln count", "left ln count", "right ln count", "left pmi", "right pmi", "left gain over chance",
    "right gain over chance", "left web", "right web", "triple before", "triple around", "triple after",
    "best gain", "second gain", "mean gain", "best left more", "best right more", "best commoner", "tried",
    "joint", "left grammar", "right grammar", "repeated", "second left pmi", "second right pmi", "newsy",
    "after a mark", "before a mark", "best triple", "phrase", "bursty", "surprising",
)  # fmt: skip
GAIN, JOINT, NEWSY = (COLUMNS.index(name) for name in ("best gain", "joint", "newsy"))


def columns_of(spots: Spots, repairs: Repairs, counts: Counts) -> Floats:
    """(content words, columns)."""
    at, ids = spots.at, spots.ids
    word, after = ids[at], ids[at + 1]
    left, right = np.log1p(spots.together[at - 1]), np.log1p(spots.together[at])
    _, inverse, repeats = np.unique(word, return_inverse=True, return_counts=True)
    repeated = np.log1p(repeats[inverse])
    surprising = repeated - np.log1p(spots.words * counts.single[word] / counts.total)
    return np.column_stack([
        counts.log_single[word], left, right, spots.pmi[at - 1], spots.pmi[at],
        spots.log_pair[at - 1] - counts.log_after_anything[word],
        spots.log_pair[at] - counts.log_after_anything[after],
        spots.web[at - 1], spots.web[at], spots.triple[at - 2], spots.triple[at - 1], spots.triple[at],
        repairs.gain, repairs.second, repairs.mean, repairs.left - left, repairs.right - right,
        repairs.commoner, repairs.tried, repairs.joint, spots.grammar[at - 1], spots.grammar[at + 1],
        repeated, spots.pmi[at - 2], spots.pmi[at + 1], counts.newsy[word].astype(np.float32),
        ids[at - 1] <= END, after <= END, repairs.triple, repairs.phrase,
        counts.bursty[word].astype(np.float32), surprising,
    ]).astype(np.float32)  # fmt: skip
