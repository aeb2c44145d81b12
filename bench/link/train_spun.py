"""Makes news.counts and spun.model: `python -m bench.link.train_spun DATA MYTHES WORDNET`.

DATA is the folder with the archives `nlp_clean_news_ngrams`, `nlp_dev` and `extraction-dev`; MYTHES the file
th_en_US_v2.dat, WORDNET the folder with data.noun (Debian: mythes-en-us, wordnet-base). Of the texts nothing
goes into the repository but counts and weights. `--aiksaurus COMMAND` and `--pivots FILE` (Debian: aiksaurus,
trans-de-en; both GPL) add spinners that are measured against and never trained with. `--check` writes nothing
and fails where other files come out than those that ship. Needs the extra `train`.
"""

import argparse
import sys
import tarfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from bench.link.counting import Ngrams, counted, read_ngrams, web_lists
from bench.link.examples import Example, Workshop
from bench.link.figures import lines_of, measured
from bench.link.fitting import crossed, fit
from bench.link.lexicons import COMMON_REPAIRED, COMMON_SPUN, KEPT, PUT, Swaps, swaps
from bench.link.neighbours import neighbours
from bench.link.spinner import Habit, spun, unmarked
from bench.link.texts import bucket, clean_texts, rows, spun_synthetic
from bench.link.thesauri import Thesaurus, aiksaurus, coordinate, mythes, pivoted, second_hand
from services.linker.spun import counts as counting
from services.linker.spun.counts import Counts
from services.linker.spun.model import COLUMNS_DIGEST, COUNTS, MODEL, arrays_of
from services.linker.spun.packed import load, pack, unpack

SHIPPED = Path(__file__).parents[2] / "services" / "linker" / "data"
ARCHIVES = ("nlp_clean_news_ngrams", "nlp_dev", "extraction-dev")
CREDITS = (
    "counts: articles of AllSides (ramybaly/Article-Bias-Prediction, Apache-2.0) and four sets more; web"
    " pairs: wordsegment, symspellpy (MIT); synonyms: MyThes en-US, WordNet (WordNet licence)"
)
ASKED = 16_000  # commonest words that Aiksaurus is asked for


def main() -> None:
    """Counts, trains, measures and writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("data", "mythes", "wordnet"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--aiksaurus", type=Path)
    parser.add_argument("--pivots", type=Path)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--check", action="store_true", help="whether the shipped files come out again")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        for name in ARCHIVES:
            with tarfile.open(asked.data / f"{name}.tar.gz") as archive:
                archive.extractall(folder, filter="data")
        files = made(Path(folder), asked)
    for name, data in files.items():
        if not asked.check:
            (asked.out / name).write_bytes(data)
            print(f"{name}: {len(data)} bytes, digest {unpack(data).digest}")
        elif unpack(data).digest != load(name).digest:
            sys.exit(f"{name} has digest {load(name).digest}, training gives {unpack(data).digest}")


def made(folder: Path, asked: argparse.Namespace) -> dict[str, bytes]:
    """The bytes of both files."""
    ngrams = read_ngrams(folder / "ngrams")
    dev = folder / "dev"
    listed = [
        r["text"] for f in ("allsides_iraq_iran", "allsides_other_topics") for r in rows(dev / f"{f}.jsonl")
    ]
    data = pack(counted(ngrams, listed), {"credits": CREDITS})
    counts = counting.unpacked(unpack(data))
    thesauri = shipped_thesauri(asked.mythes, asked.wordnet)
    shop = workshop(ngrams, counts, thesauri)
    examples = [example for text in clean_texts(dev, folder) for example in shop.examples(text)]
    examples += list(unseen(dev, shop, foreign(asked, counts)))
    examples = [example for example in examples if len(example.columns)]
    print(f"{len(examples)} documents, {sum(len(e.put) for e in examples)} words", flush=True)
    values = crossed(examples)
    lines = lines_of(examples, values)
    figures = measured(examples, values, lines)
    for name, row in figures.items():
        print(name, row)
    print(lines, flush=True)
    fitted = fit(examples)
    told = {
        "columns": COLUMNS_DIGEST, "documents": len(examples),
        "trained_with": f"lightgbm {version('lightgbm')}", "credits": CREDITS, "cross-validated": figures,
    }  # fmt: skip
    arrays = arrays_of(shop.whole, fitted.tokens, fitted.document, lines)
    return {COUNTS: data, MODEL: pack(arrays, told)}


def shipped_thesauri(mythes_file: Path, wordnet: Path) -> dict[str, Thesaurus]:
    """What is trained with; all of it may ship."""
    synonyms = mythes(mythes_file)
    across, along = coordinate(wordnet)
    return {"mythes": synonyms, "second": second_hand(synonyms), "coordinate": across, "along": along}


def foreign(asked: argparse.Namespace, counts: Counts) -> dict[str, Thesaurus]:
    """What is only measured against."""
    found: dict[str, Thesaurus] = {}
    if asked.aiksaurus:
        found["aiksaurus"] = aiksaurus(asked.aiksaurus, counts.words[3:ASKED])
    if asked.pivots:
        found["pivots"] = pivoted(asked.pivots)
    return found


def workshop(ngrams: Ngrams, counts: Counts, thesauri: dict[str, Thesaurus]) -> Workshop:
    """Spinners and repair lexicons of the thesauri."""
    zipf, _ = web_lists()
    put = {name: swaps(t, counts.words, zipf, COMMON_SPUN, PUT) for name, t in thesauri.items()}
    kept = {name: swaps(t, counts.words, zipf, COMMON_REPAIRED, KEPT) for name, t in thesauri.items()}
    return Workshop(counts, put, kept, neighbours(ngrams))


def unseen(dev: Path, shop: Workshop, thesauri: dict[str, Thesaurus]) -> Sequence[Example]:
    """The spun versions of the archive, and our own by foreign thesauri at 20 and 40 % and fluently at 30."""
    zipf, _ = web_lists()
    tables: dict[str, Swaps] = {
        n: swaps(t, shop.counts.words, zipf, COMMON_SPUN, PUT) for n, t in thesauri.items()
    }
    found = []
    for row in spun_synthetic(dev):
        random = Random(bucket("x" + row["id"]))
        said = dict(row["spun"])
        head = " ".join(row["text"].split()[:400])
        for name, table in tables.items():
            for habit in (Habit(0.2), Habit(0.4), Habit(0.3, consistent=True, fluent=True)):
                text = unmarked(spun(head, [table], habit, random, shop.counts))[0]
                said[f"{name}{round(100 * habit.rate)}{'f' * habit.fluent}"] = text
        found += [shop.judged("originals", row["id"], version, text) for version, text in said.items()]
    return found


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
