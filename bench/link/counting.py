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

from services.linker.spun.counts import END, PUSHED, REST, SLOTS, SPREAD, pair_keys, triple_keys
from services.linker.spun.passage import WORD

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


def quotient_table(pairs: NDArray[np.int64]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Slots and logarithms. Raises OverflowError when a pair finds no slot near its home."""
    hashes = pair_keys(pairs[:, 0], pairs[:, 1]) * SPREAD
    home = (hashes >> np.uint32(REST)).astype(np.int64)
    rest = ((hashes & np.uint32(2**REST - 1)) << np.uint32(PUSHED)).astype(np.uint16)
    slots, kept = np.zeros(2**SLOTS + 2**PUSHED, np.uint16), np.zeros(2**SLOTS + 2**PUSHED, np.uint8)
    left, found = np.arange(len(pairs)), logs(pairs[:, 2])
    for pushed in range(2**PUSHED - 1):
        at = home[left] + pushed
        free = np.flatnonzero(slots[at] == 0)
        _, first = np.unique(at[free], return_index=True)
        won = free[first]
        slots[at[won]] = rest[left[won]] | np.uint16(pushed + 1)
        kept[at[won]] = found[left[won]]
        left = np.delete(left, won)
        if not len(left):
            return slots, kept
    raise OverflowError(f"{len(left)} pairs find no slot: more slots or longer pushes")


def counted(ngrams: Ngrams, texts: Iterable[str]) -> dict[str, NDArray[Any]]:
    """The arrays of the file; `texts` tell which words come in bursts."""
    ids = {word: i for i, word in enumerate(ngrams.words)}
    zipf, web = web_lists()
    known = {
        (ids[a], ids[b]): n / 1e5 for (a, b), n in web.items() if ids.get(a, 0) > END and ids.get(b, 0) > END
    }
    first, second = np.array(list(known), np.int64).T
    keys, amounts = pair_keys(first, second), np.array(list(known.values()))
    order, size = np.argsort(keys), len(ngrams.words)
    triples = triple_keys(*ngrams.triples[:, :3].T)
    by_key = np.argsort(triples)
    slots, kept = quotient_table(ngrams.pairs)
    news = np.log10(np.maximum(ngrams.single, 1) / ngrams.single.sum()) + 9
    usual = np.array([zipf.get(word, STRANGER) for word in ngrams.words])
    return {
        "words": np.frombuffer("\n".join(ngrams.words).encode(), np.uint8),
        "single": ngrams.single.astype(np.float32),
        "followers": np.bincount(ngrams.pairs[:, 0], minlength=size).astype(np.float32),
        "leaders": np.bincount(ngrams.pairs[:, 1], minlength=size).astype(np.float32),
        "slots": slots,
        "logs": kept,
        "triples": triples[by_key],
        "triple_logs": logs(ngrams.triples[by_key, 3]),
        "web": keys[order],
        "web_logs": logs(amounts[order]),
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
