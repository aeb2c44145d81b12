"""Names the tables do not know: `Brig. Gen. Some Name`, `the Something Brigade`, what comes back."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.classifier import name_words as words
from services.classifier.matcher import Reading
from services.classifier.mentions import Mention

_PART = r"(?:(?:Mc|O['’])?[A-Z][a-z’'ʼ]{1,30}(?:-[A-Z][a-z]{1,30}){0,3})"  # bounded: hyphens must not cost minutes
_INITIAL = r"(?:[A-Z]\.)"
_PARTICLE = r"(?:[Aa]l-|[Ee]l-|bin |ibn |Abu |Abd al-|Abdul |de |van |von )"
_NAME = rf"{_PARTICLE}?{_PART}(?:[ ](?:{_INITIAL}[ ])?{_PARTICLE}?{_PART}){{1,3}}"
_RUN = rf"(?:[Aa]l-)?{_PART}(?:[ ](?:(?:and|of)[ ])?(?:[Aa]l-)?{_PART}){{0,4}}"


def _one_of(listed: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(listed, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What a shape of words says: the kind of what it names, and whether it may hold a known place."""

    kind: str
    expression: re.Pattern[str]
    around: bool = False  # University of Baghdad


# In this order: what an earlier one found, a later one does not find again.
_PATTERNS = (
    _Pattern("person", re.compile(rf"\b(?:{_one_of(words.TITLES)})[ ](?P<name>{_NAME})")),
    _Pattern(
        "organisation",
        re.compile(
            rf"(?P<name>\b(?:{words.OF_BODIES})[ ](?:of|for)[ ](?:the[ ])?{_RUN}"
            rf"|\b(?:\d{{1,3}}(?:st|nd|rd|th)[ ])?(?:(?:[Aa]l-)?{_PART}[ ]){{1,4}}(?:{words.BODIES})\b)"
        ),
        around=True,
    ),
    _Pattern("unknown", re.compile(rf"(?P<name>\bOperation[ ]{_PART}(?:[ ]{_PART})?)")),
    _Pattern(
        "place",
        re.compile(
            rf"(?P<name>\b(?:(?:[Aa]l-)?{_PART}[ ]){{1,3}}(?:{words.PLACES})\b"
            rf"|\b(?:{words.BEFORE_PLACES})[ ](?:[Aa]l-)?{_PART}(?:[ ]{_PART})?)"
        ),
    ),
    _Pattern(
        "place",
        re.compile(rf"\b(?:{words.KINDS_OF_PLACE})[ ]of[ ](?P<name>(?:[Aa]l-)?{_PART}(?:[ ]{_PART})?)"),
    ),
    _Pattern(
        "person", re.compile(rf"\b(?P<name>{_NAME}),[ ](?:who\b|[^.;:\n,]{{0,60}}?\b(?:{words.ROLES})\b)")
    ),
    _Pattern("person", re.compile(rf"\b(?P<name>{_NAME})[ ](?:{words.SAID})\b")),
    _Pattern("person", re.compile(rf"\b(?:{words.SAID}|to)[ ](?P<name>{_NAME})[,.]")),
    _Pattern("given", re.compile(rf"\b(?P<name>{_NAME})")),
    _Pattern("person", re.compile(rf"\b(?:{_one_of(words.HONORIFICS)})[ ](?P<name>(?:[Aa]l-)?{_PART})\b")),
    _Pattern("again", re.compile(rf"(?<![.!?:“\"‘—]\s)(?<![\n“\"‘—])(?<!^)\b(?P<name>{_NAME})")),
)
_PREFIX = {"person": "person", "organisation": "org", "place": "place", "unknown": "unknown"}
ENOUGH_MENTIONS = 2  # a sequence that nothing explains is a name when it comes back
SHORTEST_SURNAME = 4
LONGEST = 60_000  # characters searched for unknown names
MOST = 60  # unknown names kept per article


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name outside the tables. `offsets` are (field, start, end)."""

    id: str
    name: str
    type: str  # person | organisation | place | unknown
    offsets: tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class _Found:
    """Names found so far in one text, and the stretches they and the known ones take."""

    reading: Reading
    known: Sequence[Mention]
    taken: list[tuple[int, int]] = field(default_factory=list)
    names: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, start: int, end: int) -> None:
        """Take the stretch for a name of this kind, unless another has it."""
        at = bisect_left(self.taken, (start, end))
        before = at and self.taken[at - 1][1] > start
        after = at < len(self.taken) and self.taken[at][0] < end
        if not before and not after:
            self.taken.insert(at, (start, end))
            self.names[kind, self.reading.source[start:end]].append((start, end))


def slug_of(name: str) -> str:
    """A stable id part: lower case, no accents, words joined by underscores."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare.replace("'", "")).strip("_")


