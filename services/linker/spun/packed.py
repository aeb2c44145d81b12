"""Named arrays in one file, read in place: a line of JSON, then the bytes. Pure; loads only its own data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import as_file, files
from mmap import ACCESS_READ, mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNED = 64  # bytes: every array begins at a multiple; numpy copies what lies elsewhere, at every search


class Damaged(ValueError):
    """The file is not what the first line says."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What a file holds."""

    arrays: Mapping[str, NDArray[Any]]  # by name; read-only views of the file
    told: Mapping[str, Any]  # what it was made from, and what was measured
    digest: str  # first 16 hex digits of the SHA-256 of the arrays


def pack(arrays: Mapping[str, NDArray[Any]], told: Mapping[str, Any]) -> bytes:
    """The bytes of a file; the same arrays and words make the same bytes."""
    body, rows = bytearray(), []
    for name, array in arrays.items():
        body += b"\0" * (-len(body) % ALIGNED)
        rows.append([name, array.dtype.str, list(array.shape), len(body)])
        body += array.tobytes()
    digest = sha256(body).hexdigest()[:16]
    head = json.dumps({"digest": digest, "arrays": rows, "told": told}, ensure_ascii=False).encode()
    return head + b" " * (-(len(head) + 1) % ALIGNED) + b"\n" + bytes(body)


def unpack(data: bytes | mmap) -> Packed:
    """The arrays in the bytes of a file. Raises Damaged."""
    end = data.find(b"\n")
    try:
        head = json.loads(data[: max(end, 0)])
        arrays = {}
        for name, kind, shape, at in head["arrays"]:
            size = int(np.prod(shape))
            arrays[name] = np.frombuffer(data, np.dtype(kind), size, end + 1 + at).reshape(shape)
        return Packed(arrays, head["told"], head["digest"])
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"not a file of packed arrays: {error}") from error


def load(name: str) -> Packed:
    """A file of services/linker/data, mapped into memory: only the pages that are asked for are read."""
    with as_file(files("services.linker") / "data" / name) as path, path.open("rb") as file:
        return unpack(mmap(file.fileno(), 0, access=ACCESS_READ))
