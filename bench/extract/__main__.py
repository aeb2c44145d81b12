"""The text of gold pages beside trafilatura, in the same run: `python -m bench.extract [ARCHIVE]`.

Marks are those of bench/extract/shingles.py; times are of the processor, per page, metadata included, and
only their ratio means anything. The archive is by default the development one, which the shipped model was
trained on: what it does on hosts it never saw is in the model's file and printed below the table. An archive
of other pages shows it directly. `--limit N` takes N pages of each corpus, `--plot FILE` writes an SVG.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from trafilatura import bare_extraction

from bench.extract.gold import GoldPage, read_archive
from bench.extract.plot import Result, draw
from bench.extract.shingles import Marks, Overlap, compare, mark, shingles_of
from schemas.records import Discovered, RawPage, Rights, Robots
from services.extractor.article import extract_article
from services.extractor.blockmodel import load_model
from services.extractor.filter import UNKNOWN
from services.stage import Refusal

SHARED = Path(os.environ.get("SIRWAN_SHARED") or Path(__file__).parents[3] / "shared")
ARCHIVE = SHARED / "data" / "extraction-dev.tar.gz"

Extract = Callable[[GoldPage], str]


def ours(page: GoldPage) -> str:
    """What `sirwan extract` gives."""
    try:
        return extract_article(raw_page(page)).text
    except Refusal:
        return ""


def raw_page(page: GoldPage) -> RawPage:
    """A page as a fetcher would give it."""
    return RawPage(
        page_id=sha256(page.key.encode()).hexdigest(), url=page.url, requested_url=page.url,
        canonical_url=page.url, status=200, content_type="text/html", body=page.raw,
        body_sha256=sha256(page.raw).hexdigest(), fetched_at=UNKNOWN, robots=Robots(verdict="not-asked"),
        rights=Rights(), discovered=Discovered(via="request"), lane="live",
    )  # fmt: skip


def trafilatura(fast: bool) -> Extract:
    """trafilatura with metadata, without comments."""

    def extract(page: GoldPage) -> str:
        found = bare_extraction(
            page.raw, url=page.url or None, include_comments=False, with_metadata=True, fast=fast
        )
        return getattr(found, "text", None) or ""

    return extract


EXTRACTORS: dict[str, Extract] = {
    "sirwan": ours,
    "trafilatura default": trafilatura(fast=False),
    "trafilatura fast": trafilatura(fast=True),
}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, nargs="?", default=ARCHIVE)
    parser.add_argument("--limit", type=int, default=0, help="pages of each corpus; 0 is all")
    parser.add_argument("--plot", type=Path, help="an SVG")
    asked = parser.parse_args()
    if not asked.archive.exists():
        print(f"no pages at {asked.archive}: name an archive, or set SIRWAN_SHARED to the folder of data/")
        return
    results = run(sample(read_archive(asked.archive), asked.limit))
    if asked.plot:
        asked.plot.parent.mkdir(parents=True, exist_ok=True)
        asked.plot.write_text(draw(results), "utf-8")
    told = load_model().told
    print("the shipped model out of fold (bench/extract/train.py):")
    for name, marks in told["f1"].items():
        print(f"  {name:<34}" + "  ".join(f"{corpus} {f1:.4f}" for corpus, f1 in marks.items()))


def sample(pages: Sequence[GoldPage], limit: int) -> list[GoldPage]:
    """All pages, or of each corpus a fixed few."""
    drawn = sorted(pages, key=lambda page: sha256(page.key.encode()).digest())
    seen: Counter[str] = Counter()
    kept = []
    for page in drawn:
        seen[page.corpus] += 1
        if not limit or seen[page.corpus] <= limit:
            kept.append(page)
    return kept


def run(pages: Sequence[GoldPage]) -> list[Result]:
    """Each extractor on all pages, one page after the other, so that all see the same machine."""
    overlaps: dict[str, list[Overlap]] = {name: [] for name in EXTRACTORS}
    seconds = dict.fromkeys(EXTRACTORS, 0.0)
    for page in pages:
        gold = shingles_of(page.text)
        for name, extract in EXTRACTORS.items():
            before = time.process_time()
            text = extract(page)
            seconds[name] += time.process_time() - before
            overlaps[name].append(compare(gold, shingles_of(text)))
    return [
        table(name, pages, overlaps[name], 1000 * seconds[name] / len(pages), seconds) for name in EXTRACTORS
    ]


def table(
    name: str, pages: Sequence[GoldPage], overlaps: Sequence[Overlap], ms: float, seconds: dict[str, float]
) -> Result:
    """Prints the rows of one extractor."""
    corpora = sorted({page.corpus for page in pages})
    by_corpus = {c: mark([o for p, o in zip(pages, overlaps, strict=True) if p.corpus == c]) for c in corpora}
    ratio = seconds[name] / seconds["trafilatura default"]
    print(f"{name}: {ms:.1f} ms per page, x{ratio:.2f} of trafilatura default")
    for corpus, marks in by_corpus.items():
        print(f"  {corpus:<8} {_said(marks)}")
    return Result(name, {corpus: marks.f1 for corpus, marks in by_corpus.items()}, ms)


def _said(marks: Marks) -> str:
    return f"F1 {marks.f1:.4f}  precision {marks.precision:.4f}  recall {marks.recall:.4f}"


if __name__ == "__main__":
    main()