def _without_possessive(name: str) -> str:
    return name[:-2] if name.endswith(("'s", "’s")) else name


def _plausible(kind: str, name: str) -> bool:
    parts = re.split(r"[\s-]", name)
    if kind in {"person", "given", "again"}:
        return not words.NOT_IN_NAMES.intersection(parts) and (kind != "given" or parts[0] in words.GIVEN)
    return True


def _trimmed(found: _Found, pattern: _Pattern, start: int, end: int) -> int | None:
    """Where the name begins behind a known one (Iraqi | Pilots Union); None where one is in the way."""
    known = found.known
    at = bisect_left(known, start, key=lambda m: m.start)
    if at and known[at - 1].end > start:
        return None
    while at < len(known) and known[at].start < end:
        mention = known[at]
        if mention.start == start and mention.end < end:
            start = mention.end + 1
        elif not (pattern.around and mention.entry.type == "place" and mention.end <= end):
            return None
        at += 1
    return start


def _lead(source: str, start: int, end: int) -> int:
    """Behind the capitals that begin a sentence and are no part of a name: `The`, `When`."""
    while (blank := source.find(" ", start, end)) >= 0 and source[start:blank] in _OPENERS:
        start = blank + 1
    return start


_OPENERS = frozenset(
    "The This That These Those When While After Before But And For With From In On At As By If Under Since Until "
    "During Our Their His Her Its Another Every Each Both Last Other Former Then Yet".split()
)
_HEAD = re.compile(rf"(?:{words.BODIES}|{words.PLACES})\Z")


def _search(found: _Found, pattern: _Pattern) -> None:
    source = found.reading.source
    for match in pattern.expression.finditer(source, 0, LONGEST):
        name = _without_possessive(match["name"])
        end = match.start("name") + len(name)
        start = _trimmed(found, pattern, _lead(source, match.start("name"), end), end)
        if start is None or start >= end or _HEAD.match(source[start:end]):
            continue
        kind = pattern.kind
        if _plausible(kind, source[start:end]) and (kind == "organisation" or " " in name or kind != "again"):
            found.add("person" if kind == "given" else kind, start, end)


def _surnames(found: _Found) -> None:
    """A person's surname alone, elsewhere, is that person's."""
    full = {name.rsplit(" ", 1)[1]: name for kind, name in found.names if kind == "person" and " " in name}
    full = {last: name for last, name in full.items() if len(last) >= SHORTEST_SURNAME}
    if not full:
        return
    expression = re.compile(rf"\b(?:{_one_of(tuple(full))})\b")
    free = _Pattern("person", expression)
    for last in [name for kind, name in found.names if kind == "person" and name in full]:
        found.names["person", full[last]] += found.names.pop(("person", last))
    for match in expression.finditer(found.reading.source, 0, LONGEST):
        start, end = match.span()
        at = bisect_left(found.taken, (start, end))
        if _trimmed(found, free, start, end) != start or (at and found.taken[at - 1][1] > start):
            continue
        if at == len(found.taken) or found.taken[at][0] >= end:
            found.taken.insert(at, (start, end))
            found.names["person", full[match.group()]].append((start, end))


def _merged(found: _Found) -> Iterator[Unknown]:
    """One for every id, with all its mentions, where it is surely a name."""
    at: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    shown: dict[str, tuple[str, str]] = {}
    known = {mention.entry.id for mention in found.known}
    for (kind, name), spans in found.names.items():
        real = "unknown" if kind == "again" else kind
        id_ = f"{_PREFIX[real]}:{slug_of(name)}"
        if not slug_of(name) or id_ in known or (kind == "again" and len(spans) < ENOUGH_MENTIONS):
            continue
        at[id_] += spans
        shown.setdefault(id_, (name, real))
    for id_, spans in at.items():
        name, kind = shown[id_]
        yield Unknown(id_, name, kind, tuple((found.reading.field, *span) for span in sorted(spans)))


def find_unknown(readings: Sequence[Reading], mentions: Sequence[Mention]) -> tuple[Unknown, ...]:
    """Names that no mention of a known entry overlaps, but a known place inside a body's: typed by the words
    beside them, else `unknown`.

    Text alone is searched: every word of a title may be capitalised.
    """
    kept: list[Unknown] = []
    for reading in (reading for reading in readings if reading.field == "text"):
        found = _Found(reading, [m for m in mentions if m.field == reading.field])
        for pattern in _PATTERNS:
            _search(found, pattern)
        _surnames(found)
        kept += _merged(found)
    return tuple(sorted(kept, key=lambda unknown: unknown.offsets[0][1])[:MOST])
