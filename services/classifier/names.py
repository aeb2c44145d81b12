"""Names the tables do not know: `Brig. Gen. Some Name`, and capitalised sequences that come back."""

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
})  # fmt: skip
ENOUGH_MENTIONS = 2  # an untitled sequence is a name when it comes back
LONGEST = 60_000  # characters searched for unknown names
MOST = 60  # unknown names kept per article


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
    return not _NOT_IN_NAMES.intersection(re.split(r"[\s-]", name))


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

    Text alone is searched: every word of a title may be capitalised.
    """
    places: defaultdict[str, dict[int, tuple[str, int, int]]] = defaultdict(dict)
    titled: set[str] = set()
    for reading in (reading for reading in readings if reading.field == "text"):
        taken = [m for m in mentions if m.field == reading.field]
        for pattern in (_TITLED, _SEQUENCE):
            free = [found for found in _found(pattern, reading) if _free(found[1], found[2], taken)]
            for name, start, end in free:
                places[name][start] = (reading.field, start, end)
            if pattern is _TITLED:
                titled.update(name for name, _, _ in free)
    kept = [
        _named(name, name in titled, [at[start] for start in sorted(at)])
        for name, at in places.items()
        if name in titled or len(at) >= ENOUGH_MENTIONS
    ]
    return tuple(sorted((u for u in kept if slug_of(u.name)), key=lambda u: u.offsets[0][1])[:MOST])


def _named(name: str, titled: bool, offsets: list[tuple[str, int, int]]) -> Unknown:
    kind = "person" if titled else "unknown"
    return Unknown(f"{kind}:{slug_of(name)}", name, kind, tuple(offsets))
