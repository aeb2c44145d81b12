"""What records.py says of each field in its comments: units, shapes, known values. Read from the source."""

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from schemas import records


@lru_cache(maxsize=1)
def field_remarks() -> Mapping[str, Mapping[str, str]]:
    """By record name, then by name on the wire: the comment of the field, inherited fields too."""
    source = inspect.getsource(records)
    comments = dict(_comments(source))
    said = {
        node.name: dict(_remarks_of(node, comments, source.splitlines()))
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    }
    return {name: _inherited(getattr(records, name), said) for name in said}


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")


def _remarks_of(
    node: ast.ClassDef, comments: Mapping[int, str], lines: list[str]
) -> Iterator[tuple[str, str]]:
    """A remark stands at the end of the field's own lines, or alone on the line above."""
    for item in node.body:
        if not (isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)):
            continue
        own = range(item.lineno, (item.end_lineno or item.lineno) + 1)
        above = item.lineno - 1
        found = [comments[line] for line in own if line in comments]
        if not found and lines[above - 1].lstrip().startswith("#"):
            found = [comments[above]]
        if found:
            yield item.target.id, " ".join(found)


def _inherited(cls: type, said: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    merged: dict[str, str] = {}
    for ancestor in reversed(cls.__mro__):
        merged |= said.get(ancestor.__name__, {})
    return {
        part.encode_name: merged[part.name] for part in msgspec.structs.fields(cls) if part.name in merged
    }
