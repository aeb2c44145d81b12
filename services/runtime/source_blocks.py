"""Sources as the text of a source file: what services/runtime/sources.py reads back as the same records."""

import json
import re
from collections.abc import Iterable

import msgspec

from schemas.records import Part, Source

RAW = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # what JSON leaves and a terminal obeys


def write_blocks(sources: Iterable[Source]) -> str:
    """A `[[source]]` block each, with the fields that are not at their default."""
    return "\n".join(_block(source) for source in sources)


def _block(source: Source) -> str:
    feeds = "".join(f"[[source.feeds]]\n{_lines(feed)}" for feed in source.feeds)
    return f"[[source]]\n{_lines(source)}{feeds}"


def _lines(record: Part) -> str:
    fields = [
        (field.encode_name, getattr(record, field.name))
        for field in msgspec.structs.fields(type(record))
        if field.name != "feeds" and (field.required or getattr(record, field.name) != field.default)
    ]
    return "".join(f"{name} = {_value(value)}\n" for name, value in fields)


def _value(value: object) -> str:
    """TOML 1.0: its strings escape as those of JSON do, its lists and truth values are written alike."""
    written = repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
    return RAW.sub(lambda found: f"\\u{ord(found.group()):04X}", written)
