"""Words as the tables spell them, each with its place in the original text.

Folding makes `Asa'ib Ahl al-Haq`, `Asaib Ahl Al Haq` and `Asa’ib ahl-ul-Haqq` look alike and `والعراق`
look like `العراق`. Offsets survive it: a folded word knows which code points it came from, so a match
in the folded text is an exact slice of the original.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_APOSTROPHES = "'’‘ʼ`´"
_WORD = re.compile(
    rf"[A-Za-z](?:\.[A-Za-z])+\b\.?"  # U.S., U.N, I.A.E.A.
    rf"|[^\W_]+(?:[{_APOSTROPHES}{_MARKS}]+[^\W_]+)*[{_MARKS}]*"
)
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}][sS]$")
_BREAK = re.compile(r"[.!?;:()\[\]{}؛؟…•|—–]|\n\s*\n")
_AS_DOT = dict.fromkeys(map(ord, _APOSTROPHES + ".ʿʾʻـ"))

# Letters that Persian, Kurdish and Arabic keyboards write differently for one and the same name.
_SAME_LETTER = str.maketrans({
    "ی": "ي", "ى": "ي", "ې": "ي", "ێ": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ە": "ه", "ھ": "ه", "ہ": "ه",
    "ۀ": "ه", "ۆ": "و", "ڕ": "ر", "ڵ": "ل", "ٱ": "ا", "ء": None,
})  # fmt: skip
_ARABIC_ARTICLE = re.compile(r"^(?:([وفبك])?ال|لل)(?=.{3})", re.DOTALL)

_ARTICLES = frozenset({"al", "el", "ul"})
_SUN_ARTICLES = frozenset({"ad", "an", "ar", "as", "ash", "at", "az"})  # only when hyphenated: as-Sudani
_ANY_ARTICLE = _ARTICLES | _SUN_ARTICLES
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "dr", "gen", "maj", "brig", "lt", "col", "capt", "sgt", "adm", "sen", "rep", "gov",
    "prof", "sec", "st", "jr", "no", "vs", "hon", "amb",
})  # fmt: skip
BREAK, COMMA = "|", ","
LAST_LATIN = "\u05ff"  # what follows is Arabic script, as far as the tables go


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded words, parted by one blank, with one blank before and after; `|` stands where a
    phrase ends, `,` for a comma.

    `begins[i]` is where word i begins in `text`; `starts[i]`, `ends[i]` bound it in the original.
    """

    text: str
    begins: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def word_at(self, position: int) -> int:
        """Number of the word that covers this position of the folded text."""
        return bisect_right(self.begins, position) - 1

    def slice_of(self, begin: int, end: int) -> tuple[int, int]:
        """Start and end in the original of the folded words between `begin` and `end` (exclusive)."""
        return self.starts[self.word_at(begin)], self.ends[self.word_at(end - 1)]


@lru_cache(maxsize=20_000)
def fold_word(word: str) -> str:
    """A word in lower case without accents, apostrophes, dots and vowel signs; may be empty."""
    if word.isalnum() and word.isascii():
        return word.lower()
    if word.isascii():
        return word.lower().translate(_AS_DOT)
    bare = unicodedata.normalize("NFKD", word).translate(_AS_DOT).translate(_SAME_LETTER)
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold()


def _mark(gap: str, before: str) -> str:
    """What stands between two words: BREAK, COMMA or nothing. A dot after an initial or a rank is nothing."""
    if gap in {" ", "-", ""}:
        return ""
    if gap[0] == "." and (len(before) == 1 or before in _ABBREVIATIONS):
        gap = gap[1:]
    if _BREAK.search(gap):
        return BREAK
    return COMMA if "," in gap or "،" in gap else ""


def _without_possessive(word: str, end: int) -> tuple[str, int]:
    """The word and where it ends, without 's."""
    if len(word) > 2 and _POSSESSIVE.search(word):
        return word[:-2], end - 2
    return word, end


def _without_article(folded: str, word: str) -> tuple[str, int]:
    """The folded word without Arabic wa-, bi-, al-; how many letters before `al-` are not the name's."""
    found = _ARABIC_ARTICLE.match(folded)
    if found is None:
        return folded, 0
    conjunction = 1 if found[1] and len(folded) == len(word) else 0
    return folded[found.end() :], conjunction


def _is_article(folded: str, following: str) -> bool:
    return folded in _ARTICLES or (folded in _SUN_ARTICLES and following == "-")


def _words(text: str) -> Iterator[tuple[str, int, int, str]]:
    """Of every word: folded, where it begins and ends, and the mark that stands before it."""
    last_end, before = 0, ""
    for match in _WORD.finditer(text):
        word = match[0]
        start, whole_end = match.span()
        if word.isalnum():
            end, folded = whole_end, word.lower() if word.isascii() else fold_word(word)
        else:
            word, end = _without_possessive(word, whole_end)
            folded = fold_word(word)
        if not folded:
            continue
        mark = ""
        if last_end and (gap := text[last_end:start]) != " ":
            mark = _mark(gap, before)
        last_end, before = whole_end, folded
        if folded[0] > LAST_LATIN:
            folded, skipped = _without_article(folded, word)
            start += skipped
        yield folded, start, end, mark


def fold(text: str) -> Folded:
    """Every word of `text`, folded, with its offsets. Latin and Arabic articles are not words of their own:
    a name begins where its article begins."""
    parts: list[str] = [""]
    begins: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    position, article = 1, -1
    for folded, start, end, mark in _words(text):
        if mark and begins:
            parts.append(mark)
            position, article = position + 2, -1
        if folded == "the":
            continue
        if folded in _ANY_ARTICLE and _is_article(folded, following := text[end : end + 1]):
            article = start if following in {"-", " "} else -1
            continue
        if article >= 0:
            start = article if text[start].isupper() else start
            article = -1
        parts.append(folded)
        begins.append(position)
        starts.append(start)
        ends.append(end)
        position += len(folded) + 1
    return Folded(" ".join([*parts, ""]), tuple(begins), tuple(starts), tuple(ends))


def fold_phrase(phrase: str) -> str:
    """A phrase of a table as it stands in folded text: `Asa'ib Ahl al-Haq` gives `asaib ahl haq`."""
    return fold(phrase).text.strip()
