"""Differences between two JSON Schemas that a reader can notice, and whom each one hurts. Pure.

Follows `$ref`, properties, mapping values, array elements and unions; titles and descriptions do not count.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

OLD_READERS = "a reader built on the old schema refuses new records"
OLD_RECORDS = "a reader built on the new schema refuses the records already on the topic"
BOTH = f"{OLD_READERS}, and {OLD_RECORDS}"
GROWING = "values may grow later, and a reader that lists them refuses the new one"
UNJUDGED = "this check does not judge that keyword; leave it out"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what, and whom it hurts. `why` is empty for an allowed addition."""

    path: str  # enriched-article.v1.json: entities[].mentions[].rule
    what: str
    why: str = ""

    @property
    def breaking(self) -> bool:
        """Whether it is refused."""
        return bool(self.why)

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" + (f" ({self.why})" if self.why else "")


def differences(old_schema: Schema, new_schema: Schema) -> list[Change]:
    """Every difference that a validator can see, additions included, in order of the document."""
    return list(_Walk(old_schema, new_schema).nodes(old_schema, new_schema, ""))


_ANNOTATIONS = {"title", "description", "default", "examples", "deprecated", "$comment",
                "$id", "$schema", "$defs", "definitions"}  # fmt: skip
_STRUCTURE = {"type", "properties", "required", "additionalProperties", "items", "prefixItems"}
_NOT_JUDGED = {"allOf", "not", "if", "then", "else", "contains", "propertyNames", "patternProperties",
               "dependentSchemas", "dependentRequired", "unevaluatedProperties", "unevaluatedItems",
               "$dynamicRef", "$recursiveRef"}  # fmt: skip
_TIGHTER_WHEN_MORE = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_TIGHTER_WHEN_LESS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_JSON_TYPES: Mapping[type, str] = {
    str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null",
    dict: "object", list: "array",
}  # fmt: skip


class _Unresolved(ValueError):
    """A reference that leads nowhere in its own document."""


