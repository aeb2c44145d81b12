"""Whether a page shows the whole article: full, truncated or paywalled, with the evidence. Pure."""

import re
from collections.abc import Iterable, Sequence

from schemas.records import Access
from services.extractor.literals import Literals
from services.extractor.paragraphs import lines_after
from services.extractor.rules import compile_any, load_rules

FEW_WORDS = 250  # under which a paywall sentence on the page is believed
TEASER_WORDS = 150  # under which "not free" alone means that we hold a teaser
WHOLE_WORDS = 1_000  # from here on neither a paywall sentence nor an ellipsis at the end is believed
CUT_WORDS = 8  # of a last paragraph that is cut off; a shorter one below others is a label: "What say you..."
SHORTFALL = 0.4  # share of the declared length under which the text is a piece
NEXT = 2  # lines after the text that may lead on

_PAGE = load_rules("phrases.toml")["page"]
_WALL = compile_any(_PAGE["wall"])
_WALL_NEEDS = Literals([_PAGE["wall_needs"]])
_ELLIPSIS = compile_any(_PAGE["ellipsis"])
_CUT = compile_any(_PAGE["cut"])


def judge_access(
    text: str,
    lines: Sequence[str] = (),
    free: bool | None = None,
    declared_words: int | None = None,
    cut_in_transit: bool = False,
) -> Access:
    """The verdict and what it rests on.

    `lines`: what the page shows, the text among it. `free`: what the page says of itself
    (isAccessibleForFree), one signal and not the truth. `declared_words`: its own count.
    """
    words = len(text.split())
    evidence = {
        "not-free": free is False and "json-ld: isAccessibleForFree=false",
        "wall": _quote(_WALL, (lines[i] for i in _WALL_NEEDS.lines_with(lines))),
        "cut": _cut(text, words),
        "leads-on": words < FEW_WORDS and _quote(_CUT, lines_after(lines, text, NEXT)),
        "short": f"{words} of {declared_words} words"
        if declared_words and words < SHORTFALL * declared_words
        else "",
        "transit": cut_in_transit and "body cut at the fetch limit",
    }
    shown = {name: str(said) for name, said in evidence.items() if said}
    return Access(verdict=_verdict(frozenset(shown), words), evidence=tuple(shown.values()))


def _verdict(shown: frozenset[str], words: int) -> str:
    if "wall" in shown and (words < FEW_WORDS or ("not-free" in shown and words < WHOLE_WORDS)):
        return "paywalled"
    if "not-free" in shown and (words < TEASER_WORDS or "short" in shown):
        return "paywalled"
    return "truncated" if shown & {"cut", "leads-on", "short", "transit"} else "full"


def _cut(text: str, words: int) -> str:
    """How the text breaks off: in words that lead on, or inside a sentence."""
    last = text[-2_000:].rsplit("\n", 1)[-1]
    label = len(last) < len(text) and len(last.split()) < CUT_WORDS
    broken = words < WHOLE_WORDS and not label and _ELLIPSIS.search(last)
    return f"ends: {text[-40:]}" if broken or _CUT.search(last) else ""


def _quote(pattern: re.Pattern[str], lines: Iterable[str]) -> str:
    """The first short line that says so."""
    return next((f"page: {line[:120]}" for line in lines if len(line) < 400 and pattern.search(line)), "")
