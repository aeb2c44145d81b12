"""Source files: what is read, and who owns it. A mistake in any of them is reported, and nothing starts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from schemas.records import Source
from services.runtime.source_mistakes import contradictions, mistyped
from services.runtime.toml_blocks import Block, blocks_of


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
    first: dict[str, Block] = {}
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


def _blocks(folder: Path, problems: list[str]) -> Iterator[Block]:
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
        yield from blocks_of(path, "source", problems)