@dataclass(slots=True)
class _Walk:
    """One comparison; `pairs` holds the references being compared, so recursive types end."""

    old_root: Schema
    new_root: Schema
    pairs: frozenset[tuple[str, str]] = frozenset()

    def nodes(self, old: Any, new: Any, path: str) -> Iterator[Change]:
        """Differences of two subschemas that stand at the same place."""
        pair = (_reference(old), _reference(new))
        if all(pair) and pair in self.pairs:
            return
        inner = _Walk(self.old_root, self.new_root, self.pairs | {pair})
        try:
            before, after = _alternatives(old, self.old_root), _alternatives(new, self.new_root)
        except _Unresolved as exc:
            yield Change(path, str(exc), "nobody can validate by it")
            return
        yield from inner.unions(before, after, path)

    def unions(self, old: list[Schema], new: list[Schema], path: str) -> Iterator[Change]:
        """Pair alternatives of one JSON type, the most alike first; all others came or went."""
        gone, left = [], list(new)
        for before in old:
            candidates = [
                (list(self.branch(before, after, path)), after)
                for after in left
                if _kind(after) == _kind(before)
            ]
            if candidates:
                found, twin = min(candidates, key=lambda candidate: len(candidate[0]))
                left.remove(twin)
                yield from found
            else:
                gone.append(before)
        if len(gone) == 1 == len(left):
            yield Change(path, f"was {_kind(gone[0])}, is {_kind(left[0])}", BOTH)
            return
        yield from (Change(path, f"{_kind(each)} is no longer allowed", OLD_RECORDS) for each in gone)
        yield from (Change(path, f"{_kind(each)} is now allowed too", OLD_READERS) for each in left)

    def branch(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Differences of two subschemas of one JSON type."""
        yield from _constraints(old, new, path)
        yield from self.properties(old, new, path)
        yield from self.mapping(old, new, path)
        yield from self.elements(old, new, path)

    def properties(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Named fields: one may come if it is optional and the object was open; none may go."""
        before, after = old.get("properties", {}), new.get("properties", {})
        was_needed, is_needed = set(old.get("required", ())), set(new.get("required", ()))
        for name in (name for name in before if name not in after):
            yield _removed(name, before, after, path)
        for name in (name for name in after if name not in before):
            yield _added(name, old, new, path)
        for name in sorted((was_needed ^ is_needed) - (before.keys() ^ after.keys())):
            now, why = ("required", OLD_RECORDS) if name in is_needed else ("optional", OLD_READERS)
            yield Change(_at(path, name), f"is now {now}", why)
        for name in (name for name in before if name in after):
            yield from self.nodes(before[name], after[name], _at(path, name))

    def mapping(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Values of a mapping, and whether an object is open."""
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if before == after and not isinstance(before, Mapping):
            return
        if after is False:
            yield Change(path, "closed against further fields", "a newer producer's records are refused")
        else:
            yield from self.nodes(before, after, _at(path, "*"))

    def elements(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        """Elements of an array, and of a fixed row."""
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(before) != len(after):
            yield Change(path, f"a row of {len(before)} is now a row of {len(after)}", BOTH)
        for index, (was, now) in enumerate(zip(before, after, strict=False)):
            yield from self.nodes(was, now, f"{path}[{index}]")
        if "items" in old or "items" in new:
            yield from self.nodes(old.get("items", True), new.get("items", True), f"{path}[]")


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _removed(name: str, before: Schema, after: Schema, path: str) -> Change:
    twins = [other for other, schema in after.items() if other not in before and schema == before[name]]
    hint = f"; renamed to {twins[0]}?" if len(twins) == 1 else ""
    return Change(_at(path, name), f"removed{hint}", f"{OLD_READERS} or silently misses the field")


def _added(name: str, old: Schema, new: Schema, path: str) -> Change:
    if name in new.get("required", ()):
        return Change(_at(path, name), "added as required", OLD_RECORDS)
    open_before = old.get("additionalProperties", True) is True
    return Change(_at(path, name), "added as optional", "" if open_before else OLD_READERS)


def _reference(node: Any) -> str:
    return str(node.get("$ref", "")) if isinstance(node, Mapping) else ""


def _alternatives(node: Any, root: Schema, seen: frozenset[str] = frozenset()) -> list[Schema]:
    """The subschema as a flat list of subschemas of one JSON type each. Raises _Unresolved."""
    if isinstance(node, bool):
        return [{"type": "anything" if node else "nothing"}]
    if "$ref" in node:
        reference = node["$ref"]
        if reference in seen:
            raise _Unresolved(f"{reference} leads to itself")
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _alternatives({**_resolved(reference, root), **beside}, root, seen | {reference})
    for keyword in ("anyOf", "oneOf"):
        if keyword in node:
            rest = {key: value for key, value in node.items() if key not in (keyword, *_ANNOTATIONS)}
            return [{**each, **rest} for inner in node[keyword] for each in _alternatives(inner, root, seen)]
    if isinstance(node.get("type"), list):
        return [{**node, "type": kind} for kind in node["type"]]
    return [node]


def _resolved(reference: str, root: Schema) -> Schema:
    node: Any = root
    if not reference.startswith("#"):
        raise _Unresolved(f"{reference} is in another document")
    for step in reference.removeprefix("#").removeprefix("/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if name and not (isinstance(node, Mapping) and name in node):
            raise _Unresolved(f"{reference} leads nowhere")
        node = node[name] if name else node
    if not isinstance(node, Mapping):
        raise _Unresolved(f"{reference} is not a schema")
    return node


def _kind(node: Schema) -> str:
    """The JSON type of a subschema; an enumeration without a type has that of its values."""
    if "type" in node:
        return str(node["type"])
    values: Sequence[Any] = node.get("enum", [node["const"]] if "const" in node else [])
    kinds = sorted({_JSON_TYPES[type(value)] for value in values})
    return " or ".join(kinds) or "anything"


def _constraints(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    """Every keyword that narrows values, except those that the walk follows."""
    for keyword in dict.fromkeys([*old, *new]):
        before, after = old.get(keyword), new.get(keyword)
        if keyword in _NOT_JUDGED:
            yield Change(path, f"uses {keyword}", UNJUDGED)
        elif keyword not in _ANNOTATIONS | _STRUCTURE and before != after:
            yield _JUDGES.get(keyword, _changed)(keyword, before, after, path)


def _changed(keyword: str, before: Any, after: Any, path: str) -> Change:
    if before is None:
        return Change(path, f"{keyword} {after!r} added", OLD_RECORDS)
    if after is None:
        return Change(path, f"{keyword} {before!r} removed", OLD_READERS)
    return Change(path, f"{keyword} was {before!r}, is {after!r}", BOTH)


def _bound(keyword: str, before: Any, after: Any, path: str) -> Change:
    if before is None or after is None:
        return _changed(keyword, before, after, path)
    tighter = after > before if keyword in _TIGHTER_WHEN_MORE else after < before
    word, why = ("tightened", OLD_RECORDS) if tighter else ("loosened", OLD_READERS)
    return Change(path, f"{keyword} {word} from {before!r} to {after!r}", why)


def _enumeration(keyword: str, before: Any, after: Any, path: str) -> Change:
    if before is None:
        return Change(path, f"narrowed to an enumeration of {after!r}", GROWING)
    return _changed(keyword, before, after, path)


_JUDGES: Mapping[str, Callable[[str, Any, Any, str], Change]] = {
    "enum": _enumeration,
    "const": _enumeration,
    **dict.fromkeys(_TIGHTER_WHEN_MORE | _TIGHTER_WHEN_LESS, _bound),
}
