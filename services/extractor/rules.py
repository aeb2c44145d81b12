"""Loads the word lists of this room, once: the TOML files beside this file. Pure."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

FILES = ("phrases.toml", "credits.toml", "languages.toml", "dates.toml", "names.toml", "blocks.toml")


@lru_cache(maxsize=len(FILES))
def load_rules(name: str) -> Mapping[str, Any]:
    """The tables of one file."""
    return tomllib.loads(_read(name).decode())


def compile_any(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that matches what any of these match, whatever the case."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


@lru_cache(maxsize=1)
def digest_rules() -> str:
    """First 16 hex digits of SHA-256 over all files: it changes when a rule does."""
    return sha256(b"".join(_read(name) for name in FILES)).hexdigest()[:16]


def _read(name: str) -> bytes:
    return resources.files("services.extractor").joinpath(name).read_bytes()
