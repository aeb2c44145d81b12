"""Arrays in one file."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.linker.spun.packed import ALIGNED, Damaged, pack, unpack

ARRAYS: dict[str, NDArray[Any]] = {
    "counts": np.arange(7, dtype=np.float32),
    "ids": np.array([[1, 2], [3, 65535]], np.uint16),
    "none": np.zeros(0, np.uint8),
    "one": np.asarray(0.5),
}


def test_what_is_packed_comes_out_again() -> None:
    found = unpack(pack(ARRAYS, {"words": "naïve"}))
    assert found.told == {"words": "naïve"}
    for name, array in ARRAYS.items():
        assert (found.arrays[name].dtype, found.arrays[name].tolist()) == (array.dtype, array.tolist())


def test_the_digest_is_that_of_the_arrays() -> None:
    one, other = pack(ARRAYS, {"a": 1}), pack(ARRAYS, {"b": 2})
    assert unpack(one).digest == unpack(other).digest
    assert unpack(pack(ARRAYS | {"one": np.asarray(0.25)}, {})).digest != unpack(one).digest


def test_arrays_begin_at_round_places() -> None:
    for told in ({}, {"words": "naïve"}):
        assert pack(ARRAYS, told).index(ARRAYS["ids"].tobytes()) % ALIGNED == 0


@pytest.mark.parametrize("data", [b"", b"no line", b"{}\n", b'{"arrays": [["a", "<f4", [9], 0]]}\nshort'])
def test_a_damaged_file_is_refused(data: bytes) -> None:
    with pytest.raises(Damaged):
        unpack(data)
