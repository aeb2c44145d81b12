"""What class names, ids and tags say about a part of a page: bits by the vocabulary in blocks.toml. Pure."""

import re
from functools import lru_cache

from services.extractor.rules import load_rules

_VOCABULARY = load_rules("blocks.toml")["classes"]
CLASSES = tuple(_VOCABULARY)
TAGS = (
    "nav", "header", "footer", "aside", "form", "figure", "figcaption", "article", "main", "ul", "ol", "li",
    "table", "blockquote", "section", "address", "button", "details",
)  # fmt: skip
NAMES = (*CLASSES, *(f"<{tag}>" for tag in TAGS))  # in the order of the bits


def _by_first_letter() -> tuple[re.Pattern[str], tuple[int, ...]]:
    """One pattern of all words, and the bit of the class that each of its groups stands for.

    At each place it looks only at those that begin so, which is twice as fast; of two classes that fit
    the first one counts.
    """
    starts: dict[str, dict[int, list[str]]] = {}
    for i, name in enumerate(CLASSES):
        for word in _VOCABULARY[name]:
            edge, first, rest = _WORD.findall(word)[0]
            starts.setdefault(first, {}).setdefault(i, []).append(rf"(?<=\b{first}){rest}" if edge else rest)
    groups = {
        first: "|".join(f"({'|'.join(rests)})" for rests in each.values()) for first, each in starts.items()
    }
    pattern = "|".join(f"{first}(?:{within})" for first, within in groups.items())
    return re.compile(pattern), tuple(1 << i for each in starts.values() for i in each)


_WORD = re.compile(r"(\\b)?(\[[^]]*\]|.)(.*)")
_PATTERN, _BIT_OF_GROUP = _by_first_letter()
_TAG_BIT = {tag: 1 << (len(CLASSES) + i) for i, tag in enumerate(TAGS)}


@lru_cache(maxsize=50_000)
def bits_of(tag: str, said: str) -> int:
    """Bits of an element with this tag and these names, separated by spaces."""
    bits = _TAG_BIT.get(tag, 0)
    for token in said.split():
        bits |= _bits_of_token(token)
    return bits


@lru_cache(maxsize=50_000)
def _bits_of_token(token: str) -> int:
    bits = 0
    for found in _PATTERN.finditer(token.lower()):
        bits |= _BIT_OF_GROUP[(found.lastindex or 0) - 1]
    return bits
