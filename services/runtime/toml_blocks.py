"""Files of `[[source]]` or `[[webhook]]` blocks, where every mistake is told with its line."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from services.runtime.source_mistakes import Mistake, spelt
from services.runtime.toml_lines import Keys, line_of, read_lines, syntax_error


@dataclass(frozen=True)
class File:
    """A file that is TOML."""

    name: str
    text: str

    @cached_property
    def _lines(self) -> Mapping[Keys, int]:
        return read_lines(self.text)  # a file without a mistake is not read twice

    def place(self, keys: Keys) -> str:
        """File and line, as compilers write it."""
        return f"{self.name}:{line_of(self._lines, keys)}"


@dataclass(frozen=True)
class Block:
    """A `[[kind]]` of a file, by its number from 0."""

    file: File
    kind: str
    number: int
    content: Mapping[str, Any]

    def place(self, *keys: str | int) -> str:
        """Where in the file one of its fields stands."""
        return self.file.place((self.kind, self.number, *keys))

    def told(self, mistake: Mistake) -> str:
        """A mistake in it, on one line."""
        keys, what = mistake
        ident = self.content.get("id", "(no id)")
        return f"{self.place(*keys)}: {self.kind} {ident!r}: {spelt(keys)}: {what}"


def blocks_of(path: Path, kind: str, problems: list[str]) -> Iterator[Block]:
    """Every block of a file, which may hold no others; what cannot be read goes to `problems`."""
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
    file = File(path.name, text)
    problems += [f"{file.place((key,))}: {key}: unknown; only [[{kind}]]" for key in content if key != kind]
    blocks = content.get(kind, [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        problems.append(f"{file.place((kind,))}: {kind}: write [[{kind}]], with two brackets")
        return
    yield from (Block(file, kind, number, block) for number, block in enumerate(blocks))
