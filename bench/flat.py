"""How well flattened pages are read: `python -m bench.flat ARCHIVE [tune|confirm|all]`.

ARCHIVE is a tar of `<corpus>/truth.jsonl` and the HTML files it names (aeb, fundus, andy, wcxb). Each page
is flattened to its visible lines, without any markup, and read by `services/extractor/flat.py` and by three
simple ways beside it. The measure is that of the article extraction benchmark: multisets of 4-word shingles;
F1 is the harmonic mean of mean precision and mean recall. Hosts are halved by a hash: rules are tuned on
`tune` alone.
"""

import json
import re
import sys
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from urllib.parse import urlsplit

from services.extractor.decode import decode_body
from services.extractor.flat import take_apart
from services.extractor.language import STOP_WORDS
from services.extractor.markup import parse_markup
from services.stage import Refusal

CORPORA = ("aeb", "fundus", "andy", "wcxb")
HALVES = ("tune", "confirm")
LONG, DENSE = 80, 0.2  # characters and share of stop words of a line that the simple ways keep

_WORD = re.compile(r"\w+")
_END = re.compile(r"[.!?…][\"'”’)»]*$")

Reader = Callable[[str], Sequence[str]]
Shares = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Flattened:
    """A page without its markup, and the text an article reader should find in it."""

    key: str
    corpus: str
    half: str
    text: str
    truth: str


def flattened(archive: Path) -> Iterator[Flattened]:
    """Every page that the parser takes, in the order of the truth files."""
    with tarfile.open(archive) as pages:
        members = {member.name: member for member in pages.getmembers() if member.isfile()}
        for corpus in CORPORA:
            for row in map(json.loads, _read(pages, members[f"{corpus}/truth.jsonl"]).splitlines()):
                body = _read(pages, members[f"{corpus}/{row['file']}"])
                try:
                    lines = parse_markup(
                        decode_body(body, "text/html", None).text, row.get("url") or ""
                    ).lines
                except Refusal:
                    continue
                half = half_of(row.get("url") or "", row["id"])
                yield Flattened(f"{corpus}/{row['id']}", corpus, half, "\n".join(lines), row["truth"])


def _read(pages: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = pages.extractfile(member)
    return found.read() if found else b""


def half_of(url: str, name: str) -> str:
    """Which half its host is in; pages without an address go by the beginning of their name."""
    host = (urlsplit(url).hostname or name.rsplit("_", 1)[0]).removeprefix("www.")
    return HALVES[sha256(host.encode()).digest()[1] % 2]


def ours(text: str) -> Sequence[str]:
    """What a flattened page becomes in the pipeline."""
    return take_apart(text).paragraphs


def all_lines(text: str) -> Sequence[str]:
    """Everything."""
    return text.split("\n")


def long_sentences(text: str) -> Sequence[str]:
    """Lines of 80 characters and more that end like a sentence."""
    return [line for line in text.split("\n") if len(line) >= LONG and _END.search(line)]


def dense_lines(text: str) -> Sequence[str]:
    """Lines of 80 characters and more of which two words in ten are stop words (the idea of jusText)."""
    return [line for line in text.split("\n") if len(line) >= LONG and _density(line) >= DENSE]


def _density(line: str) -> float:
    words = _WORD.findall(line.lower())
    return max(sum(word in stop for word in words) for stop in STOP_WORDS.values()) / max(1, len(words))


READERS: dict[str, Reader] = {
    "all lines": all_lines,
    "long sentences": long_sentences,
    "dense lines": dense_lines,
    "ours": ours,
}


def shares(truth: str, found: str) -> Shares:
    """Right, false and missed shingles of a page, by their sum."""
    wanted, given = _shingles(truth), _shingles(found)
    right = (wanted & given).total()
    total = wanted.total() + given.total() - right
    return (
        (right / total, (given.total() - right) / total, (wanted.total() - right) / total)
        if total
        else (0, 0, 0)
    )


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)) if words)


def marks(pages: Sequence[Shares]) -> tuple[float, float, float]:
    """F1, precision and recall."""
    precision = fmean(r / (r + f) for r, f, _ in pages if r + f) if any(r + f for r, f, _ in pages) else 0.0
    recall = fmean(r / (r + m) for r, _, m in pages if r + m)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


def main(archive: Path, half: str) -> None:
    """Print F1, precision and recall by corpus for every reader, and milliseconds a page."""
    pages = [page for page in flattened(archive) if half in ("all", page.half)]
    counts = Counter(page.corpus for page in pages)
    print(f"{len(pages)} pages of half {half}: " + ", ".join(f"{name} {counts[name]}" for name in counts))
    for name, read in READERS.items():
        found: dict[str, list[Shares]] = defaultdict(list)
        begun = time.process_time()
        for page in pages:
            found[page.corpus].append(shares(page.truth, "\n".join(read(page.text))))
        spent = (time.process_time() - begun) / len(pages) * 1e3
        told = "  ".join(f"{corpus} {'/'.join(f'{m:.3f}' for m in marks(found[corpus]))}" for corpus in found)
        print(f"{name:<16}{told}  {spent:5.1f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "all")
