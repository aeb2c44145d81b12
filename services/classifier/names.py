"""Names the tables do not know, each with all its mentions, typed by the words beside them."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.classifier.matcher import Reading
from services.classifier.mentions import Mention
from services.classifier.shapes import ENOUGH_MENTIONS, SCANS, Shape, places_of, words_alone

_PLACES = frozenset({"place", "country"})
UNKNOWN_KINDS = ("person", "organisation", "place", "unknown")
_PREFIX = {"organisation": "org"}  # of an id, where it is not the type
SHORTEST_ALONE = 4  # letters of a surname or a first name without the other
MOST = 60  # unknown names kept per article


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name outside the tables. `offsets` are (field, start, end)."""

    id: str
    name: str
    type: str  # person | organisation | place | unknown
    offsets: tuple[tuple[str, int, int], ...]


def slug_of(name: str) -> str:
    """A stable id part: lower case, no accents, words joined by underscores."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare.replace("'", "")).strip("_")


def unknown_id(kind: str, slug: str) -> str:
    """The id of a name that the tables do not know."""
    return f"{_PREFIX.get(kind, kind)}:{slug}"


_BETWEEN = re.compile(r"(?:['’]s)?[ -]?")  # Iraq's | Some Name


@dataclass(slots=True)
class _Found:
    """Names found so far in one text, by kind and name, and the stretches they take."""

    source: str
    known: Sequence[Mention]
    taken: list[tuple[int, int]] = field(default_factory=list)
    names: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, shape: Shape) -> None:
        """Keep the shape, behind a known name that begins it (Iraqi | Some Name), unless it is taken."""
        start, end = self._free_of_known(shape), shape.end
        if start >= end or (shape.kind == "bare" and " " not in self.source[start:end]):
            return
        at = bisect_left(self.taken, (start, end))
        if (at and self.taken[at - 1][1] > start) or (at < len(self.taken) and self.taken[at][0] < end):
            return
        self.taken.insert(at, (start, end))
        self.names.setdefault((shape.kind, self.source[start:end]), []).append((start, end))

    def _free_of_known(self, shape: Shape) -> int:
        start, end = shape.start, shape.end
        at = bisect_left(self.known, start, key=lambda m: m.start)
        if at and self.known[at - 1].end > start:
            return end
        for mention in self.known[at : bisect_left(self.known, end, key=lambda m: m.start)]:
            ends = mention.end == end and mention.start > start and mention.entry.type in _PLACES
            within = mention.end < end or ends  # [Iraqi] Pilots Union, University of [Baghdad]
            if shape.nested and within and mention.entry.type != "person":
                continue
            if mention.start != start:
                return end
            behind = _BETWEEN.match(self.source, mention.end)
            start = behind.end() if behind else end
        return start if " " in self.source[start:end] or start == shape.start else end


def _type_again(found: _Found) -> None:
    """What was said to be a person once is one wherever the same capitals stand alone."""
    for kind, name in list(found.names):
        if kind == "bare" and ("person", name) in found.names:
            found.names["person", name] += found.names.pop((kind, name))


def _whole_names(found: _Found) -> dict[str, tuple[str, str]]:
    """Surname, or a person's first name, alone → kind and whole name of the one in the text who bears it."""
    whole: dict[str, tuple[str, str]] = {}
    shared: set[str] = set()
    for kind, name in [key for key in found.names if key[0] in {"person", "bare"} and " " in key[1]]:
        parts = name.split(" ")
        for part in {parts[-1], parts[0] if kind == "person" else parts[-1]}:
            if len(part) >= SHORTEST_ALONE and whole.setdefault(part, (kind, name)) != (kind, name):
                shared.add(part)
    return {part: name for part, name in whole.items() if part not in shared}


def _named_in_part(found: _Found) -> None:
    """A surname or a first name alone, elsewhere, is the one's who bears it."""
    whole = _whole_names(found)
    for part in whole:
        for start, end in places_of(found.source, part):
            found.add(Shape("person", start, end))
    for part, name in whole.items():
        found.names[name] += found.names.pop(("person", part), [])


def _merged(found: _Found, field_: str) -> Iterator[Unknown]:
    """One for every id, with all its mentions, where it is surely a name."""
    spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    shown: dict[str, tuple[str, str]] = {}
    known = {mention.entry.id for mention in found.known}
    for (shape, name), at in found.names.items():
        kind = "unknown" if shape in {"bare", "word"} else shape
        id_ = unknown_id(kind, slug_of(name))
        if slug_of(name) and id_ not in known and (shape != "word" or len(at) >= ENOUGH_MENTIONS):
            spans[id_] += at
            shown.setdefault(id_, (name, kind))
    for id_, at in spans.items():
        yield Unknown(id_, *shown[id_], offsets=tuple((field_, *span) for span in sorted(at)))


def find_unknown(readings: Sequence[Reading], mentions: Sequence[Mention]) -> tuple[Unknown, ...]:
    """Names that no mention of a known entry overlaps, but one within a body's, in order of text.

    Text alone is searched, and bare capitals not in headlines within it: there every word may have them.
    """
    kept: list[Unknown] = []
    for reading in (reading for reading in readings if reading.field == "text"):
        found = _Found(reading.source, [m for m in mentions if m.field == reading.field])
        for scan in SCANS:
            for shape in scan(reading.source):
                found.add(shape)
        _type_again(found)
        _named_in_part(found)
        for shape in words_alone(reading.source):
            found.add(shape)
        kept += _merged(found, reading.field)
    return tuple(sorted(kept, key=lambda unknown: unknown.offsets[0][1])[:MOST])
