"""Whom a text says that others blame, or who claims an attack. Loads data/camps.toml; the rest is pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from schemas.records import Entity
from services.linker.asides import is_another, is_background, is_untrue, region
from services.linker.data_files import read_table
from services.linker.sayings import Claim, Sentence

BLAMED = 3  # that are kept, at most
_DEED = (
    r"(?:the |this |that |an? |these |those |\w+[’']s )?(?:\w+ ){0,2}(?:attacks?|strikes?|blasts?|bombings?"
    r"|explosions?|killings?|assassinations?|assaults?|raids?|rockets?|missiles?|drones?|shelling|sabotage|fire"
    r"|murders?|shootings?|ambush|incidents?|massacre|abductions?|kidnappings?)"
)
_DOING = (
    r"(?:being behind|carrying|firing|launching|striking|bombing|staging|orchestrating|shelling|killing"
    rf"|hitting|assassinating|attacking|sabotaging|directing|ordering|perpetrating|sending|mounting|{_DEED})"
)
_DONE = r"(?:carried out|claimed|launched|staged|ordered|perpetrated|mounted)"
_LED = r"(?:(?!by\b)[a-z’'-]+\s){0,3}?"
# What stands before the name, up to it; then what must follow it.
_NAMED_AFTER: Sequence[tuple[re.Pattern[str], re.Pattern[str]]] = tuple(
    (re.compile(rf"\b{before}\s{_LED}\Z", re.IGNORECASE), re.compile(after, re.IGNORECASE))
    for before, after in (
        (r"blam(?:ed|es|ing)", rf"(?:[^.;,]{{0,40}}\sfor\s(?:{_DOING}|it\b)|[^.;,]{{0,25}}(?:[.,;]|\Z))"),
        (r"accus(?:ed|es|ing)", rf"[^.;,]{{0,40}}\sof\s(?:having\s)?{_DOING}"),
        (r"(?:blamed|pinned)\son", ""),
        (rf"{_DEED}\s(?:was|were)\s{_DONE}\sby", ""),
        (r"responsibility\s(?:for\s[^.;,]{0,40}\s)?was\sclaimed\sby", ""),
    )
)
_NAMED_BEFORE = re.compile(
    rf"(?:\s\w+){{0,2}}\s(?:(?:has\s|have\s|had\s)?(?:claim(?:ed|s)|took|taken|accepted|admitted)\sresponsibility"
    rf"|(?:was|were)\s(?:blamed\sfor|behind|responsible\sfor)\s(?:{_DEED}|it\b))",
    re.IGNORECASE,
)
_NO_BLAME = re.compile(
    r"\bno(?:t|body| one| group| claim)?\b|\bwithout\b|\bthough\b|\bdespite\b", re.IGNORECASE
)


@lru_cache(maxsize=1)
def camps() -> Mapping[str, str]:
    """The camp of each id that is in one."""
    table: dict[str, list[str]] = read_table("camps.toml")["camps"]
    return {id_: camp for camp, ids in table.items() for id_ in ids}


def claimed_blame(front: Sequence[Sentence], named: Sequence[Entity], day: date | None) -> list[Claim]:
    """Who is blamed in the front, each camp once, in order; `named` is who is mentioned where."""
    found: dict[str, Claim] = {}
    for sentence in front:
        for entity, start, end in _places(sentence, named):
            if _is_blamed(sentence, start, end, day):
                camp = camps()[entity.id]
                found.setdefault(camp, Claim(kind="blamed", value=entity.name, of=camp, said=sentence.span()))
    return list(found.values())[:BLAMED]


def _places(sentence: Sentence, named: Sequence[Entity]) -> Iterator[tuple[Entity, int, int]]:
    """Those who are in a camp, with the places where the sentence names them."""
    stop = sentence.start + len(sentence.text)
    for entity in named:
        for at in entity.mentions if entity.id in camps() else ():
            if at.in_ == sentence.field and sentence.start <= at.start and at.end <= stop:
                yield entity, at.start - sentence.start, at.end - sentence.start


def _is_blamed(sentence: Sentence, start: int, end: int, day: date | None) -> bool:
    text = sentence.text
    before, after = text[:start], text[end:]
    told = any(front.search(before) and back.match(after) for front, back in _NAMED_AFTER)
    if not told and not _NAMED_BEFORE.match(after):
        return False
    clause = region(sentence, end)
    return not (
        is_untrue(clause) or is_another(clause) or is_background(before, day) or _NO_BLAME.search(clause)
    )
