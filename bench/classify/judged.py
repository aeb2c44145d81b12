"""Articles with grades that people gave them, from an archive of JSON lines and our own headlines."""

import json
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

GOLD = ("training_headlines", "headlines", "arabic", "persian")
TESTS = Path(__file__).parents[2] / "tests"
CASES = TESTS / "unit" / "classifier" / "cases.toml"
COUNTRIES = ("IQ", "IR")


class Judged(NamedTuple):
    """An article, and the grades that are right for each country."""

    corpus: str  # iqir | reuters | headlines
    key: str
    title: str | None
    text: str
    grades: Mapping[str, tuple[int, ...]]  # of reuters 0 is "no", 1 is "one or two"


def read_judged(archive: Path) -> Iterator[Judged]:
    """Graded articles of the archive, and our own headlines."""
    for row in _rows(archive, "iqir_gold"):
        grades = {"IQ": (row["rel_iraq"],), "IR": (row["rel_iran"],)}
        yield Judged("iqir", row["id"], row["title"], row["text"], grades)
    for row in _rows(archive, "reuters21578_places"):
        tagged = {code: (int(name in row["places"]),) for code, name in (("IQ", "iraq"), ("IR", "iran"))}
        yield Judged("reuters", row["id"], row["title"], row["text"], tagged)
    yield from own_headlines()


def labelled(archive: Path) -> Iterator[tuple[str | None, str, frozenset[str]]]:
    """Title, text and topics of the relevant articles of the archive."""
    for row in _rows(archive, "iqir_gold"):
        if row["topics"]:
            yield row["title"], row["text"], frozenset(row["topics"])


def own_headlines() -> Iterator[Judged]:
    """The headlines and short texts of tests/quality/gold, and the cases of the unit tests."""
    for name in GOLD:
        path = TESTS / "quality" / "gold" / f"{name}.toml"
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            grades = {code: tuple(row[code]) for code in COUNTRIES}
            yield Judged("headlines", row["title"], row["title"], row["lead"], grades)
    for row in tomllib.loads(CASES.read_text(encoding="utf-8"))["cases"]:
        title = row.get("title")
        grades = {code: (row[code.lower()],) for code in COUNTRIES}
        yield Judged("headlines", title or row["text"], title, row["text"], grades)


def _rows(archive: Path, name: str) -> Iterator[dict[str, Any]]:
    with tarfile.open(archive) as files:
        member = next(entry for entry in files if Path(entry.name).name == f"{name}.jsonl")
        found = files.extractfile(member)
        if found is None:
            raise ValueError(f"{archive}: {name}.jsonl is no file")
        yield from map(json.loads, found.read().decode().splitlines())
