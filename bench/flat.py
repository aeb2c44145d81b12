"""How well flattened pages are read: `python -m bench.flat ARCHIVE [tune|confirm|all]`.

ARCHIVE is a tar of `<corpus>/truth.jsonl` and the HTML files it names (aeb, fundus, andy, wcxb). Each page
is flattened to its visible lines, without any markup, and read by `services/extractor/flat.py` and by three
simple ways beside it. Marks are those of bench/extract/shingles.py; pages without gold text count. Hosts are
halved by a hash: rules are tuned on `tune` alone.
"""

import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from bench.extract.gold import GoldPage, read_archive
from bench.extract.shingles import Overlap, compare, mark, shingles_of
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


@dataclass(frozen=True, slots=True)
class Flattened:
    """A page without its markup, and the text an article reader should find in it."""

    corpus: str
    half: str
    text: str
    truth: str


def flattened(archive: Path) -> Iterator[Flattened]:
    """Every page that the parser takes, in the order of the truth files."""
    pages = read_archive(archive, textless=True)
    for page in (page for corpus in CORPORA for page in pages if page.corpus == corpus):
        try:
            lines = parse_markup(decode_body(page.raw, "text/html", None).text, page.url).lines
        except Refusal:
            continue
        yield Flattened(page.corpus, half_of(page), "\n".join(lines), page.text)


def half_of(page: GoldPage) -> str:
    """Which half its host is in; pages without an address go by the beginning of their name."""
    name = page.key.partition("/")[2]
    host = (urlsplit(page.url).hostname or name.rsplit("_", 1)[0]).removeprefix("www.")
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


def main(archive: Path, half: str) -> None:
    """Print F1, precision and recall by corpus for every reader, and milliseconds a page."""
    pages = [page for page in flattened(archive) if half in ("all", page.half)]
    counts = Counter(page.corpus for page in pages)
    print(f"{len(pages)} pages of half {half}: " + ", ".join(f"{name} {counts[name]}" for name in counts))
    for name, read in READERS.items():
        found: dict[str, list[Overlap]] = defaultdict(list)
        begun = time.process_time()
        for page in pages:
            found[page.corpus].append(
                compare(shingles_of(page.truth), shingles_of("\n".join(read(page.text))))
            )
        spent = (time.process_time() - begun) / len(pages) * 1e3
        told = "  ".join(f"{corpus} {'/'.join(f'{m:.3f}' for m in mark(found[corpus]))}" for corpus in found)
        print(f"{name:<16}{told}  {spent:5.1f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "all")
