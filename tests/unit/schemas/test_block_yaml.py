"""YAML that reads back as what was written, in PyYAML's reading of YAML 1.1."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schemas.block_yaml import Value, to_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | TEXT
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4))
def test_what_is_written_reads_back_equal(document: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(document)) == document


@pytest.mark.parametrize(
    "word",
    ["no", "on", "y", "null", "~", "1e3", "0x10", "2026-11-21", "12:30:45", "=", "<<", "- a", "a: b", "#", "",
     " ", "\t", "line\nbreak", "\x85", "\u2028", "\x7f", "\ufeff", "😀", "عراق", "'", '"', "\\", "%", "@",
     "`", "&a", "*a", "!t"],
)  # fmt: skip
def test_a_string_stays_that_string_as_key_and_as_value(word: str) -> None:
    document: dict[str, Value] = {word: word, "list": [word, [word], {word: [word]}]}
    assert yaml.safe_load(to_yaml(document)) == document


def test_it_reads_like_yaml_and_not_like_json() -> None:
    document: dict[str, Value] = {
        "a": {"b.c": ["x", {"d": 1, "e": {}}], "$ref": "#/f"},
        "no": [],
        "g": None,
        "h": True,
    }
    assert to_yaml(document) == (
        'a:\n  b.c:\n    - "x"\n    - d: 1\n      e: {}\n  $ref: "#/f"\n"no": []\ng: null\nh: true\n'
    )


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        to_yaml({"a": [json.loads("1e20")]})
