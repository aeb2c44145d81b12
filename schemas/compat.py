"""Whether a change of the published contract hurts anybody. Pure; works on any JSON Schema of our kind.

The rule is FORWARD_TRANSITIVE with an open content model, as measured with Karapace's checker: under it an
old reader keeps reading new records. We are stricter in two places, because compacted topics keep old
records for ever and a new reader must read those too: an added field must be optional, and a constraint
may neither be tightened nor loosened. What is left is the one allowed change: **add an optional field**.
(FORWARD is checked against every earlier tag one after the other; each step only ever adds, so it chains.)
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.differences import Change, Schema, differences


@dataclass(frozen=True, slots=True)
class Report:
    """What a comparison of two folders found. `stale`: names whose bytes differ or that one side lacks."""

    breaking: tuple[Change, ...] = ()
    additions: tuple[Change, ...] = ()
    stale: tuple[str, ...] = ()


def compare(old_files: Mapping[str, bytes], new_files: Mapping[str, bytes]) -> Report:
    """Compare two published folders, by file name: record schemas and the table of topics."""
    changes = [
        change
        for name in sorted({*old_files, *new_files})
        if name.endswith(".json")
        for change in _file_changes(name, old_files.get(name), new_files.get(name))
    ]
    return Report(
        breaking=tuple(change for change in changes if change.breaking),
        additions=tuple(change for change in changes if not change.breaking),
        stale=tuple(
            sorted(name for name in {*old_files, *new_files} if old_files.get(name) != new_files.get(name))
        ),
    )


def breaking_changes(old_schema: Schema, new_schema: Schema) -> list[Change]:
    """Every difference that hurts a reader; empty when only optional fields were added."""
    return [change for change in differences(old_schema, new_schema) if change.breaking]


def _file_changes(name: str, old: bytes | None, new: bytes | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(name, "added") if old is None else Change(name, "removed", "its readers lose it")
        return
    if old == new:
        return
    try:
        before, after = json.loads(old), json.loads(new)
    except ValueError as exc:
        yield Change(name, f"is not JSON: {exc}", "nobody can read it")
        return
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield Change(name, "is not a JSON object", "nobody can validate by it")
        return
    judge = topic_differences if name.startswith("topics.") else differences
    for change in judge(before, after):
        yield Change(f"{name}: {change.path or '(root)'}", change.what, change.why)


# --- the table of topics ------------------------------------------------------------------------

FIXED = {
    "address": "readers subscribe to the old name",
    "record": "readers decode the old record",
    "schema": "readers validate by the old schema",
    "key": "keys order and join records",
    "content_type": "readers decode the old form",
    "public": "a promise to outside readers",
    "compacted": "readers rely on it to rebuild, or to forget",
}


def topic_differences(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[Change]:
    """Differences of two topic tables: a topic may be added; what readers rely on never changes."""
    changes = [Change(name, "topic removed", "its readers lose it") for name in old if name not in new]
    changes += [Change(name, "topic added") for name in new if name not in old]
    for name, before in old.items():
        after = new.get(name, before)
        changes += [
            Change(name, f"{part} was {before.get(part)!r}, is {after.get(part)!r}", why)
            for part, why in FIXED.items()
            if before.get(part) != after.get(part)
        ]
    return changes
