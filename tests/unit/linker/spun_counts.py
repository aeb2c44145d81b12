"""Counts of a small world, made by hand."""

import numpy as np

from bench.link.counting import logs
from bench.link.tables import table_of
from services.linker.spun.counts import Counts, pair_keys, triple_keys
from services.linker.spun.lexicon import Lexicon, Rows

WORDS = "<unk> <s> </s> the white house home said it point out state will".split()  # noqa: SIM905 - one a word
IDS = {word: i for i, word in enumerate(WORDS)}
PAIRS = {
    ("<s>", "the"): 500, ("the", "white"): 400, ("white", "house"): 400, ("house", "said"): 200,
    ("the", "home"): 50, ("it", "will"): 300, ("will", "state"): 60, ("state", "</s>"): 50,
    ("said", "it"): 200,
}  # fmt: skip
TRIPLES = {("the", "white", "house"): 390, ("white", "house", "said"): 100}


def small_counts() -> Counts:
    """The counts of PAIRS and TRIPLES."""
    pairs = np.array([(IDS[a], IDS[b], n) for (a, b), n in PAIRS.items()], np.int64)
    triples = np.array([(*(IDS[w] for w in words), n) for words, n in TRIPLES.items()], np.int64)
    size = len(WORDS)
    return Counts(
        words=WORDS,
        single=np.full(size, 1000, np.float32),
        followers=np.bincount(pairs[:, 0], minlength=size).astype(np.float32),
        leaders=np.bincount(pairs[:, 1], minlength=size).astype(np.float32),
        pairs=table_of(pair_keys(*pairs[:, :2].T), logs(pairs[:, 2])),
        triples=table_of(triple_keys(*triples[:, :3].T), logs(triples[:, 3])),
        web=table_of(np.array([IDS["white"] << 16 | IDS["house"]], np.uint32), logs(np.array([64]))),
        newsy=np.zeros(size, np.float32),
        bursty=np.full(size, 0.6, np.float32),
    )


def small_lexicon() -> Lexicon:
    """A spinner puts home for house, and "point out" for state."""
    content = np.array([word in ("white", "house", "home", "point", "out", "state") for word in WORDS])
    starts = np.cumsum([0, *(word == "home" for word in WORDS)]).astype(np.int32)
    phrase = np.array([IDS["point"] << 16 | IDS["out"]], np.uint32)
    state = Rows(np.array([0, 1], np.int32), np.array([IDS["state"]], np.uint16))
    return Lexicon(content, Rows(starts, np.array([IDS["house"]], np.uint16)), phrase, state)
