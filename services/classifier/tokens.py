"""Words as the tables spell them, each with its place in the original text.

Folding makes `Asa'ib Ahl al-Haq`, `Asaib Ahl Al Haq` and `Asa’ib ahl-ul-Haqq` look alike and `والعراق`
look like `العراق`. Offsets survive it: a folded word knows which code points it came from, so a match
in the folded text is an exact slice of the original.
"""

import re
import unicodedata
from bisect import bisect_right
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
_UNCOUNTED = _ARTICLES | _SUN_ARTICLES | {"the"}
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "dr", "gen", "maj", "brig", "lt", "col", "capt", "sgt", "adm", "sen", "rep", "gov",
    "prof", "sec", "st", "jr", "no", "vs", "hon", "amb",
})  # fmt: skip
BREAK, COMMA = "|", ","
LONG = 40  # characters between two blanks; longer ones hardly come back
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
    if gap[:1] == "." and (len(before) == 1 or before in _ABBREVIATIONS):
        gap = gap[1:]
    return _remembered_mark(gap) if len(gap) < LONG else _read_mark(gap)


def _read_mark(gap: str) -> str:
    if _BREAK.search(gap):
        return BREAK
    return COMMA if "," in gap or "،" in gap else ""


_remembered_mark = lru_cache(maxsize=1_000)(_read_mark)


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


_Word = tuple[str, str, int, int, str]
"""Folded, the same with its Arabic article, where it begins and ends, and what is before it."""


def _read_token(token: str) -> tuple[tuple[_Word, ...], str]:
    """The words of what stands between two blanks, and what follows them, with the blank."""
    words: list[_Word] = []
    last_end = 0
    for match in _WORD.finditer(token):
        start, whole_end = match.span()
        word, end = _without_possessive(match[0], whole_end)
        whole = fold_word(word)
        if not whole:
            continue
        folded, skipped = _without_article(whole, word) if whole[0] > LAST_LATIN else (whole, 0)
        words.append((folded, whole, start + skipped, end, token[last_end:start]))
        last_end = whole_end
    return tuple(words), token[last_end:] + " "


_remembered_token = lru_cache(maxsize=20_000)(_read_token)  # most words come back


def fold(text: str) -> Folded:
    """Every word of `text`, folded, with its offsets. Latin and Arabic articles are not words of their own:
    a name begins where its article begins."""
    parts: list[str] = [""]
    begins: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    position, article, at = 1, -1, 0
    gap = before = ""
    for token in text.split(" "):
        words, tail = _remembered_token(token) if len(token) < LONG else _read_token(token)
        for folded, whole, begin, finish, lead in words:
            gap += lead
            if gap != " " and before and (mark := _mark(gap, before)) and begins:
                parts.append(mark)
                position, article = position + 2, -1
            gap, before = "", whole
            start, end = at + begin, at + finish
            if folded in _UNCOUNTED:
                if folded == "the":
                    continue
                if _is_article(folded, following := text[end : end + 1]):
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
        gap += tail
        at += len(token) + 1
    return Folded(" ".join([*parts, ""]), tuple(begins), tuple(starts), tuple(ends))


def fold_phrase(phrase: str) -> str:
    """A phrase of a table as it stands in folded text: `Asa'ib Ahl al-Haq` gives `asaib ahl haq`."""
    return fold(phrase).text.strip()
