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
_BREAKS = bytes(code if chr(code).isalpha() or code > 0x7F else 0x20 for code in range(0x100))
_FEW = 40  # different signs beyond ASCII that are not letters; ordinary texts have fewer

_SPEAKERS: Mapping[str, tuple[str, ...]] = {
    word: tuple(name for name, words in STOP_WORDS.items() if word in words)
    for word in frozenset().union(*STOP_WORDS.values())
}
"""The languages that a common word is common in."""


def detect_language(text: str) -> str | None:
    """BCP 47 tag of the language, or None where the text is too short or in none of those we know."""
    sample = text[:SAMPLE].casefold()
    used = "".join(set(sample))
    words = _words_of(sample, used)
    total = len(words)
    scripts = [(letters, languages) for _, letters, languages in SCRIPTS if letters.search(used)]
    if total < MIN_WORDS or not scripts:
        return None
    languages = scripts[0][1]
    if len(scripts) > 1:
        counts = [(sum(map(len, letters.findall(sample))), languages) for letters, languages in scripts]
        most, languages = max(counts, key=lambda pair: pair[0])
        if most * 2 < sum(count for count, _ in counts):
            return None
    common = Counter(map(_SPEAKERS.get, words))
    scores = ((_common(name, common) / total + _telling(name, sample), name) for name in languages)
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


def _words_of(sample: str, used: str) -> list[str]:
    """What _WORD finds; `used` are the characters of the sample, each once."""
    signs = [sign for sign in used if sign > "\x7f" and (not sign.isalnum() or sign.isdecimal())]
    if "\u200c" in signs or len(signs) > _FEW:
        return _WORD.findall(sample)
    for sign in signs:
        sample = sample.replace(sign, " ")
    return sample.encode("utf-8", "surrogatepass").translate(_BREAKS).decode("utf-8", "surrogatepass").split()


def _common(language: str, counts: Mapping[tuple[str, ...] | None, int]) -> int:
    """How many words are common ones; `counts` by the languages that they are common in."""
    return sum(count for speakers, count in counts.items() if speakers and language in speakers)


def _telling(language: str, sample: str) -> float:
    """A little for each telling letter."""
    return min(0.5, sum(map(sample.count, TELLING.get(language, ""))) / len(sample) * 2)
