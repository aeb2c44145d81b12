"""Words into the pieces of a vocabulary, as uncased BERT reads them (arXiv 1810.04805, 1609.08144). Pure."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
LONGEST = 100  # characters of a word; a longer one is unknown
# Blocks of Chinese characters, each of which is a word of its own.
IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class Pieces:
    """A vocabulary; the number of a piece is its line. Pieces within a word begin with ##."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary)}

    def numbers(self, text: str, most: int) -> list[int]:
        """The pieces of a text between START and END, `most` at most with these two."""
        found = [self._numbers[START]]
        for word in words(text):
            found += self._in_word(word)
            if len(found) >= most - 1:
                break
        return [*found[: most - 1], self._numbers[END]]

    def _in_word(self, word: str) -> list[int]:
        """The longest piece that begins the word, then the longest that goes on; UNKNOWN if none does."""
        found, at = [], 0
        while at < len(word) <= LONGEST:
            mark = "##" if at else ""
            ends = (end for end in range(len(word), at, -1) if mark + word[at:end] in self._numbers)
            end = next(ends, None)
            if end is None:
                break
            found.append(self._numbers[mark + word[at:end]])
            at = end
        return found if at == len(word) else [self._numbers[UNKNOWN]]


def words(text: str) -> Iterator[str]:
    """Lower-case words without accents; marks of punctuation and ideographs are words of their own."""
    word = ""
    for char in text:
        for part, alone in _read(char):
            if alone and word:
                yield word
                word = ""
            if not alone:
                word += part
            elif part:
                yield part
    if word:
        yield word


@lru_cache(maxsize=4096)
def _read(char: str) -> tuple[tuple[str, bool], ...]:
    """What is left of a character, and whether each part stands alone; "" standing alone is a space."""
    if char.isspace():
        return (("", True),)
    if unicodedata.category(char)[0] == "C" or char == "\N{REPLACEMENT CHARACTER}":
        return ()
    bare = (part for part in unicodedata.normalize("NFD", char) if unicodedata.category(part) != "Mn")
    return tuple((part.lower(), _alone(part)) for part in bare)


def _alone(char: str) -> bool:
    ascii_mark = char.isascii() and not char.isalnum()
    ideograph = any(first <= ord(char) <= last for first, last in IDEOGRAPHS)
    return ascii_mark or ideograph or unicodedata.category(char)[0] == "P"
