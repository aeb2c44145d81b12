"""Which language a text is written in: script, telling letters and the commonest words. Pure."""

import re
from collections import Counter
from collections.abc import Mapping

from schemas.records import FieldEvidence
from services.extractor.rules import load_rules

SAMPLE = 5_000  # characters looked at
MIN_WORDS = 5
MIN_SHARE = 0.04  # common words per word; every prose sample of these languages has over .1

_LANGUAGES = load_rules("languages.toml")
STOP_WORDS: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split()) for name, words in _LANGUAGES["stop_words"].items()
}
_LATIN = ("en", "de", "fr", "tr", "ku", "az", "es", "it", "pt", "nl", "ro", "id", "pl", "sv")
SCRIPTS: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("arabic", re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]+"), ("ar", "fa", "ckb", "ur", "ps")),
    ("cyrillic", re.compile("[\u0400-\u04ff]+"), ("ru", "uk")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f\u0259]+"), _LATIN),
)
TELLING: Mapping[str, str] = _LANGUAGES["telling_letters"]

SPOKEN = {"kmr": "ku", "arb": "ar", "pes": "fa", "per": "fa", "prs": "fa"}
"""Labels that name the same language by another tag."""
AGREED, DETECTED = 0.99, 0.9

_WORD = re.compile(r"[^\W\d_]+(?:\u200c[^\W\d_]+)*")


def detect_language(text: str) -> str | None:
    """BCP 47 tag of the language, or None where the text is too short or in none of those we know."""
    sample = text[:SAMPLE].casefold()
    words = Counter(_WORD.findall(sample))
    total = words.total()
    counts = [(sum(map(len, letters.findall(sample))), languages) for _, letters, languages in SCRIPTS]
    most, languages = max(counts, key=lambda pair: pair[0])
    if total < MIN_WORDS or most * 2 < sum(count for count, _ in counts):
        return None
    scores = ((_common(name, words) / total + _telling(name, sample), name) for name in languages)
    score, best = max(scores, key=lambda pair: pair[0])
    return best if score >= MIN_SHARE else None


def language_evidence(found: str | None, label: str | None) -> tuple[FieldEvidence, ...]:
    """What the text speaks, and whether the page's label (a primary tag) says the same."""
    if found is None and label is None:
        return ()
    agrees = found is not None and label is not None and SPOKEN.get(label, label) == found
    return (
        FieldEvidence(
            field="language",
            source="text",
            confidence=0.0 if found is None else AGREED if agrees else DETECTED,
            supported_by=("html-lang",) if agrees else (),
            alternatives=() if agrees or label is None else (label,),
        ),
    )


def _common(language: str, words: Mapping[str, int]) -> int:
    """How many words are common ones."""
    return sum(map(words.__getitem__, STOP_WORDS[language] & words.keys()))


def _telling(language: str, sample: str) -> float:
    """A little for each telling letter."""
    return min(0.5, sum(map(sample.count, TELLING.get(language, ""))) / len(sample) * 2)
