"""What a number of dead or hurt can mean, by the words around it: "at least", "about", "up to". Pure."""

import re
from typing import NamedTuple

from services.tolls import ENDLESS, GONE, HURT, NUMBER, Toll, number_of

ABOUT = 0.15  # by how much a round number may be off
ATTACKER = 2  # people by which totals differ that count an attacker and that do not

_AT_LEAST = re.compile(
    r"\b(?:at least|more than|over|no (?:fewer|less) than|a minimum of|upwards of)\s(?:a\s)?\Z", re.IGNORECASE
)
_AT_MOST = re.compile(r"\b(?:up to|as many as|fewer than|less than|nearly|almost)\s(?:a\s)?\Z", re.IGNORECASE)
_ROUND = re.compile(
    r"\b(?:about|around|some|roughly|approximately|an estimated|nearly|almost)\s(?:a\s)?\Z", re.IGNORECASE
)
_FROM = re.compile(
    rf"(?P<lead>\b(?:from|between)\s)?(?P<first>\b{NUMBER})(?:\s(?:to|or|and)\s|\s?[-–]\s?)\Z", re.IGNORECASE
)
_OR_MORE = re.compile(r"\sor more\b", re.IGNORECASE)
_NO_VERB = rf"(?:(?!{GONE}|{HURT})[^\W\d][\w.]*\s)"
# Others counted in the same breath, before or after: "a soldier and three guards were killed".
_AND_BEFORE = re.compile(
    rf"\b(?:an?|{NUMBER})\s{_NO_VERB}{{1,3}}and\s(?:at least\s)?(?:an?\s|{NUMBER}\s)?\Z", re.IGNORECASE
)
_AND_AFTER = re.compile(
    rf"[^.,;]{{0,40}}?\band\s(?:at least\s)?(?:an?|{NUMBER})\s(?P<rest>[^.,;]{{0,40}})", re.IGNORECASE
)
_THE_HURT = re.compile(rf"\b{HURT}\b", re.IGNORECASE)
_LEAST_OF_ALL = re.compile(rf"\b(?:at least|more than)\s{NUMBER}\b[^,;.]*\Z", re.IGNORECASE)
_ATTACKER = re.compile(r"\b(?:attackers?|bombers?|himself|themselves|suicide)\b", re.IGNORECASE)
_REVISED = re.compile(
    r"\b(?:(?:ris(?:es|en|ing)|rose|climb\w*|grew|grown|rais\w+|revis\w+|lower\w*|correct\w*|updat\w+"
    r"|increas\w+|jump\w*|went up)\b[^.]{0,40}\b(?:to|at)"
    r"|now(?: (?:stands|stood) at| puts? (?:it|the toll) at)?)"
    r"\s(?:at least\s|more than\s)?\Z",
    re.IGNORECASE,
)


class Counted(NamedTuple):
    """A number as a span, the words for it, and whether it says that an earlier one no longer holds."""

    low: int
    high: int
    value: str
    revises: bool


def counted(text: str, toll: Toll, told: str) -> Counted:
    """The number of a toll; `told` is the stretch of the sentence that belongs to it."""
    before = text[: toll.at]
    range_ = _FROM.search(before)
    moved = range_ is not None and (range_["lead"] or "").lower().startswith("from")
    low, high, value = _span(text, toll, before, None if moved else range_)
    if _AND_BEFORE.search(before) or _and_after(text, toll) or _LEAST_OF_ALL.search(before):
        high = ENDLESS
    if _ATTACKER.search(told):
        low, high = max(0, low - ATTACKER), high + ATTACKER
    return Counted(low, min(high, ENDLESS), value, moved or _REVISED.search(before) is not None)


def _span(text: str, toll: Toll, before: str, range_: re.Match[str] | None) -> tuple[int, int, str]:
    low, about, high = toll.number
    value = str(about) if low == high else text[toll.at : toll.until].lower()
    if range_ is not None:
        low = min(low, number_of(range_["first"]).low)
        return low, high, f"{low} to {high}"
    if words := _AT_LEAST.search(before):
        return low, ENDLESS, f"{words.group().lower()}{value}"
    if _OR_MORE.match(text, toll.until):
        return low, ENDLESS, f"{value} or more"
    if words := _ROUND.search(before):
        return int(low * (1 - ABOUT)), int(high * (1 + ABOUT)) + 1, f"{words.group().lower()}{value}"
    if words := _AT_MOST.search(before):
        return 0, high, f"{words.group().lower()}{value}"
    return low, high, value


def _and_after(text: str, toll: Toll) -> bool:
    more = _AND_AFTER.match(text, toll.until)
    return more is not None and _THE_HURT.search(more["rest"]) is None
