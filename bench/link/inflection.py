"""Base forms of English words and back, roughly: a thesaurus has base forms, a text has not."""

import re
from collections.abc import Container

SUFFIXES = (("ies", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("es", ""), ("s", ""))
IRREGULAR = """
arise arose arisen | become became become | begin began begun | break broke broken | bring brought
brought | build built built | buy bought bought | catch caught caught | choose chose chosen | come came
come | deal dealt dealt | draw drew drawn | drive drove driven | fall fell fallen | feed fed fed | feel
felt felt | fight fought fought | find found found | fly flew flown | forget forgot forgotten | get got
got | give gave given | go went gone | grow grew grown | hear heard heard | hide hid hidden | hold held
held | keep kept kept | know knew known | lead led led | leave left left | lose lost lost | make made
made | mean meant meant | meet met met | pay paid paid | prove proved proven | rise rose risen | run ran
run | say said said | see saw seen | seek sought sought | sell sold sold | send sent sent | shake shook
shaken | shoot shot shot | speak spoke spoken | spend spent spent | stand stood stood | strike struck
struck | take took taken | teach taught taught | tell told told | think thought thought | throw threw
thrown | understand understood understood | wear wore worn | win won won | withdraw withdrew withdrawn |
write wrote written
"""
PAST: dict[str, str] = {}
UNDONE: dict[str, str] = {}
for _row in IRREGULAR.split("|"):
    _now, _past, _done = _row.split()
    PAST[_now] = _past
    UNDONE.setdefault(_past, _now)
    UNDONE.setdefault(_done, _now)


def base_of(word: str, known: Container[str]) -> tuple[str, str] | None:
    """A base form that is known and the suffix taken off it; None if there is none."""
    if word in UNDONE and UNDONE[word] in known:
        return UNDONE[word], "ed"
    if word in known:
        return word, ""
    for suffix, ending in SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 3 and stem + ending in known:
            return stem + ending, suffix
    return None


def inflected(phrase: str, suffix: str) -> str:
    """A base form, its first word with the suffix, as English spells it."""
    first, _, rest = phrase.partition(" ")
    word = _ending(first, suffix)
    return f"{word} {rest}" if rest else word


def _ending(word: str, suffix: str) -> str:
    consonant_y = word.endswith("y") and word[-2:-1] not in "aeiou"
    if suffix == "ing":
        return (word[:-1] if word.endswith("e") and not word.endswith("ee") else word) + "ing"
    if suffix == "ed":
        if word in PAST:
            return PAST[word]
        return word + "d" if word.endswith("e") else (word[:-1] + "ied" if consonant_y else word + "ed")
    if suffix:
        hissing = re.search(r"(s|x|z|ch|sh)$", word)
        return word[:-1] + "ies" if consonant_y else word + ("es" if hissing else "s")
    return word
