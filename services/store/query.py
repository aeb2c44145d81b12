"""What a person types into a search box, as an FTS5 expression that cannot fail. Pure.

Words are all wanted, in any order; "…" (or “…”, «…») is a phrase, -word is unwanted, word* matches
beginnings. Nothing else has a meaning: AND, OR, NEAR, brackets and colons are text.
"""

import re
from dataclasses import dataclass

from services.store.folding import words

LONGEST = 1000  # characters of a query
MOST = 32  # words and phrases in it; FTS5 nests no deeper than 256

QUOTES = str.maketrans(dict.fromkeys("“”„«»＂", '"'))
TERM = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<word>[^\s"]+))')


class BadSearch(ValueError):
    """A search that means nothing; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words in sequence, the last one open at its end where `prefix`."""

    words: tuple[str, ...]
    prefix: bool
    wanted: bool

    @property
    def expression(self) -> str:
        """FTS5 string; words hold letters and digits only, so there is nothing to escape."""
        return f'"{" ".join(self.words)}"' + ("*" if self.prefix else "")


@dataclass(frozen=True, slots=True)
class Query:
    """The wanted terms, for marking them in a text, and the whole as FTS5 reads it."""

    wanted: tuple[Term, ...]
    expression: str


def parse_query(typed: str) -> Query:
    """The query that `typed` means. Raises BadSearch."""
    if len(typed) > LONGEST:
        raise BadSearch(f"the search is {len(typed)} characters long; {LONGEST} are allowed")
    plain = typed.translate(QUOTES)
    if plain.count('"') % 2:
        raise BadSearch(f"a quotation mark is not closed: {typed}")
    terms = [term for found in TERM.finditer(plain) if (term := _term(found)).words]
    if len(terms) > MOST:
        raise BadSearch(f"{len(terms)} words and phrases; {MOST} are allowed")
    wanted = tuple(term for term in terms if term.wanted)
    if not wanted:
        raise BadSearch("nothing to search for: give at least one word without a minus")
    expression = " AND ".join(term.expression for term in wanted)
    unwanted = " OR ".join(term.expression for term in terms if not term.wanted)
    return Query(wanted, f"({expression}) NOT ({unwanted})" if unwanted else expression)


def _term(found: re.Match[str]) -> Term:
    text = found["phrase"] if found["word"] is None else found["word"]
    prefix = bool(found["star"]) or (found["word"] or "").endswith("*")
    return Term(tuple(words(text)), prefix, not found["no"])
