"""How grave what an article tells is, by its own words: the dead and the hurt, or that nobody was. Pure.

The words of the title and the first sentences. A year is no number of dead, nor what an attack is claimed by.
"""

import re
from dataclasses import dataclass

FRONT_CHARS = 900  # of the text that are looked at

_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "dozens": 24, "scores": 40, "hundred": 100, "hundreds": 200,
    "thousand": 1_000, "thousands": 2_000,
}  # fmt: skip
_COUNT = rf"(?<![\d.,])(?P<count>(?!(?:19|20)\d\d\b)\d{{1,5}}(?:,\d{{3}})?(?![\d.,]*\d)|{'|'.join(_NUMBERS)})"
_WORD = r"(?:[^\W\d][\w-]*)"  # what stands between is no other number
_GONE = r"(?:killed|dead|died|deaths?|martyred|executed|hanged|drowned)"
_TOLLS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_COUNT}\s(?:{_WORD}\s){{0,4}}?{_GONE}\b",
        rf"\bkill(?:s|ed|ing)?\s(?:at least |more than |about |some |nearly )?{_COUNT}\b",
        rf"\bclaim(?:s|ed|ing)?\s(?:at least |more than |about |some |nearly )?{_COUNT}\slives\b",
        rf"\bdeath toll\b[^.]{{0,40}}?\b{_COUNT}\b",
        r"(?P<count>[0-9٠-٩۰-۹]{1,5})\s(?:\w+\s){0,3}?(?:قتيل|قتلى|شهيد|شهداء|کشته|جان باخت)",
    )
)
_TELLING = re.compile(r"[kdmehc](?:ill|ead|ied|eath|artyr|xecut|ang|rown|laim)|قت|شه|کشته|جان", re.IGNORECASE)
"""Without which there is no toll: one search instead of five."""
_HURT = r"(?:casualt\w+|injur\w+|hurt|killed|deaths?|dead|victims|wounded)"
_NOBODY = re.compile(
    rf"\b(?:no|without|nobody|no one|none)\b[^.]{{0,30}}\b{_HURT}\b|\b(?:unhurt|unharmed)\b"
    r"|(?:دون وقوع|بدون) (?:إصابات|ضحايا|خسائر)|بدون تلفات|تلفاتی نداشت",
    re.IGNORECASE,
)
STEPS = ((100, 0.2), (10, 0.12), (1, 0.06))
"""Dead from which on an article matters so much more."""

NOBODY = -0.08


@dataclass(frozen=True, slots=True)
class Severity:
    """What is added to importance, and why; 0 and "" where the words say nothing of the kind."""

    added: float = 0.0
    because: str = ""


def tell_severity(title: str, text: str) -> Severity:
    """By the largest number of dead that the front tells of, or that it says nobody was hurt."""
    front = f"{title}. {text[:FRONT_CHARS]}"
    tolls = _TOLLS if _TELLING.search(front) else ()
    dead = max((_number(found["count"]) for toll in tolls for found in toll.finditer(front)), default=0)
    for least, added in STEPS:
        if dead >= least:
            return Severity(added, f"tells of {dead} dead")
    return Severity(NOBODY, "says that nobody was hurt") if _NOBODY.search(front) else Severity()


def _number(told: str) -> int:
    digits = "".join(character for character in told if character.isdigit())
    return int(digits) if digits else _NUMBERS[told.lower()]
