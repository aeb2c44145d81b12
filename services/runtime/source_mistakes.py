"""What may be wrong with a block of a source file, and where in it. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from schemas.records import Feed, Part, Source
from services.runtime.toml_lines import Keys

FEED_KINDS = ("feed", "sitemap", "section")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Mistake = tuple[Keys, str]
"""Where in the block, as in `("feeds", 1, "kind")`; and what is wrong there."""


def mistyped(block: Mapping[str, Any], record: type[Part] = Source, around: Keys = ()) -> Iterator[Mistake]:
    """Every unknown, missing or mistyped field; msgspec alone would stop at the first."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(record)}
    for name in block:
        if name not in fields:
            yield (*around, name), "unknown field"
    for name, field in fields.items():
        if name not in block:
            if field.required:
                yield (*around, name), "missing"
        elif name == "feeds":
            yield from _feeds(block[name])
        else:
            try:
                msgspec.convert(block[name], field.type)
            except msgspec.ValidationError as exc:
                yield (*around, name), str(exc)


def _feeds(feeds: object) -> Iterator[Mistake]:
    if not isinstance(feeds, list):
        yield ("feeds",), "Expected `array`"
        return
    for index, feed in enumerate(feeds):
        if isinstance(feed, dict):
            yield from mistyped(feed, Feed, ("feeds", index))
        else:
            yield ("feeds", index), "Expected `object`"


def contradictions(source: Source) -> Iterator[Mistake]:
    """What the types allow and a reader cannot use."""
    if not ID.fullmatch(source.id):
        yield ("id",), "must be kebab-case, as in 'example-news'"
    if source.country is not None and not re.fullmatch("[A-Z]{2}", source.country):
        yield ("country",), "must be two capital letters (ISO 3166-1)"
    if not 0 < source.poll_floor <= source.poll_ceiling:
        yield ("poll_floor",), "must be above 0 and at most poll_ceiling (seconds)"
    addresses: list[tuple[Keys, str]] = [(("homepage",), source.homepage)]
    for index, feed in enumerate(source.feeds):
        addresses.append((("feeds", index, "url"), feed.url))
        if feed.kind not in FEED_KINDS:
            yield ("feeds", index, "kind"), f"{feed.kind!r} is none of {', '.join(FEED_KINDS)}"
        if feed.other_sites and feed.kind == "section":
            yield ("feeds", index, "other_sites"), "a section page is read for links to its own site alone"
    yield from ((keys, "not an http or https URL") for keys, url in addresses if not _is_web_address(url))


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def spelt(keys: Keys) -> str:
    """A place in a block as people write it: `feeds[1].kind`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
