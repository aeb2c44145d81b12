"""What a text says, as one dense vector of its head: all-MiniLM-L6-v2, int8 (Apache-2.0). Loads its own data.

Needs the extra `vectors` (onnxruntime). Without it there are no such vectors, and stories are told apart by
words, names and figures. A vector is computed once and remembered with its article: another processor may
round otherwise, and nothing depends on that. `python -m bench.link.sentence_model` makes the data.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.linker.wordpiece import Pieces

TOKENS = 64  # docs/decisions/0019-stories.md: 128 cost twice as much and tell stories apart no better
CHARACTERS = 2000  # of a text that are looked at
STEPS = 127  # a vector is kept in whole numbers from -STEPS to STEPS
GRAPH, VOCABULARY = "sentences.onnx", "sentences.vocab"
SHA256 = {
    GRAPH: "5a8033316166ede4037323345c031049fb2483c9145a2c424964e3bc632ccb96",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


class Damaged(ValueError):
    """A data file is not the one that this version was made with."""


class Encoder:
    """The model, loaded."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # one core an article, as elsewhere
        self._session: Any = onnxruntime.InferenceSession(
            _data(GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self._pieces = Pieces(_data(VOCABULARY).decode("utf-8").splitlines())

    def sentence(self, title: str | None, text: str) -> bytes:
        """The vector of title and lead, a signed byte a number; empty for a text without words."""
        numbers = self._pieces.numbers(f"{title or ''}\n{text[:CHARACTERS]}", TOKENS)
        if len(numbers) < 3:
            return b""
        vector: NDArray[np.float32] = self._session.run(None, {"ids": np.array(numbers)})[0]
        steps: NDArray[np.int8] = np.rint(vector * (STEPS / np.abs(vector).max())).astype(np.int8)
        return steps.tobytes()


@lru_cache(maxsize=1)
def encoder() -> Encoder | None:
    """The model; None where the extra `vectors` is not installed. Raises Damaged."""
    return Encoder() if installed() else None


def installed() -> bool:
    """Whether the extra `vectors` is there."""
    return find_spec("onnxruntime") is not None


def sentences_digest() -> str:
    """First 16 hex digits of the model's SHA-256, or "none" where it is not run."""
    return SHA256[GRAPH][:16] if installed() else "none"


def opened(sentence: bytes) -> NDArray[np.int32]:
    """The numbers of a remembered vector."""
    return np.frombuffer(sentence, np.int8).astype(np.int32)


def cosines(one: NDArray[np.int32], others: Sequence[bytes]) -> list[float]:
    """The cosine of a vector with each of `others`, none below 0.

    In whole numbers up to the root, so the same everywhere.
    """
    rows = np.frombuffer(b"".join(others), np.int8).reshape(len(others), -1).astype(np.int32)
    own, squares = int(one @ one), (rows * rows).sum(axis=1, dtype=np.int64).tolist()
    return [
        _cosine(product, own * square) for product, square in zip((rows @ one).tolist(), squares, strict=True)
    ]


def _cosine(product: int, squares: int) -> float:
    length = float(squares) ** 0.5
    return max(0.0, product / length) if length else 0.0


def _data(name: str) -> bytes:
    data = (files("services.linker") / "data" / name).read_bytes()
    if sha256(data).hexdigest() != SHA256[name]:
        raise Damaged(f"{name} is not the file of this version: install Sirwan again")
    return data
