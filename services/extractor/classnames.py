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

_PATTERN = re.compile("|".join(f"(?P<c{i}>{'|'.join(_VOCABULARY[name])})" for i, name in enumerate(CLASSES)))
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
        bits |= 1 << int(str(found.lastgroup)[1:])
    return bits
