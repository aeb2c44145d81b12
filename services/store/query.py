"""What a person types into a search box, as an expression of the engine's index that cannot fail. Pure.

Words are all wanted, in any order; "…" (or “…”, «…») is a phrase, -word is unwanted, word* matches
beginnings. Nothing else has a meaning: AND, OR, NEAR, brackets and colons are text.
"""

import re
from dataclasses import dataclass

from services.store.folding import words

LONGEST = 1000  # characters of a query
MOST = 32  # words and phrases in it; FTS5 nests no deeper than 256
CUT = 500  # characters of one word, 2000 bytes at most

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


@dataclass(frozen=True, slots=True)
class Query:
    """All the wanted terms and none of the others."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]


# Words hold letters and digits only, so there is nothing to escape in either language.


def fts5(query: Query) -> str:
    """The expression for SQLite's index (sqlite.org/fts5.html, section 3)."""

    def term(each: Term) -> str:
        return f'"{" ".join(each.words)}"' + ("*" if each.prefix else "")

    wanted = " AND ".join(map(term, query.wanted))
    unwanted = " OR ".join(map(term, query.unwanted))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def tsquery(query: Query) -> str:
    """The expression for PostgreSQL's to_tsquery, which refuses words over 2046 bytes."""

    def term(each: Term) -> str:
        return " <-> ".join(f"'{word[:CUT]}'" for word in each.words) + (":*" if each.prefix else "")

    wanted = " & ".join(map(term, query.wanted))
    unwanted = " | ".join(map(term, query.unwanted))
    return f"{wanted} & !({unwanted})" if unwanted else wanted


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
    return Query(wanted, tuple(term for term in terms if not term.wanted))


def _term(found: re.Match[str]) -> Term:
    text = found["phrase"] if found["word"] is None else found["word"]
    prefix = bool(found["star"]) or (found["word"] or "").endswith("*")
    return Term(tuple(words(text)), prefix, not found["no"])
