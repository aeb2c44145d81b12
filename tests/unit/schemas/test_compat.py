"""Which changes of the contract are refused. The table is the specification (ecosystem.md A3, and nested)."""

import json
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import pytest

from schemas.compat import Report, breaking_changes, compare, topic_differences
from schemas.differences import Change, differences
from schemas.publish import json_schema, published_files, topic_table
from schemas.records import EnrichedArticle
from schemas.topics import ALL_TOPICS

Schema = dict[str, Any]

S: Schema = {"type": "string"}
I: Schema = {"type": "integer"}  # noqa: E741 - S, I, N stand for the types in the table below
PATTERN: Schema = {"type": "string", "pattern": "a"}
N: Schema = {"type": "null"}


def obj(required: tuple[str, ...] = (), /, **properties: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def array(items: Any) -> Schema:
    return {"type": "array", "items": items}


def some(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def mapping(values: Any) -> Schema:
    return {"type": "object", "additionalProperties": values}


def least(value: int) -> Schema:
    return {"type": "integer", "minimum": value}


def longest(value: int) -> Schema:
    return {"type": "string", "maxLength": value}


def row(*places: Any) -> Schema:
    return {"type": "array", "prefixItems": list(places)}


# Places at which one subschema may stand inside a record, and the path that must be named.
PLACES: dict[str, tuple[Callable[[Any], Schema], str]] = {
    "a field": (lambda inner: obj(f=inner), "f"),
    "a field of a field": (lambda inner: obj(g=obj(f=inner)), "g.f"),
    "an element": (lambda inner: obj(f=array(inner)), "f[]"),
    "an element of an element": (lambda inner: obj(f=array(array(inner))), "f[][]"),
    "a value of a mapping": (lambda inner: obj(f=mapping(inner)), "f.*"),
    "a nullable field": (lambda inner: obj(f=some(inner, N)), "f"),
    "a place of a row": (lambda inner: obj(f=row(I, inner)), "f[1]"),
    "behind a reference": (
        lambda inner: obj(f={"$ref": "#/$defs/D"}) | {"$defs": {"D": obj(h=inner)}},
        "f.h",
    ),
    "behind two references": (
        lambda inner: (
            obj(f={"$ref": "#/$defs/C", "description": "x"})
            | {"$defs": {"C": array({"$ref": "#/$defs/D"}), "D": inner}}
        ),
        "f[]",
    ),
}

# name: old, new, words of the report
REFUSED: dict[str, tuple[Any, Any, str]] = {
    # the rows of ecosystem.md A3 for an open model, FORWARD; and our two stricter ones
    "drop an optional property": (obj(a=S, b=S), obj(a=S), "removed"),
    "drop a required property": (obj(("b",), a=S, b=S), obj(a=S), "removed"),
    "rename a property": (obj(a=S), obj(b=S), "renamed to b?"),
    "add a required property": (obj(a=S), obj(("b",), a=S, b=S), "added as required"),
    "change a type": (S, I, "was string, is integer"),
    "narrow a string to an enumeration": (S, {"type": "string", "enum": ["x"]}, "narrowed to an enumeration"),
    "narrow to an enumeration without a type": (S, {"enum": ["x", "y"]}, "narrowed to an enumeration"),
    "narrow to a constant": (S, {"const": "x"}, "narrowed to an enumeration"),
    # required and optional
    "make an optional property required": (obj(a=S), obj(("a",), a=S), "is now required"),
    "make a required property optional": (obj(("a",), a=S), obj(a=S), "is now optional"),
    "require a property that is not described": (obj(a=S), obj(("z",), a=S), "is now required"),
    # types
    "widen an integer to a number": (I, {"type": "number"}, "was integer, is number"),
    "narrow a number to an integer": ({"type": "number"}, I, "was number, is integer"),
    "make a value nullable": (S, some(S, N), "null is now allowed too"),
    "make a nullable value plain": (some(S, N), S, "null is no longer allowed"),
    "the same with a list of types": ({"type": ["string", "null"]}, S, "null is no longer allowed"),
    "retype one alternative": (some(S, N), some(I, N), "was string, is integer"),
    "add an alternative": (some(S, I), some(S, I, {"type": "boolean"}), "boolean is now allowed too"),
    "drop an object alternative": (some(obj(a=S), obj(b=I)), obj(a=S), "object is no longer allowed"),
    "replace a mapping by named fields": (mapping(S), obj(a=S), "was string, is anything"),
    "retype the values of a mapping": (mapping(S), mapping(I), "was string, is integer"),
    "retype elements": (array(S), array(I), "was string, is integer"),
    "say nothing of elements any more": (array(S), {"type": "array"}, "was string, is anything"),
    "narrow anything to a type": ({}, S, "was anything, is string"),
    "lengthen a row": (row(S), row(S, S), "a row"),
    # constraints
    "tighten a minimum": (least(0), least(1), "minimum tightened"),
    "loosen a minimum": (least(1), least(0), "minimum loosened"),
    "tighten a maximum length": (longest(9), longest(5), "tightened"),
    "loosen a maximum length": (longest(5), longest(9), "loosened"),
    "add a minimum number of elements": (array(S), array(S) | {"minItems": 1}, "minItems 1 added"),
    "add a pattern": (S, {"type": "string", "pattern": "^a$"}, "pattern '^a$' added"),
    "change a pattern": (PATTERN, PATTERN | {"pattern": "b"}, "pattern was"),
    "drop a pattern": (PATTERN, S, "pattern 'a' removed"),
    "add a format": (S, {"type": "string", "format": "date-time"}, "format 'date-time' added"),
    "turn text into base64": (S, {"type": "string", "contentEncoding": "base64"}, "contentEncoding"),
    "drop a value of an enumeration": ({"enum": ["x", "y"]}, {"enum": ["x"]}, "enum was"),
    "add a value to an enumeration": ({"enum": ["x"]}, {"enum": ["x", "y"]}, "enum was"),
    # openness
    "close an object": (obj(a=S), obj(a=S) | {"additionalProperties": False}, "closed"),
    "add to a closed object": (
        obj(a=S) | {"additionalProperties": False},
        obj(a=S, b=S) | {"additionalProperties": False},
        "added as optional",
    ),
    # what the check cannot judge, it refuses
    "use a keyword that is not judged": (S, {"type": "string", "not": {"const": ""}}, "uses not"),
    "point to nowhere": (S, {"$ref": "#/$defs/Nowhere"}, "leads nowhere"),
    "point to another document": (S, {"$ref": "other.json"}, "is in another document"),
}  # fmt: skip

ALLOWED: dict[str, tuple[Any, Any]] = {
    "nothing": (obj(a=S), obj(a=S)),
    "add an optional property": (obj(a=S), obj(a=S, b=I)),
    "add an optional nested object": (obj(a=S), obj(a=S, b=obj(("c",), c=S))),
    "add to the values of a mapping of objects": (mapping(obj(a=S)), mapping(obj(a=S, b=S))),
    "add to one alternative of several": (some(obj(a=S), N), some(obj(a=S, b=S), N)),
    "add to one of two objects": (some(obj(a=S), obj(("k",), k=I)), some(obj(("k",), k=I), obj(a=S, b=S))),
    "reorder properties and required": (obj(("a", "b"), a=S, b=S), obj(("b", "a"), b=S, a=S)),
    "describe": (S, {"type": "string", "description": "x", "title": "y", "examples": ["z"]}),
    "change a default": ({"type": "string", "default": "a"}, {"type": "string", "default": "b"}),
    "write a union as a list of types": (some(S, N), {"type": ["string", "null"]}),
    "write a union in another order": (some(S, N), some(N, S)),
    "say that an object is open": (obj(a=S), obj(a=S) | {"additionalProperties": True}),
    "keep a fixed row": (
        {"type": "array", "prefixItems": [S], "items": False},
        {"type": "array", "prefixItems": [S], "items": False},
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", REFUSED)
def test_a_change_that_hurts_is_refused_wherever_it_stands(case: str, place: str) -> None:
    old, new, words = REFUSED[case]
    put, path = PLACES[place]
    found = breaking_changes(put(old), put(new))
    assert found, "accepted"
    assert any(words in change.what and change.why and change.path.startswith(path) for change in found), (
        found
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", ALLOWED)
def test_a_change_that_hurts_nobody_passes_wherever_it_stands(case: str, place: str) -> None:
    old, new = ALLOWED[case]
    put, _ = PLACES[place]
    assert breaking_changes(put(old), put(new)) == []


def test_an_addition_is_reported_with_its_path() -> None:
    old, new = obj(f=array(obj(a=S))), obj(f=array(obj(a=S, b=S)), g=I)
    assert differences(old, new) == [Change("g", "added as optional"), Change("f[].b", "added as optional")]


def test_moving_a_definition_or_renaming_it_is_no_change() -> None:
    old = obj(f={"$ref": "#/$defs/A"}) | {"$defs": {"A": obj(a=S)}}
    new = obj(f={"$ref": "#/$defs/B"}) | {"$defs": {"B": obj(a=S)}}
    assert differences(old, new) == []


@pytest.mark.parametrize(
    "loop", [{"$ref": "#/$defs/A"}, some({"$ref": "#/$defs/A"}, S), some(N, {"$ref": "#/$defs/B"})]
)
def test_a_reference_that_leads_to_itself_is_refused(loop: Schema) -> None:
    spoilt = obj(f={"$ref": "#/$defs/A"}) | {"$defs": {"A": loop, "B": {"$ref": "#/$defs/A"}}}
    assert [change.what for change in breaking_changes(obj(f=S), spoilt)] == ["#/$defs/A leads to itself"]


def test_recursive_types_are_compared_once_and_their_changes_found() -> None:
    def tree(leaf: Schema) -> Schema:
        node = obj(leaf=leaf, children=array({"$ref": "#/$defs/Node"}))
        return obj(root={"$ref": "#/$defs/Node"}) | {"$defs": {"Node": node}}

    assert differences(tree(S), tree(S)) == []
    assert [change.path for change in breaking_changes(tree(S), tree(I))] == ["root.leaf"]


def test_a_change_reads_as_one_line() -> None:
    (change,) = breaking_changes(obj(a=S), obj(b=S))
    assert str(change).startswith("a: removed; renamed to b? (a reader built on the old schema refuses")
    assert str(Change("g", "added as optional")) == "g: added as optional"


def struct_schema(name: str, fields: list[Any]) -> Schema:
    return msgspec.json.schema(msgspec.defstruct(name, fields))


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ([("a", str)], [("a", str), ("b", str | None, None)], False),
        ([("a", str)], [("a", str), ("b", list[str], msgspec.field(default_factory=list))], False),
        ([("a", str)], [("a", str), ("b", str)], True),
        ([("a", str)], [("a", str | None)], True),
        ([("a", str)], [("a", Literal["x", "y"])], True),
        ([("a", int)], [("a", float)], True),
        ([("a", tuple[str, int])], [("a", tuple[str, int])], False),
        ([("a", tuple[str, int])], [("a", tuple[str, int, int])], True),
        ([("a", dict[str, int])], [("a", dict[str, str])], True),
    ],
)
def test_structs_as_we_write_them(old: list[Any], new: list[Any], refused: bool) -> None:
    assert bool(breaking_changes(struct_schema("R", old), struct_schema("R", new))) is refused


def test_dropping_any_single_field_of_the_public_record_is_refused() -> None:
    schema = json_schema(EnrichedArticle)
    for name in schema["properties"]:
        fewer = schema | {"properties": {k: v for k, v in schema["properties"].items() if k != name}}
        assert [change.path for change in breaking_changes(schema, fewer)][:1] == [name]


# --- folders --------------------------------------------------------------------------------------


def files(**schemas: Any) -> dict[str, bytes]:
    return {f"{name}.v1.json": json.dumps(schema).encode() for name, schema in schemas.items()}


def test_our_own_contract_is_compatible_with_itself() -> None:
    assert compare(published_files(), published_files()) == Report()


def test_comparing_folders_separates_what_breaks_what_is_new_and_what_is_stale() -> None:
    old = files(story=obj(a=S), fate=obj(a=S), source=obj(a=S)) | {"asyncapi.yaml": b"old"}
    new = files(story=obj(a=S, b=S), fate=obj(a=I), source=obj(a=S)) | {"asyncapi.yaml": b"new"}
    report = compare(old, new)
    assert [change.path for change in report.breaking] == ["fate.v1.json: a"]
    assert [change.path for change in report.additions] == ["story.v1.json: b"]
    assert report.stale == ("asyncapi.yaml", "fate.v1.json", "story.v1.json")


def test_a_record_may_come_and_may_not_go() -> None:
    more, fewer = files(story=obj(a=S), fate=obj(a=S)), files(story=obj(a=S))
    assert [str(change) for change in compare(fewer, more).additions] == ["fate.v1.json: added"]
    assert [change.path for change in compare(more, fewer).breaking] == ["fate.v1.json"]
    assert compare({}, more).breaking == ()


@pytest.mark.parametrize("damaged", [b"", b"{", b"\xff\xfe", b"[]", b"3", b"null"])
def test_a_file_that_is_not_a_schema_is_refused_with_its_name(damaged: bytes) -> None:
    for old, new in ((damaged, b"{}"), (b"{}", damaged)):
        (change,) = compare({"story.v1.json": old}, {"story.v1.json": new}).breaking
        assert change.path == "story.v1.json"


@pytest.mark.parametrize(
    "part", ["address", "record", "schema", "key", "content_type", "public", "compacted"]
)
def test_what_readers_rely_on_in_a_topic_never_changes(part: str) -> None:
    table = topic_table()
    changed = table | {"stories.v1": table["stories.v1"] | {part: "else"}}
    assert [(change.path, change.breaking) for change in topic_differences(table, changed)] == [
        ("stories.v1", True)
    ]


def test_a_topic_may_come_and_grow_and_may_not_go() -> None:
    table = topic_table()
    fewer = {name: row for name, row in table.items() if name != "journal.v1"}
    assert [change.breaking for change in topic_differences(fewer, table)] == [False]
    assert [change.what for change in topic_differences(table, fewer)] == ["topic removed"]
    longer = table | {"journal.v1": table["journal.v1"] | {"retention": None, "max_bytes": 1}}
    assert topic_differences(table, longer) == []
    assert set(table) == set(ALL_TOPICS)
