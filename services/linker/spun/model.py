"""The model of spun text: its file, and the lines that its scores are held against. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.forest import Forest
from services.linker.spun import counts as counting
from services.linker.spun import lexicon as repairing
from services.linker.spun.columns import COLUMNS
from services.linker.spun.counts import Counts
from services.linker.spun.document import DOCUMENT, Doubles
from services.linker.spun.lexicon import Lexicon
from services.linker.spun.packed import Damaged, Packed, load

COUNTS, MODEL = "news.counts", "spun.model"
COLUMNS_DIGEST = sha256("\n".join((*COLUMNS, *DOCUMENT)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Linear:
    """A logistic regression over standardised columns."""

    centre: Doubles
    scale: Doubles
    weights: Doubles
    bias: float

    def logit(self, rows: Doubles) -> Doubles:
        """(rows, columns) → per row, the logarithm of the odds."""
        found: Doubles = ((rows - self.centre) / self.scale) @ self.weights + self.bias
        return found


@dataclass(frozen=True, slots=True)
class Lines:
    """Scores that clean text passes once in a hundred times, or hardly ever, by the length of a text."""

    words: Doubles
    suspect: Doubles
    certain: Doubles

    def at(self, words: int) -> tuple[float, float]:
        """Both lines for a text of so many words."""
        suspect, certain = (np.interp(words, self.words, line) for line in (self.suspect, self.certain))
        return float(suspect), float(certain)


@dataclass(frozen=True, slots=True)
class Model:
    """All that a verdict needs."""

    counts: Counts
    lexicon: Lexicon
    tokens: Forest
    document: Linear
    lines: Lines
    told: Mapping[str, Any]
    digest: str  # of counts and model


_FOREST = ("features", "thresholds", "words", "leaves")
_LINEAR = ("centre", "scale", "weights", "bias")
_LINES = ("words", "suspect", "certain")


def arrays_of(lexicon: Lexicon, tokens: Forest, document: Linear, lines: Lines) -> dict[str, NDArray[Any]]:
    """The arrays of a model's file."""
    parts = (("tokens", tokens, _FOREST), ("document", document, _LINEAR), ("lines", lines, _LINES))
    rows = {f"{part}.{name}": np.asarray(getattr(of, name)) for part, of, names in parts for name in names}
    return repairing.packed(lexicon) | rows


def model_of(counts: Packed, model: Packed) -> Model:
    """The model in two files. Raises Damaged where one was made for other columns, or lacks an array."""
    if model.told.get("columns") != COLUMNS_DIGEST:
        raise Damaged(f"{MODEL} was trained for other columns: run bench/link/train_spun.py")
    arrays = model.arrays
    try:
        centre, scale, weights, bias = (arrays[f"document.{name}"] for name in _LINEAR)
        return Model(
            counting.unpacked(counts),
            repairing.unpacked(arrays),
            Forest(*(arrays[f"tokens.{name}"] for name in _FOREST)),
            Linear(centre, scale, weights, float(bias)),
            Lines(*(arrays[f"lines.{name}"] for name in _LINES)),
            model.told,
            sha256(f"{counts.digest} {model.digest}".encode()).hexdigest()[:16],
        )
    except KeyError as error:
        raise Damaged(f"an array is missing: {error}") from error


@lru_cache(maxsize=1)
def load_model() -> Model:
    """The shipped model. Raises Damaged."""
    return model_of(load(COUNTS), load(MODEL))
