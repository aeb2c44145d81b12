"""Whom a number of dead or hurt counts: people, a group, some of them, or none. Loads data/people.toml."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from services.linker.data_files import read_table
from services.tolls import NUMBER, Toll

LOOKED = 60  # characters after a number
_AUXILIARY = frozenset(
    ("was", "were", "are", "is", "have", "has", "had", "been", "being", "reported", "reportedly", "confirmed",
     "left", "also")
)  # fmt: skip
_JOINS = frozenset(("and", "or", "but", "who", "that", "which", "while", "when", "as", "after"))
_STOPS = frozenset(
    ("in", "on", "at", "near", "inside", "outside", "by", "from", "aboard", "across", "around", "along",
     "during", "after", "when", "as", "and", "including", "with", "overnight", "early", "late", "while",
     "before", "west", "east", "north", "south", "so", "but", "of", "were", "was", "or", "to",
     "dead", "lives")
)  # fmt: skip
_TOKEN = re.compile(r"[^\W_][\w’'-]*|[^\w\s]")
_OF = re.compile(r"\s+of\b", re.IGNORECASE)
_ACTIVE = re.compile(
    rf"\s(?:an?|the|his|her|its|their|him|them|at least|more than|dozens|people|{NUMBER})\b", re.IGNORECASE
)


class Who(NamedTuple):
    """Who is counted. `group` is "" for people; `kind` says whether a number counts all of them."""

    kind: str  # all | some | others (beside those that were counted before) | nobody
    group: str = ""
    told: str = ""  # the words for them, as printed


ANYBODY, SOME, OTHERS, NOBODY = Who("all"), Who("some"), Who("others"), Who("nobody")


@lru_cache(maxsize=1)
def _people() -> Mapping[str, str]:
    """The group that each word is of; "" for people."""
    table = read_table("people.toml")
    groups = (words.split(" ") for words in table["groups"])
    return dict.fromkeys(table["anybody"], "") | {word: words[0] for words in groups for word in words}


def who(text: str, toll: Toll) -> Who:
    """Whom the number of a toll counts."""
    if not toll.verb:
        return ANYBODY  # "death toll: 12", "claimed 12 lives"
    if text[: toll.end].lower().endswith(toll.verb) and toll.until <= toll.end - len(toll.verb):
        return _before_verb(text, toll)
    return _after_number(text, toll)


def _before_verb(text: str, toll: Toll) -> Who:
    """`five people were killed`, `five people, two of them children, were killed`."""
    told, aside, _ = text[toll.until : toll.end - len(toll.verb)].partition(",")
    between, passive = told.split(), bool(aside)
    while between and between[-1].lower() in _AUXILIARY:
        between.pop()
        passive = True
    if passive and between and between[-1].lower() == "who":
        between.pop()
    if any(word.lower() in _JOINS for word in between):
        return NOBODY
    if not passive and toll.verb.endswith("ed") and _ACTIVE.match(text, toll.end):
        return NOBODY  # "five gunmen killed two guards"
    if between[:1] == ["of"]:
        between = between[1:]  # "dozens of people"
    return _group(between) if between else ANYBODY


def _after_number(text: str, toll: Toll) -> Who:
    """`killed five people`, `kills five in Kirkuk`."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text[toll.until : toll.until + LOOKED]):
        if token.lower() in _STOPS or not token[0].isalnum():
            break
        tokens.append(token)
    if not tokens and _OF.match(text, toll.until):
        return SOME  # "killed five of its members"
    return _group(tokens) if tokens else ANYBODY


def _group(words: Sequence[str]) -> Who:
    """The people that begin a phrase: adjectives, then a noun, then at most where they were."""
    for place, raw in enumerate(words[:4]):
        word, before = raw.lower(), [each.lower() for each in words[:place]]
        group, rest = _people().get(word), [each.lower() for each in words[place + 1 :]]
        told = " ".join(words[: place + 1])
        if word in ("others", "other", "more"):
            return OTHERS
        if group == "":
            return Who("all", " ".join((*before, "people")), told) if before else ANYBODY
        if group and not (rest and (_people().get(rest[0]) or _is_adjunct(word, rest[0]))):
            return Who("all", " ".join((*(each for each in before if each != group), group)), told)
        if group is None and raw[0].isupper() and word.endswith("s") and not rest:
            return Who("all", " ".join((*before, word)), told)  # Yemenis
    return NOBODY


def _is_adjunct(word: str, following: str) -> bool:
    """Whether a noun that is not plural only tells the kind of the next: "three police dogs"."""
    return following not in _STOPS and not word.endswith(("s", "men", "women", "children"))
