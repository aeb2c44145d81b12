"""Pages with gold text, from an archive of `<corpus>/truth.jsonl` and what it names; read as a stream."""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

FOLDS = 5
BODY_SHARE = 0.6  # of a block's shingles occur in the gold text: it belongs to the article
_WORD = re.compile(r"\w+")


class GoldPage(NamedTuple):
    """A page and the text that people say it has."""

    corpus: str
    key: str
    url: str
    raw: bytes
    text: str

    @property
    def fold(self) -> int:
        """0 to 4, by host: pages of one site are never on both sides."""
        host = urlsplit(self.url).netloc.lower().removeprefix("www.") or self.key.rsplit("_", 1)[0]
        return hashlib.sha256(host.encode()).digest()[0] % FOLDS


def read_archive(archive: Path, *, textless: bool = False) -> list[GoldPage]:
    """The pages in order of corpus and place in its list; those without gold text only where asked for."""
    truths: dict[str, list[Any]] = {}
    bodies: dict[str, bytes] = {}
    with tarfile.open(archive) as files:
        for entry in files:
            taken = files.extractfile(entry)
            if taken is None:
                continue
            path = entry.name.removeprefix("./")
            if path.endswith("truth.jsonl"):
                truths[path.split("/")[0]] = [json.loads(line) for line in taken]
            else:
                bodies[path] = taken.read()
    return [page for page in _pages(truths, bodies) if page.text or textless]


def _pages(truths: dict[str, list[Any]], bodies: dict[str, bytes]) -> Iterator[GoldPage]:
    for corpus in sorted(truths):
        for row in truths[corpus]:
            body = bodies[f"{corpus}/{row['file']}"]
            text = row.get("truth") or ""
            yield GoldPage(corpus, f"{corpus}/{row['id']}", row.get("url") or "", body, text)


def label(texts: Sequence[str], gold: str) -> list[bool]:
    """Per block: at least BODY_SHARE of its shingles occur in the gold text; a block of under four words
    is a whole line of it."""
    words = _WORD.findall(gold.lower())
    runs = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
    lines = {tuple(_WORD.findall(line)) for line in gold.lower().split("\n")}
    return [_is_body(tuple(_WORD.findall(text.lower())), runs, lines) for text in texts]


def _is_body(words: tuple[str, ...], runs: set[tuple[str, ...]], lines: set[tuple[str, ...]]) -> bool:
    if len(words) < 4:
        return bool(words) and words in lines
    found = [words[i : i + 4] in runs for i in range(len(words) - 3)]
    return sum(found) >= BODY_SHARE * len(found)
