"""JSON values as YAML that people can read: block style, every string quoted as in JSON.

Quoting all strings keeps clear of every trap of plain scalars (`no`, `1e3`, `2026-11-21`); a JSON string
is a YAML 1.2 double-quoted scalar once the few characters that YAML calls unprintable are escaped (5.1).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]

_PLAIN_KEY = re.compile(r"[a-zA-Z_$][a-zA-Z0-9_.$-]*\Z")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}  # not strings in YAML 1.1
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_yaml(document: Mapping[str, Value]) -> str:
    """`document` in block style, keys in their order. Raises TypeError for what is not a `Value` (floats)."""
    return "\n".join(_lines(document)) + "\n"


def _lines(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(f"{_key(key)}:", item, nested="  ")
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for item in value:
            first, *rest = _lines(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _scalar(value)


def _entry(head: str, value: Value, nested: str) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        yield head
        yield from (nested + line for line in _lines(value))
    else:
        yield f"{head} {_scalar(value)}"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.match(key) and key.lower() not in _WORDS else _scalar(key)


def _scalar(value: Value) -> str:
    if isinstance(value, float):
        raise TypeError("a float has several readings in YAML 1.1 and 1.2; write it as a string")
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
