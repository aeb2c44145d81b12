"""What class names, ids and tags say about a part of a page: bits by the vocabulary in blocks.toml. Pure."""

from collections.abc import Iterator
from functools import lru_cache

import ahocorasick  # type: ignore[import-not-found]  # no stubs exist

from services.extractor.rules import load_rules

_VOCABULARY = load_rules("blocks.toml")["classes"]
CLASSES = tuple(_VOCABULARY)
TAGS = (
    "nav", "header", "footer", "aside", "form", "figure", "figcaption", "article", "main", "ul", "ol", "li",
    "table", "blockquote", "section", "address", "button", "details",
)  # fmt: skip
EDGE = "|"  # in a word of the vocabulary: where a word begins or ends
NAMES = (*CLASSES, *(f"<{tag}>" for tag in TAGS))  # in the order of the bits


def _automaton() -> ahocorasick.Automaton:
    """All words. The value of each is (rank, length, bit of its class, whether it begins and ends a word)."""
    found = ahocorasick.Automaton()
    words = ((i, word) for i, name in enumerate(CLASSES) for word in _VOCABULARY[name])
    for rank, (i, word) in enumerate(words):
        bare = word.strip(EDGE)
        found.add_word(bare, (rank, len(bare), 1 << i, word.startswith(EDGE), word.endswith(EDGE)))
    found.make_automaton()
    return found


_TAG_BIT = {tag: 1 << (len(CLASSES) + i) for i, tag in enumerate(TAGS)}


_WORDS = _automaton()


@lru_cache(maxsize=50_000)
def bits_of(tag: str, said: str) -> int:
    """Bits of an element with this tag and these names, separated by spaces."""
    bits = _TAG_BIT.get(tag, 0)
    if said:
        end = 0
        for start, _, length, bit in sorted(_found_in(said.lower())):
            if start >= end:
                end = start + length
                bits |= bit
    return bits


def _found_in(said: str) -> Iterator[tuple[int, int, int, int]]:
    """(start, rank, length, bit) of every word of the vocabulary, overlapping ones too."""
    for last, (rank, length, bit, begins, ends) in _WORDS.iter(said):
        start = last - length + 1
        if begins and start and _is_word(said[start - 1]) == _is_word(said[start]):
            continue
        if ends and last + 1 < len(said) and _is_word(said[last]) == _is_word(said[last + 1]):
            continue
        yield start, rank, length, bit


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
