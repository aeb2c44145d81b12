"""Whether a place in a sentence tells of the event itself, or of another, or of what is not so. Pure.

Read from the beginning of the sentence to the end of the clause that holds the place: "in March a blast in
the same street killed 12" is background by its beginning, "killed four, the most since March" is not.
"""

import re
from collections.abc import Iterator
from datetime import date

from services.linker.sayings import Sentence
from services.linker.told_days import NAMES, told_days

NEAR = 7  # days from publication within which a named day can be the event's
_CLAUSE = re.compile(r",(?!\d)|[;:—–]| - |\(")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?!,\d)")


def _one_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


_SPAN = r"(?:hours|days|weeks|months|years|decades)"
_BACKGROUND = _one_of(
    rf"(?:last|past|previous|preceding|recent) (?:(?:few|several|two|three) )?"
    rf"(?:week|month|year|decade|{_SPAN})",
    r"(?:last|past|this) (?:spring|summer|autumn|fall|winter)",
    r"this (?:week|month|year)",
    rf"in (?:{'|'.join(NAMES)})",
    r"earlier (?:this|in|attack|strike|incident|blast)",
    rf"{_SPAN} (?:of|ago|before|earlier|later|after)",
    r"an? (?:week|month|day|year|decade) (?:ago|before|earlier)",
    r"(?:a|per|every|each) year",
    r"that (?:attack|quake|temblor|blast|strike|bombing)",
    r"(?:similar|previous|recent|annual)(?:ly)?",
    r"(?:anniversar|commemorat|memorial|remember|histor)\w*",
    r"since|so far|in memory|deadliest|worst|war|campaign|once|had killed|when he was",
)
_OTHER = _one_of(
    r"separate(?:ly)?|another|elsewhere|meanwhile|second|third|again|also|fresh",
    r"other (?:attack|strike|incident|blast)s?",
    r"in turn|retaliat\w+|in response",
)
_UNTRUE = _one_of(
    r"den(?:y|ies|ied|ying|ials?)|reject\w*|dismiss\w*|refut\w*|contrary|exaggerat\w*|boast\w*",
    r"false(?:ly)?|untrue|fake|fabricat\w*|hoax|rumou?rs?|unconfirmed|unverified",
    r"claim(?:ed|s|ing)? (?:that|to have|it|its|they|their)",
    r"if|unless|could|may|might|would|threat\w*|plot\w*|plan(?:s|ned|ning)?|intend\w*|avoid\w*",
    r"fear(?:ed|s)?|presumed|believed dead|missing|drill|exercise|simulat\w*|film|novel|warn\w*",
    r"not|\w+n[’']t|nobody|no one|no group|none|without naming|stopped short|declin\w*|refus\w*",
)


def region(sentence: Sentence, end: int) -> str:
    """The sentence up to the end of the clause in which the place ends."""
    stop = _CLAUSE.search(sentence.text, end)
    return sentence.text[: stop.start() if stop else None]


def is_background(told: str, day: date | None) -> bool:
    """Whether words place what they tell in the past; `day` is when the text was published, if known."""
    return _BACKGROUND.search(told) is not None or any(_far(told, day))


def is_another(told: str) -> bool:
    """Whether words tell of one more event beside the first."""
    return _OTHER.search(told) is not None


def is_untrue(told: str) -> bool:
    """Whether words deny, doubt, claim for oneself or only imagine what they tell."""
    return _UNTRUE.search(told) is not None


def _far(told: str, day: date | None) -> Iterator[bool]:
    """For each year, month and day that the words name, whether it cannot be the event's."""
    yield from (day is None or int(year.group()) != day.year for year in _YEAR.finditer(told))
    for named in told_days(told):
        yield not named.day
        if day is not None:
            when = date(named.year or day.year, named.month, min(named.day or 15, 28))
            yield abs((day - when).days) > NEAR
