"""Source files: what is read, and who owns it. A mistake in any of them is reported, and nothing starts."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from schemas.records import Feed, Part, Source

FEED_KINDS = ("feed", "sitemap", "section")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class SourceFileError(Exception):
    """Source files are wrong; the message lists every problem with file, source and field."""

    def __init__(self, folder: Path, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        told = f"the source files in {folder} are wrong ({len(problems)}):"
        self.line = f"{told} {'; '.join(problems)}"  # for a log
        super().__init__("\n  ".join((told, *problems)) if len(problems) > 1 else self.line)


def load_sources(folder: Path) -> Mapping[str, Source]:
    """All sources of the `*.toml` files in `folder`, by id, in order of id.

    A file holds `[[source]]` blocks with the fields of schemas.records.Source. Raises SourceFileError.
    """
    problems: list[str] = []
    sources: dict[str, Source] = {}
    places: dict[str, str] = {}
    for name, block in _blocks(folder, problems):
        place = f"{name}: source {block.get('id', '(no id)')!r}"
        found = [f"{place}: {problem}" for problem in _problems(Source, block, "")]
        problems += found
        if found:
            continue
        source = msgspec.convert(block, Source)
        problems += [f"{place}: {problem}" for problem in _contradictions(source)]
        if source.id in places:
            problems.append(f"{place}: id: already used in {places[source.id]}")
        places.setdefault(source.id, name)
        sources[source.id] = source
    if problems:
        raise SourceFileError(folder, problems)
    return dict(sorted(sources.items()))


def _blocks(folder: Path, problems: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """File name and content of every block; what cannot be read goes to `problems`."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError as exc:
        why = "no such folder" if isinstance(exc, FileNotFoundError) else exc.strerror
        problems.append(f"{folder}: {why}; set SIRWAN_SOURCES to a folder of *.toml that can be read")
        return
    if not files:
        problems.append(f"{folder}: no *.toml in it; a folder that lost its files must not end all reading")
    for path in files:
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
            problems.append(f"{path.name}: {exc}")
            continue
        problems += [f"{path.name}: {key}: unknown; only [[source]]" for key in content if key != "source"]
        blocks = content.get("source", [])
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            problems.append(f"{path.name}: source: write [[source]], with two brackets")
            continue
        yield from ((path.name, block) for block in blocks)


def _problems(record: type[Part], block: Mapping[str, Any], where: str) -> Iterator[str]:
    """Every unknown, missing or mistyped field; msgspec alone would stop at the first."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(record)}
    for name in block:
        if name not in fields:
            yield f"{where}{name}: unknown field"
    for name, field in fields.items():
        if name not in block:
            if field.required:
                yield f"{where}{name}: missing"
        elif name == "feeds":
            yield from _feed_problems(block[name])
        else:
            try:
                msgspec.convert(block[name], field.type)
            except msgspec.ValidationError as exc:
                yield f"{where}{name}: {exc}"


def _feed_problems(feeds: object) -> Iterator[str]:
    if not isinstance(feeds, list):
        yield "feeds: Expected `array`"
        return
    for index, feed in enumerate(feeds):
        if isinstance(feed, dict):
            yield from _problems(Feed, feed, f"feeds[{index}].")
        else:
            yield f"feeds[{index}]: Expected `object`"


def _contradictions(source: Source) -> Iterator[str]:
    """What the types allow and a reader cannot use."""
    if not ID.fullmatch(source.id):
        yield "id: must be kebab-case, as in 'example-news'"
    if source.country is not None and not re.fullmatch("[A-Z]{2}", source.country):
        yield "country: must be two capital letters (ISO 3166-1)"
    if not 0 < source.poll_floor <= source.poll_ceiling:
        yield "poll_floor: must be above 0 and at most poll_ceiling (seconds)"
    addresses = [("homepage", source.homepage)]
    for index, feed in enumerate(source.feeds):
        addresses.append((f"feeds[{index}].url", feed.url))
        if feed.kind not in FEED_KINDS:
            yield f"feeds[{index}].kind: {feed.kind!r} is none of {', '.join(FEED_KINDS)}"
        if feed.other_sites and feed.kind == "section":
            yield f"feeds[{index}].other_sites: a section page is read for links to its own site alone"
    yield from (f"{name}: not an http or https URL" for name, url in addresses if not _is_web_address(url))


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
