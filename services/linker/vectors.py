"""What a text is about, as three sparse vectors: rare words, names, figures. Loads data/common_words.txt.

Rarity is an idf of this stream with a prior from general news: at first the prior speaks, after some hundred
articles the stream does, so "Baghdad" weighs little where every article names it. A vector is fixed when its
article arrives, so that a similarity never changes afterwards.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from schemas.records import Part
from services.linker.data_files import read_data
from services.linker.tokens import fold

LEAD = 180  # words of title and text that are read: news tells the event first, background is shared
PRIOR = 300  # articles that the prior counts for
UNSEEN = 0.0008  # share of articles that have a word which is not in the table
ENTITY = 0.02  # share of articles that have an entity, before the stream has shown it
LIGHTEST = 0.05  # idf of a term that nearly every article has
COMMON = 0.3  # a word in more articles than this says nothing of the event
KEPT: Mapping[str, int] = {"word": 160, "name": 60, "figure": 30}  # heaviest terms of each kind
SHARE: Mapping[str, float] = {"figure": 0.02, "digit": 0.4, "year": 0.2}  # of articles with such a figure
# fmt: off
MONTHS = frozenset([
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
])
NUMERALS: Mapping[str, str] = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12",
}
# fmt: on


class Vector(Part, frozen=True):
    """Term hashes and weights of length 1, heaviest first; native 32-bit integers and floats."""

    terms: bytes = b""
    weights: bytes = b""

    def heaviest(self, count: int) -> Sequence[int]:
        """The terms that weigh most."""
        return memoryview(self.terms).cast("I")[:count]

    def heaviest_weights(self, count: int) -> Sequence[float]:
        """Their weights."""
        return memoryview(self.weights).cast("f")[:count].tolist()

    def weight_of(self) -> dict[int, float]:
        """Weight by term."""
        return dict(zip(memoryview(self.terms).cast("I"), memoryview(self.weights).cast("f"), strict=True))


class Vectors(Part, frozen=True):
    """The three vectors of an article."""

    word: Vector
    name: Vector
    figure: Vector


NO_VECTORS = Vectors(Vector(), Vector(), Vector())


class Rarity:
    """In how many articles of the window each term is, and what that makes it weigh."""

    def __init__(self) -> None:
        self.articles = 0
        self._counts: dict[int, int] = {}

    def add(self, terms: Iterable[int]) -> None:
        """Count an article."""
        self.articles += 1
        for term in terms:
            self._counts[term] = self._counts.get(term, 0) + 1

    def drop(self, terms: Iterable[int]) -> None:
        """Forget an article that was counted."""
        self.articles -= 1
        for term in terms:
            left = self._counts[term] - 1
            if left:
                self._counts[term] = left
            else:
                del self._counts[term]

    def idf(self, term: int, share: float) -> float:
        """ln(articles / articles with the term), where `share` of the prior's articles have it."""
        return math.log((self.articles + PRIOR + 1) / (self._counts.get(term, 0) + PRIOR * share + 0.5))


@lru_cache(maxsize=1)
def word_shares() -> Mapping[str, float]:
    """The share of news articles that have a word, for the commonest ones."""
    lines = (line.split(": ", 1) for line in read_data("common_words.txt").splitlines() if line[0].isdigit())
    return {word: int(permille) / 1000 for permille, found in lines for word in found.split(" ")}


def term_hash(kind: str, term: str) -> int:
    """A stable 32-bit number for a term."""
    digest = blake2b(f"{kind}:{term}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big")


def _stem(word: str) -> str:
    """A word without the plural's s: troops and troop are one."""
    return (
        word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )


class _Word(NamedTuple):
    """What a printed word may count for."""

    folded: str
    figure: str | None
    stem: str | None  # None where it says nothing of the event
    is_lower: bool
    is_upper: bool


@lru_cache(maxsize=65536)
def _word(raw: str) -> _Word:
    folded = fold(raw)
    figure = folded if raw[0].isdigit() else NUMERALS.get(folded)
    tells = figure is None and len(folded) > 2 and folded not in MONTHS
    return _Word(folded, figure, _stem(folded) if tells else None, raw[0].islower(), raw[0].isupper())


def _figure_share(figure: str) -> float:
    if len(figure) == 1:
        return SHARE["digit"]
    return SHARE["year"] if len(figure) == 4 and figure.startswith(("19", "20")) else SHARE["figure"]


@lru_cache(maxsize=65536)
def _term(kind: str, term: str) -> tuple[int, float] | None:
    """Hash and prior share of a term; None where too many articles have it."""
    if kind == "figure":
        return term_hash(kind, term), _figure_share(term)
    share = ENTITY if kind == "id" else word_shares().get(term, UNSEEN)
    return (term_hash("name" if kind == "id" else kind, term), share) if share <= COMMON else None


def _bags(printed: Sequence[str], entities: Sequence[str]) -> dict[str, tuple[str, Mapping[str, int]]]:
    """The terms of a text by kind of vector, each with its count; and of what kind they are."""
    found = list(map(_word, printed))
    lower = {word.folded for word in found if word.is_lower}
    names = Counter(
        [word.folded for word in found if word.is_upper and word.stem and word.folded not in lower]
    )
    return {
        "word": ("word", Counter([word.stem for word in found if word.stem])),
        "name": ("name", names) if names else ("id", {f"id:{entity}": 1 for entity in entities}),
        "figure": ("figure", Counter([word.figure for word in found if word.figure])),
    }


def _vector(kept: int, kind: str, bag: Mapping[str, int], rarity: Rarity) -> Vector:
    weighed: dict[int, float] = {}
    for term, times in bag.items():
        known = _term(kind, term)
        if known is not None:
            weighed[known[0]] = (1 + math.log(times)) * max(rarity.idf(*known), LIGHTEST)
    heaviest = sorted(weighed.items(), key=lambda item: (-item[1], item[0]))[:kept]
    length = math.sqrt(math.fsum(weight * weight for _, weight in heaviest)) or 1.0
    terms = array("I", [number for number, _ in heaviest])
    return Vector(terms.tobytes(), array("f", [weight / length for _, weight in heaviest]).tobytes())


def vectors_of(printed: Sequence[str], entities: Sequence[str], rarity: Rarity) -> Vectors:
    """The three vectors of a text, given as the words of its title and body, none of which folds to nothing.

    In a script without capitals no word shows itself as a name: there the ids of `entities` stand for them.
    """
    bags = _bags(printed[:LEAD], entities)
    return Vectors(**{kind: _vector(KEPT[kind], *bag, rarity) for kind, bag in bags.items()})
