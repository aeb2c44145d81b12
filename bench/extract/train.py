"""Trains the block model: `python -m bench.extract.train ARCHIVE [--figures] [--out FILE | --check]`.

The archive is read as it is (bench/extract/gold.py) and nothing of it goes into the repository but the trees.
`--figures` first measures by folds of hosts and with whole corpora left out, 54 more fits, and
prints the sweep of the gate's thresholds; the figures go into the model's file. `--check` writes nothing and
fails where the trees are not the shipped ones. Needs the extra `train`.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.extract.examples import KEEP, Example, example_of
from bench.extract.folds import cross_folds, fallbacks, fit, gated, left_out, marks_by_corpus, told_rows
from bench.extract.gold import read_archive
from bench.extract.shingles import Marks
from bench.extract.sweep import sweep
from services.extractor.blockmodel import FILE, load_model, pack, unpack

SHIPPED = Path(__file__).parents[2] / "services" / "extractor" / FILE
CREDITS = (
    "aeb (MIT, Scrapinghub); fundus (MIT, Conrad Dobberstein);"
    " andy (Apache-2.0); WCXB (CC-BY-4.0, Murrough Foley)"
)


def main() -> None:
    """Trains and writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--figures", action="store_true", help="measure first, by folds and corpora")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--check", action="store_true", help="whether the shipped model comes out again")
    asked = parser.parse_args()
    examples = read_examples(asked.archive)
    figures = measure(examples) if asked.figures else {}
    data = pack(fit(examples), told_of(examples, figures))
    digest = unpack(data).digest
    if not asked.check:
        asked.out.write_bytes(data)
        print(f"{asked.out}: {len(data)} bytes, digest {digest}")
    elif digest != load_model().digest:
        sys.exit(f"{SHIPPED.name} has digest {load_model().digest}, training gives {digest}")


def read_examples(archive: Path) -> list[Example]:
    """All pages of an archive that can be read."""
    return [example for page in read_archive(archive) if (example := example_of(page)) is not None]


def measure(examples: Sequence[Example]) -> dict[str, Any]:
    """Prints the tables; out come the figures that the model's file keeps."""
    fallback = fallbacks(examples)
    by_fold, by_corpus = cross_folds(examples), left_out(examples)
    rows: dict[str, dict[str, Marks]] = {
        "trafilatura fast, then default": marks_by_corpus(examples, lambda e: fallback[e.gold.key])
    }
    for name, opinions in (("folds by host", by_fold), ("corpus left out", by_corpus)):
        rows[f"{name}, model alone"] = marks_by_corpus(
            examples,
            lambda e, o=opinions: e.overlap(o[e.gold.key] > KEEP),  # type: ignore[misc]  # bound at once
        )
        rows[f"{name}, gate"] = marks_by_corpus(
            examples,
            lambda e, o=opinions: gated(e, o[e.gold.key], fallback),  # type: ignore[misc]  # bound at once
        )
    print(told_rows(rows))
    print(sweep(examples, by_fold, fallback))
    return {name: {corpus: round(m.f1, 4) for corpus, m in row.items()} for name, row in rows.items()}


def told_of(examples: Sequence[Example], figures: dict[str, Any]) -> dict[str, Any]:
    """What the model's file says of itself."""
    return {
        "pages": dict(sorted(Counter(e.gold.corpus for e in examples).items())),
        "blocks": sum(len(e.page.chars) for e in examples),
        "trained_with": f"lightgbm {version('lightgbm')}",
        "credits": CREDITS,
        "f1": figures,
    }


if __name__ == "__main__":
    main()
