"""Whether what a list says of a page names Iraq or Iran: places, people, organisations, demonyms. Pure.

For sources that write about the whole world, where their block asks for it (`prefilter`). The names are those
that the classifier judges relevance by, read from the same files. Its code is not used, and need not be: here
no place in the text is wanted, and a wrong yes costs one request, so that a coarser folding does. Words in
Arabic script are found with whatever prefix and ending they have; those of Latin script stand alone.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit

import ahocorasick  # type: ignore[import-not-found]  # no stubs exist

from services.fetcher.entries import Entry

SAME_LETTER = str.maketrans({  # what Arabic, Persian and Kurdish keyboards write for one letter
    "ی": "ي", "ى": "ي", "ې": "ي", "ێ": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ە": "ه", "ھ": "ه", "ہ": "ه",
    "ۀ": "ه", "ۆ": "و", "ڕ": "ر", "ڵ": "ل", "ٱ": "ا", "ء": None, "ـ": None, "'": None, "’": None, "‘": None,
    "ʼ": None, "`": None, "´": None, "ʿ": None, "ʾ": None, "ʻ": None, ".": None,
})  # fmt: skip
POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
ARTICLES = frozenset(("al", "el", "ul", "ad", "an", "ar", "as", "ash", "at", "az", "the"))
PREFIXES = ("", "و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "فال", "كال", "لل", "ولل")
ARTICLE = re.compile(r"^ال(?=.{3})")
SHORT = 3  # letters: in Arabic script such a name stands alone or with a prefix, else it is in many words
LAST_LATIN = "\u05ff"


def may_concern(entry: Entry) -> bool:
    """Whether title, summary, categories or address name something of either country.

    So does one that says nothing, for a category alone is too little to leave a page out.
    """
    if not (entry.title or entry.summary):
        return True
    address = urlsplit(entry.url)
    said = (entry.title, entry.summary, *entry.categories, unquote(address.path), unquote(address.query))
    return any(True for _ in _names().iter(_folded(" ".join(each or "" for each in said))))


PASSED = b"passed-over:"
"""What is remembered of a page that names neither country begins with this."""


def passed_over(entry: Entry) -> bytes:
    """What is remembered of a page that was not asked for: said otherwise, it is judged anew."""
    said = "\n".join((f"{entry.title}\n{entry.summary}", *sorted(entry.categories))).encode(
        "utf-8", "replace"
    )
    return PASSED + hashlib.sha256(said).hexdigest()[:16].encode()


def was_passed_over(remembered: bytes) -> bool:
    """Whether this is remembered of a page that was not asked for."""
    return remembered.startswith(PASSED)


def _folded(text: str) -> str:
    """Its words in one spelling, a blank around each."""
    text = unicodedata.normalize("NFKD", POSSESSIVE.sub("", text)).translate(SAME_LETTER)
    bare = "".join(each for each in text if not unicodedata.combining(each)).casefold()
    words = (word for word in WORD.findall(bare) if word not in ARTICLES)
    return f" {' '.join(words)} "


@lru_cache(maxsize=1)
def _names() -> "ahocorasick.Automaton":
    """Finds every name of the tables in folded text."""
    automaton = ahocorasick.Automaton()
    for form in _forms():
        for spelt in _spelt(_folded(form).strip()):
            automaton.add_word(spelt, True)
    automaton.make_automaton()
    return automaton


def _spelt(name: str) -> Iterator[str]:
    """How a folded name may stand in folded text."""
    if name > LAST_LATIN:
        name = ARTICLE.sub("", name)
        if len(name) > SHORT:
            yield name
        elif name:
            yield from (f" {prefix}{name} " for prefix in PREFIXES)
    elif name:
        yield f" {name} "


def _forms() -> Iterator[str]:
    """Every name of both countries, those that spinners make of them and surnames included."""
    folder = files("services") / "classifier" / "data" / "countries"
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            for entry in tomllib.loads(file.read_text("utf-8"))["entries"]:
                yield from _forms_of(entry)


def _forms_of(entry: dict[str, Any]) -> Iterator[str]:
    if not entry.get("name_is_no_form"):
        yield entry["name"]
    for kind in ("forms", "short", "spun"):
        yield from entry.get(kind, ())
