"""Whether a page shows the whole article: full, truncated or paywalled, with the evidence. Pure."""

import re
from collections.abc import Sequence

from schemas.records import Access
from services.extractor.rules import compile_any, load_rules

FEW_WORDS = 250  # under which a paywall sentence on the page is believed
TEASER_WORDS = 150  # under which "not free" alone means that we hold a teaser
SHORTFALL = 0.4  # share of the declared length under which the text is a piece

_PAGE = load_rules("phrases.toml")["page"]
_WALL = compile_any(_PAGE["wall"])
_CUT = compile_any(_PAGE["cut"])


def judge_access(
    text: str,
    lines: Sequence[str] = (),
    free: bool | None = None,
    declared_words: int | None = None,
    cut_in_transit: bool = False,
) -> Access:
    """The verdict and what it rests on.

    `lines`: what the page shows beside the text. `free`: what the page says of itself
    (isAccessibleForFree), one signal and not the truth. `declared_words`: its own count.
    """
    words = len(text.split())
    evidence = {
        "not-free": free is False and "json-ld: isAccessibleForFree=false",
        "wall": _quote(_WALL, lines),
        "cut": f"ends: {text[-40:]}" if _CUT.search(text[-200:]) else "",
        "short": f"{words} of {declared_words} words"
        if declared_words and words < SHORTFALL * declared_words
        else "",
        "transit": cut_in_transit and "body cut at the fetch limit",
    }
    shown = {name: str(said) for name, said in evidence.items() if said}
    return Access(verdict=_verdict(frozenset(shown), words), evidence=tuple(shown.values()))


def _verdict(shown: frozenset[str], words: int) -> str:
    if "wall" in shown and (words < FEW_WORDS or "not-free" in shown):
        return "paywalled"
    if "not-free" in shown and (words < TEASER_WORDS or "short" in shown):
        return "paywalled"
    return "truncated" if shown & {"cut", "short", "transit"} else "full"


def _quote(pattern: re.Pattern[str], lines: Sequence[str]) -> str:
    """The first short line that says so."""
    return next((f"page: {line[:120]}" for line in lines if len(line) < 400 and pattern.search(line)), "")
