"""One spelling for search: what people type and what papers print, made equal. Pure.

Unicode compatibility forms and marks go (NFKD), then the rules of Lucene's Arabic and Persian
normalisers: alef, yeh, kaf and heh variants are one letter each, tatweel is dropped, the zero-width
non-joiner is a word boundary, digits are ASCII. Both the index and the query are folded.
"""

import re
import unicodedata
from collections.abc import Sequence

VARIANTS = {
    "ى": "ي",  # alef maksura, as Egyptian papers write final yeh
    "ی": "ي",  # Farsi yeh
    "ے": "ي",  # yeh barree
    "ک": "ك",  # keheh
    "ة": "ه",  # teh marbuta
    "ہ": "ه",  # heh goal
    "ە": "ه",  # ae, Kurdish
    "ھ": "ه",  # heh doachashmee
    "ٱ": "ا",  # alef wasla
    "ـ": "",  # tatweel
    "\u200c": " ",  # zero-width non-joiner
}
DROPPED = {"Mn", "Me", "Cf"}  # marks; joiners, direction marks, soft hyphens
SPACED = {"Cc", "Cs", "Cn"}  # controls (NUL ends a C string), surrogates (no UTF-8), unassigned

ASCII = re.compile(r"[\x20-\x7e\n]*")


def _fold_character(character: str) -> str:
    if character in VARIANTS:
        return VARIANTS[character]
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in SPACED:
        return " "
    if category in DROPPED:
        return ""
    plain = unicodedata.normalize("NFKD", character)
    kept = "".join(VARIANTS.get(part, part) for part in plain if unicodedata.category(part) not in DROPPED)
    return unicodedata.normalize("NFC", kept).casefold()


class _Folded(dict[int, str]):
    """Filled as characters are met: str.translate asks for each code point."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _fold_character(chr(code))
        return found


_FOLDED = _Folded()


def fold(text: str) -> str:
    """The search form of a text; folding it again changes nothing."""
    return text.lower() if ASCII.fullmatch(text) else text.translate(_FOLDED)


def fold_in_place(text: str) -> tuple[str, Sequence[int]]:
    """The search form, and for each of its characters the index in `text` it came from."""
    if ASCII.fullmatch(text):
        return text.lower(), range(len(text))
    pieces = [_FOLDED[ord(character)] for character in text]
    return "".join(pieces), [at for at, piece in enumerate(pieces) for _ in piece]


WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The folded words of a text, as the search index cuts them."""
    return WORD.findall(fold(text))
