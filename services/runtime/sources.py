"""Source files: what is read, and who owns it. A mistake in any of them is reported, and nothing starts."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from schemas.records import Source
from services.runtime.source_mistakes import Mistake, contradictions, mistyped, spelt
from services.runtime.toml_lines import Keys, line_of, read_lines, syntax_error


class SourceFileError(Exception):
    """Source files are wrong; the message lists every problem with file, line, source and field."""

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
    first: dict[str, _Block] = {}
    for block in _blocks(folder, problems):
        found = [block.told(mistake) for mistake in mistyped(block.content)]
        problems += found
        if found:
            continue
        source = msgspec.convert(block.content, Source)
        problems += [block.told(mistake) for mistake in contradictions(source)]
        if first.setdefault(source.id, block) is not block:
            problems.append(block.told((("id",), f"already used in {first[source.id].place('id')}")))
        sources[source.id] = source
    if problems:
        raise SourceFileError(folder, problems)
    return dict(sorted(sources.items()))


@dataclass(frozen=True)
class _File:
    """A source file that is TOML."""

    name: str
    text: str

    @cached_property
    def _lines(self) -> Mapping[Keys, int]:
        return read_lines(self.text)  # a file without a mistake is not read twice

    def place(self, keys: Keys) -> str:
        """File and line, as compilers write it."""
        return f"{self.name}:{line_of(self._lines, keys)}"


@dataclass(frozen=True)
class _Block:
    """A `[[source]]` of a file, by its number from 0."""

    file: _File
    number: int
    content: Mapping[str, Any]

    def place(self, *keys: str | int) -> str:
        return self.file.place(("source", self.number, *keys))

    def told(self, mistake: Mistake) -> str:
        keys, what = mistake
        ident = self.content.get("id", "(no id)")
        return f"{self.place(*keys)}: source {ident!r}: {spelt(keys)}: {what}"


def _blocks(folder: Path, problems: list[str]) -> Iterator[_Block]:
    """Every block of every file; what cannot be read goes to `problems`."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError as exc:
        why = "no such folder" if isinstance(exc, FileNotFoundError) else exc.strerror
        problems.append(f"{folder}: {why}; set SIRWAN_SOURCES to a folder of *.toml that can be read")
        return
    if not files:
        problems.append(f"{folder}: no *.toml in it; a folder that lost its files must not end all reading")
    for path in files:
        yield from _blocks_of(path, problems)


def _blocks_of(path: Path, problems: list[str]) -> Iterator[_Block]:
    text = ""
    try:
        text = path.read_text("utf-8")
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        where, what = syntax_error(text, exc)
        problems.append(f"{path.name}:{where}: {what}")
        return
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        problems.append(f"{path.name}:{line}: {exc}")
        return
    except RecursionError:
        problems.append(f"{path.name}: nested too deep")
        return
    except OSError as exc:
        problems.append(f"{path.name}: {exc}")
        return
    file = _File(path.name, text)
    problems += [
        f"{file.place((key,))}: {key}: unknown; only [[source]]" for key in content if key != "source"
    ]
    blocks = content.get("source", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        problems.append(f"{file.place(('source',))}: source: write [[source]], with two brackets")
        return
    yield from (_Block(file, number, block) for number, block in enumerate(blocks))
