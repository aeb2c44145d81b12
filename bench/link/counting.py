"""The counts of clean news from their archive, in the form that ships."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.link.tables import table_of
from services.linker.spun.counts import END, TABLES, pair_keys, triple_keys
from services.linker.spun.passage import WORD
from services.linker.spun.table import Table

STRANGER = 1.5  # zipf of a word that the web list does not have
TEXTS = 8  # texts with a word from which its burstiness is known
UNSURE = 0.6  # burstiness of the others


@dataclass(frozen=True, slots=True)
class Ngrams:
    """What the archive holds."""

    words: list[str]
    single: NDArray[np.float64]
    pairs: NDArray[np.int64]  # (pairs, 3): two ids and a count
    triples: NDArray[np.int64]  # (triples, 4)


def read_ngrams(folder: Path) -> Ngrams:
    """The unpacked archive `nlp_clean_news_ngrams`."""
    rows = [
        line.split("\t") for line in (folder / "words.tsv").read_text(encoding="utf-8").split("\n") if line
    ]
    pairs, triples = (
        np.fromstring((folder / name).read_text(), np.int64, sep=" ").reshape(-1, width)
        for name, width in (("pairs_ids.tsv", 3), ("triples_ids.tsv", 4))
    )
    return Ngrams([word for word, _ in rows], np.array([int(n) for _, n in rows], np.float64), pairs, triples)


def web_lists() -> tuple[Mapping[str, float], Mapping[tuple[str, str], float]]:
    """Zipf frequency of words, and counts of pairs, of the web (wordsegment, symspellpy: both MIT)."""
    singles, pairs = {}, dict[tuple[str, str], float]()
    folder = _folder("wordsegment")
    for line in (folder / "unigrams.txt").read_text(encoding="utf-8").split("\n"):
        word, _, count = line.partition("\t")
        singles[word] = float(count or 1)
    files = (folder / "bigrams.txt", _folder("symspellpy") / "frequency_bigramdictionary_en_243_342.txt")
    for file in files:
        for line in file.read_text(encoding="utf-8-sig").split("\n"):
            if len(parts := line.lower().split()) == 3:
                pair = (parts[0], parts[1])
                pairs[pair] = max(pairs.get(pair, 0.0), float(parts[2]))
    total = sum(singles.values())
    return {word: math.log10(count / total) + 9 for word, count in singles.items()}, pairs


def _folder(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package}: install the extra `train`")
    return Path(found.origin).parent


def logs(counts: NDArray[Any]) -> NDArray[np.uint8]:
    """Counts as eighths of their binary logarithm."""
    found: NDArray[np.uint8] = np.clip(np.round(8 * np.log2(np.maximum(counts, 1))), 0, 255).astype(np.uint8)
    return found


def counted(ngrams: Ngrams, texts: Iterable[str]) -> dict[str, NDArray[Any]]:
    """The arrays of the file; `texts` tell which words come in bursts."""
    ids = {word: i for i, word in enumerate(ngrams.words)}
    zipf, web = web_lists()
    known = {
        (ids[a], ids[b]): n / 1e5 for (a, b), n in web.items() if ids.get(a, 0) > END and ids.get(b, 0) > END
    }
    first, second = np.array(list(known), np.int64).T
    size = len(ngrams.words)
    tables = {
        "pairs": table_of(pair_keys(*ngrams.pairs[:, :2].T), logs(ngrams.pairs[:, 2])),
        "triples": table_of(triple_keys(*ngrams.triples[:, :3].T), logs(ngrams.triples[:, 3])),
        "web": table_of(pair_keys(first, second), logs(np.array(list(known.values())))),
    }
    news = np.log10(np.maximum(ngrams.single, 1) / ngrams.single.sum()) + 9
    usual = np.array([zipf.get(word, STRANGER) for word in ngrams.words])
    return {
        "words": np.frombuffer("\n".join(ngrams.words).encode(), np.uint8),
        "single": ngrams.single.astype(np.float32),
        "followers": np.bincount(ngrams.pairs[:, 0], minlength=size).astype(np.float32),
        "leaders": np.bincount(ngrams.pairs[:, 1], minlength=size).astype(np.float32),
        **{f"{of}.{part}": getattr(tables[of], part) for of in TABLES for part in Table.__dataclass_fields__},
        "newsy": (news - usual).astype(np.float16),
        "bursty": burstiness(ngrams.words, texts).astype(np.float16),
    }


def burstiness(words: list[str], texts: Iterable[str]) -> NDArray[np.float64]:
    """ln of occurrences per text that has the word."""
    having, all_told = Counter[str](), Counter[str]()
    for text in texts:
        found = Counter(
            m.group().lower().replace("’", "'") for m in WORD.finditer(" ".join(text.split()[:500]))
        )
        having.update(found.keys())
        all_told.update(found)
    return np.array([
        math.log(all_told[word] / having[word]) if having[word] >= TEXTS else UNSURE for word in words
    ])  # fmt: skip
