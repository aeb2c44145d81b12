"""On which day a text says that the event happened. Pure.

Only a day that stands beside a word of what happened counts: most days in news are those on which somebody
spoke. A weekday is the nearest one to the day of publication, and nothing without it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from services.linker.asides import NEAR, is_another, is_background, is_untrue, region
from services.linker.sayings import Claim, Sentence
from services.linker.told_days import told_days

LOOKED = 4  # sentences, title included
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HAPPENINGS: Mapping[str, str] = {
    "attack": r"struck|hits?|attacked|attacks?|targeted|shelled|bombed|fired|landed|exploded|detonated"
              r"|blew up|ripped through|tore through|kill(?:ed|s|ing)|shot dead|assassinated|shook|jolted"
              r"|stormed|fell on",
    "accident": r"crashed|collided|overturned|derailed|capsized|sank|collapsed|caught fire|broke out",
    "execution": r"executed|hanged|put to death",
    "arrest": r"arrested|detained|captured",
    "sentence": r"sentenced|convicted|acquitted",
    "signature": r"signed",
    "departure": r"resigned|stepped down",
    "closure": r"closed|shut",
    "opening": r"reopened|opened|resumed",
}  # fmt: skip
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*"
_DAY = (
    rf"(?P<day>(?:{'|'.join(_WEEKDAYS)})\b|[0-3]?\d\s{_MONTH}\b(?:\s(?:19|20)\d\d)?"
    rf"|{_MONTH}\s[0-3]?\d\b(?:,?\s(?:19|20)\d\d)?)"
)
_PART = r"(?P<part>\s(?:night|evening|morning|afternoon|midnight))?"
_ON = r"\b(?:on|early on|late on|early|late|overnight on)\s(?P<edge>early\s|late\s)?"
_GAP = r"(?P<gap>(?:\s[^\s.,;:()“”\"—–]+){0,9}?)\s"
_AFTER = {
    kind: re.compile(rf"\b(?:{verbs})\b{_GAP}(?P<on>{_ON}){_DAY}{_PART}", re.IGNORECASE)
    for kind, verbs in HAPPENINGS.items()
}
_BEFORE = {
    kind: re.compile(rf"(?P<on>{_ON}){_DAY}{_PART},?{_GAP}(?:{verbs})\b", re.IGNORECASE)
    for kind, verbs in HAPPENINGS.items()
}
_NOT_THEN = re.compile(
    r"\b(?:said|says?|told|announc\w+|according|report\w*|confirm\w*|stat(?:ed|ing)|will|would|to be|due"
    r"|expected|scheduled|plan\w*|until|till|by|from|between|next|coming|following|last|previous|since|and|but|after|before"
    r"|who|which|that|as|ahead|eve|funeral|buried|mourn\w*)\b",
    re.IGNORECASE,
)
_COMING = re.compile(r"\b(?:will|to be|due|expected|scheduled|tomorrow)\b", re.IGNORECASE)
_NAMES_DAY = re.compile(rf"\b(?:on|early|late)\s(?:early\s|late\s)?{_DAY}", re.IGNORECASE)
_SAID_ON = re.compile(
    r"\b(?:said|says?|told|announc\w+|report\w*|confirm\w*|stat(?:ed|ing)|statement|interview|reporters|conference)"
    r"(?:\s\w+){0,4}\s\Z",
    re.IGNORECASE,
)
_LATE = re.compile(r"\b(?:late|evening)\b", re.IGNORECASE)  # beside the day alone: trains are late too
_EARLY = re.compile(r"\b(?:early|morning)\b", re.IGNORECASE)
_DARK = re.compile(r"\b(?:overnight|night|midnight)\b", re.IGNORECASE)
_DAWN = re.compile(r"\b(?:overnight|dawn|sunrise|small hours|midnight)\b", re.IGNORECASE)


def claimed_days(front: Sequence[Sentence], day: date | None) -> list[Claim]:
    """The day of what happened first in the front; nothing where two are named for it."""
    claims = [claim for sentence in front[:LOOKED] for claim in _claims(sentence, day)] if day else []
    kinds = list(dict.fromkeys(claim.of for claim in claims))
    if not kinds:
        return []
    same = [claim for claim in claims if claim.of == kinds[0]]
    low, high = max(claim.low for claim in same), min(claim.high for claim in same)
    return [min(same, key=lambda claim: claim.high - claim.low)] if low <= high else []


def _claims(sentence: Sentence, day: date | None) -> Iterator[Claim]:
    for kind in HAPPENINGS if _NAMES_DAY.search(sentence.text) else ():
        for pattern in (_AFTER[kind], _BEFORE[kind]):
            for found in pattern.finditer(sentence.text):
                when = _when(found["day"], day)
                told = region(sentence, found.end())
                rest = told.replace(found["day"], "")
                if (
                    when is None
                    or _NOT_THEN.search(found["gap"])
                    or _SAID_ON.search(sentence.text, 0, found.start())
                ):
                    continue
                if not (
                    _COMING.search(told) or is_background(rest, day) or is_another(told) or is_untrue(told)
                ):
                    yield _claim(kind, when, f"{found['on']} {found['part'] or ''}", told, sentence)


def _claim(kind: str, when: date, beside: str, told: str, sentence: Sentence) -> Claim:
    """What happened at night may be said of either day."""
    low = high = when.toordinal()
    if _EARLY.search(beside) or _DAWN.search(told):
        low -= 1
    if _LATE.search(beside) or _DARK.search(told):
        high += 1
    return Claim(kind="day", value=when.isoformat(), low=low, high=high, of=kind, said=sentence.span())


def _when(told: str, day: date | None) -> date | None:
    """The date of a weekday or of a day of a month; None where it is not near the day of publication."""
    if day is None:
        return None
    weekday = told.lower()
    if weekday in _WEEKDAYS:  # printed a day ahead at most: a night's news may carry the date of another zone
        back = (day.weekday() + 1 - _WEEKDAYS.index(weekday)) % 7
        return day + timedelta(days=1 - back)
    for named in told_days(told):
        try:
            when = date(named.year or day.year, named.month, named.day)
        except ValueError:
            return None
        return when if abs((day - when).days) <= NEAR else None
    return None
