"""Names the tables do not know: `Brig. Gen. Some Name`, capitalised sequences, words that come back."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.classifier.matcher import Reading
from services.classifier.mentions import Mention

TITLES = (
    "President", "Vice President", "Prime Minister", "Key Minister", "Foreign Minister", "Defense Minister",
    "Defence Minister", "Interior Minister", "Oil Minister", "Finance Minister", "Minister", "Secretary",
    "Ambassador", "Governor", "Gov.", "Senator", "Sen.", "Rep.", "Ayatollah", "Grand Ayatollah", "Sheikh",
    "Imam", "Hojatoleslam", "King", "Queen", "Prince", "Crown Prince", "Sultan", "Emir", "Pope", "Judge",
    "Justice", "Mr.", "Mrs.", "Ms.", "Mr", "Mrs", "Ms", "Dr.", "Prof.", "Professor", "Gen.", "General",
    "Maj. Gen.", "Major General", "Brig. Gen.", "Brigadier General", "Lt. Gen.", "Lieutenant General",
    "Lt. Col.", "Col.", "Colonel", "Maj.", "Major", "Capt.", "Captain", "Sgt.", "Staff Sgt.", "Adm.",
    "Rear Adm.", "Vice Adm.", "Admiral", "Commander", "Cmdr.", "Sayyid", "spokesman", "spokeswoman",
    "spokesperson", "lawmaker", "analyst",
)  # fmt: skip
_PART = r"[A-Z][a-z’'ʼ]{1,30}(?:-[A-Z][a-z]{1,30}){0,3}"  # bounded: a page of hyphens must not cost minutes
_INITIAL = r"(?:[A-Z]\.)"
_PARTICLE = r"(?:al-|el-|bin |ibn |Abu |Abd al-|Abdul |de |van |von )"
_NAME = rf"{_PARTICLE}?{_PART}(?:\s(?:{_INITIAL}\s)?{_PARTICLE}?{_PART}){{1,3}}"
_TITLED = re.compile(
    r"\b(?:"
    + "|".join(re.escape(t) for t in sorted(TITLES, key=len, reverse=True))
    + rf")\s(?P<name>{_NAME})"
)
_SEQUENCE = re.compile(rf"(?<![.!?:“\"‘—]\s)(?<![\n“\"‘—])(?<!^)\b(?P<name>{_NAME})")
# A sequence with one of these is a role, a body or a date that the tables do not list, not somebody's name.
_NOT_IN_NAMES = frozenset({
    "The", "This", "That", "These", "Those", "When", "While", "After", "Before", "But", "And", "For",
    "With", "From", "New", "North", "South", "East", "West", "Mr", "Mrs", "Ms", "President", "Minister",
    "Secretary", "General", "Ambassador", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
    "Saturday", "Sunday", "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December", "Department", "Division", "Office", "Ministry",
    "State", "Deputy", "Chief", "Under", "Western", "Eastern", "Northern", "Southern", "Central",
    "Middle", "Islamic", "Republic", "Shiite", "Sunni", "Kurdish", "Arab", "Source", "Read", "More",
    "Copyright", "All", "Rights", "Reserved", "Street", "News", "Share", "Follow", "Copy", "Link",
    "Photo", "Image", "Advertisement", "Home", "About", "Related", "Stories", "Comments", "Reply",
    "In", "Of", "On", "To", "At", "By", "As", "Is", "It", "He", "She", "We", "They", "His", "Her", "Our",
    "God", "Shia", "Shias", "Shi'ite", "Sunnis", "Shiites", "Kurds", "Arabs", "Muslim", "Muslims",
    "Christian", "Christians", "Jewish", "Jews", "Eid", "Ramadan", "Internet", "Parliament", "Government",
    "Congress", "Army", "Navy", "Military", "Embassy", "Coalition", "Constitution",
})  # fmt: skip
ENOUGH = 2  # one word, or capitals alone, are a name when they come back
HEADLINE_WORDS = 12  # of a line that may be a headline, where every word is capitalised
LONGEST = 60_000  # characters searched for unknown names
MOST = 60  # unknown names kept per article


_ROLES = (
    "spokesman", "spokeswoman", "spokesperson", "minister", "president", "secretary", "ambassador", "envoy",
    "commander", "general", "director", "head", "chief", "analyst", "professor", "lawmaker", "adviser",
    "advisor", "official", "governor", "mayor", "activist", "lawyer", "leader", "researcher", "fellow",
)  # fmt: skip
_APPOSED = re.compile(rf",\s(?:[\w’'.-]+\s){{0,7}}(?:{'|'.join(_ROLES)})\b")
_SINGLE = re.compile(
    r"(?<=[a-z,;] )(?P<name>[A-Z][a-z’'ʼ]{2,30}(?:-[A-Z][a-z]{1,30}){0,2})(?= [a-z(]|[,;.]|['’]s\b)"
)
_CAPITALS = re.compile(
    r"(?<=[a-z,;(] )(?P<name>[A-Z]{3,8})(?=[ ,;.)])|(?<=\()(?P<in_brackets>[A-Z]{3,8})(?=\))"
)
_ENDS = re.compile(r"[.!?…,:;\"”»)]\s*$")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name outside the tables. `offsets` are (field, start, end)."""

    id: str
    name: str
    type: str  # person | unknown
    offsets: tuple[tuple[str, int, int], ...]


