"""The word lists and tables of data/ that are text, each read once. Loads its own data; the rest is pure."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any


@lru_cache
def read_data(name: str) -> str:
    """The text of a file."""
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")


def read_table(name: str) -> Mapping[str, Any]:
    """What a TOML file says."""
    return tomllib.loads(read_data(name))


@lru_cache
def data_digest(name: str) -> str:
    """First 16 hex digits of the SHA-256 of a file."""
    return sha256(read_data(name).encode()).hexdigest()[:16]
