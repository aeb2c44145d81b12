"""The block model: its file, what it was made from, and what it thinks of the blocks of a page. Pure."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.extractor.arrays import Bools, Doubles
from services.extractor.features import COLUMNS, Page, describe
from services.extractor.segments import Segments
from services.extractor.told import Told
from services.forest import Forest

FILE = "blocks.model"
COLUMNS_DIGEST = sha256("\n".join(COLUMNS).encode()).hexdigest()[:16]
CAPTION = [COLUMNS.index(name) for name in ("near:caption", "near:<figcaption>")]
CERTAIN = 0.95  # a caption of less is none of the text; chosen with the gate (docs/decisions/0013)
_PARTS = (("features", "<u2"), ("thresholds", "<f4"), ("words", "<u2"), ("leaves", "<i4"))


class WrongModel(ValueError):
    """The model's file is damaged, or was trained for other features."""


@dataclass(frozen=True, slots=True)
class Model:
    """What tells blocks of the article from others."""

    forest: Forest
    digest: str  # first 16 hex digits of SHA-256 of the trees
    told: Mapping[str, Any]  # what it was trained on, and how well it did


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model thinks of a page."""

    probability: Doubles  # of each block, that it belongs to the article
    chars: Doubles
    agreed: Bools  # blocks whose beginning and end are in the articleBody

    @property
    def confidence(self) -> float:
        """1 where every block is clear, 0 where half as many characters are in doubt as are kept."""
        kept = float(self.chars[self.probability > 0.5].sum())
        doubt = float((self.chars * np.minimum(self.probability, 1 - self.probability)).sum())
        return round(max(0.0, 1 - 2 * doubt / kept), 3) if kept else 0.0


def judge(page: Segments, told: Told) -> Judged:
    """The model's opinion of a page with at least one block. Raises WrongModel."""
    made = describe(page, told)
    return Judged(opine(load_model().forest, made), made.chars, made.agreed)


def opine(forest: Forest, page: Page) -> Doubles:
    """The probability of each block; 0 of short links, and of captions unless it is nearly certain.

    Captions are sentences like any other, and not all gold texts leave them out: the model wavers.
    """
    found = np.zeros(len(page.chars))
    found[page.asked] = forest.probability(page.columns[page.asked])
    found[page.columns[:, CAPTION].any(axis=1) & (found < CERTAIN)] = 0.0
    return found


def pack(forest: Forest, told: Mapping[str, Any]) -> bytes:
    """The bytes of a model's file: one line of JSON, then the arrays, compressed."""
    arrays = [np.asarray(getattr(forest, name), kind) for name, kind in _PARTS]
    body = b"".join(array.tobytes() for array in arrays)
    head = {
        "columns": COLUMNS_DIGEST,
        "digest": _digest(body),
        "shapes": [array.shape for array in arrays],
        "told": told,
    }
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + zlib.compress(body, 9)


def unpack(data: bytes) -> Model:
    """The model in a file. Raises WrongModel."""
    first, _, rest = data.partition(b"\n")
    try:
        head, body = json.loads(first), zlib.decompress(rest)
        columns, digest, shapes, told = (head[name] for name in ("columns", "digest", "shapes", "told"))
    except (ValueError, KeyError, TypeError, zlib.error) as exc:
        raise WrongModel(f"{FILE} is damaged: {exc}") from exc
    if digest != _digest(body):
        raise WrongModel(f"{FILE} says digest {digest} and has {_digest(body)}")
    if columns != COLUMNS_DIGEST:
        raise WrongModel(
            f"{FILE} was trained for other features ({columns}, these are {COLUMNS_DIGEST}):"
            " run `python -m bench.extract.train`"
        )
    return Model(Forest(*_arrays(body, shapes)), digest, told)


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]


def _arrays(body: bytes, shapes: list[list[int]]) -> Iterator[NDArray[Any]]:
    at = 0
    for (_, kind), shape in zip(_PARTS, shapes, strict=True):
        count = int(np.prod(shape))
        yield np.frombuffer(body, kind, count, at).reshape(shape)
        at += count * np.dtype(kind).itemsize


@lru_cache(maxsize=1)
def load_model() -> Model:
    """The model beside this file. Raises WrongModel."""
    return unpack(resources.files("services.extractor").joinpath(FILE).read_bytes())