def slug_of(name: str) -> str:
    """A stable id part: lower case, no accents, words joined by underscores."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare.replace("'", "")).strip("_")


def _without_possessive(name: str) -> str:
    return name[:-2] if name.endswith(("'s", "’s")) else name


def _plausible(name: str) -> bool:
    return _NOT_IN_NAMES.isdisjoint(name.replace("-", " ").split())


def _found(pattern: re.Pattern[str], reading: Reading) -> Iterator[tuple[str, int, int]]:
    for match in pattern.finditer(reading.source, 0, LONGEST):
        name = _without_possessive(match["name"])
        if _plausible(name):
            yield name, match.start("name"), match.start("name") + len(name)


def _free(start: int, end: int, taken: Sequence[Mention]) -> bool:
    """Whether none of the mentions, which are in order and do not overlap, reaches into the stretch."""
    before = bisect_left(taken, end, key=lambda m: m.start)
    return before == 0 or taken[before - 1].end <= start


def find_unknown(readings: Sequence[Reading], mentions: Sequence[Mention]) -> tuple[Unknown, ...]:
    """Names that no mention of a known entry overlaps: a person where a title says so, else `unknown`.

    Text alone is searched, and no headlines in it: there every word may be capitalised.
    """
    found = [
        name
        for reading in readings
        if reading.field == "text"
        for name in _find_in(reading, [m for m in mentions if m.field == reading.field])
    ]
    return tuple(sorted((u for u in found if slug_of(u.name)), key=lambda u: u.offsets[0][1])[:MOST])


def _find_in(reading: Reading, taken: Sequence[Mention]) -> Iterator[Unknown]:
    places: defaultdict[str, dict[int, tuple[str, int, int]]] = defaultdict(dict)
    titled: set[str] = set()
    for pattern in (_TITLED, _SEQUENCE):
        for name, start, end in _found(pattern, reading):
            if _free(start, end, taken) and not _in_headline(reading.source, start):
                places[name][start] = (reading.field, start, end)
                titled.update([name] if pattern is _TITLED or _APPOSED.match(reading.source, end) else [])
    wholes = {part: name for name in places for part in name.split()[-1:]}
    alone: defaultdict[str, dict[int, tuple[str, int, int]]] = defaultdict(dict)
    for name, start, end in (*_found(_SINGLE, reading), *_capitals_in(reading)):
        if (
            name.lower() not in reading.source
            and _free(start, end, taken)
            and not _in_headline(reading.source, start)
        ):
            whole = places[wholes[name]] if name in wholes else alone[name]
            if not any(begin <= start < finish for _, begin, finish in whole.values()):
                whole[start] = (reading.field, start, end)
    places.update((name, at) for name, at in alone.items() if len(at) >= ENOUGH)
    for name, at in places.items():
        yield _named(name, name in titled, [at[start] for start in sorted(at)])


def _capitals_in(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Abbreviations, where the text is not written in capitals throughout."""
    for match in _CAPITALS.finditer(reading.source, 0, LONGEST):
        yield match[0], match.start(), match.end()


def _in_headline(text: str, at: int) -> bool:
    """Whether this place lies in a short line without an end, whose words are nearly all capitalised."""
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[begin : end if end >= 0 else len(text)]
    words = line.split(None, HEADLINE_WORDS)
    if len(words) > HEADLINE_WORDS or _ENDS.search(line):
        return False
    long = [word for word in words if len(word) > 3]
    return sum(word[0].isupper() for word in long) > 0.7 * len(long)


def _named(name: str, titled: bool, offsets: list[tuple[str, int, int]]) -> Unknown:
    kind = "person" if titled else "unknown"
    return Unknown(f"{kind}:{slug_of(name)}", name, kind, tuple(offsets))
