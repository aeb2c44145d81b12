"""The shapes in which a document writes its entries: what one teaches holds for all that share it. Pure."""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from services.fetcher.entries import unescape
from services.fetcher.fields import Leaf, Places, Row
from services.fetcher.names import Names

MAX_SHAPES = 50  # remembered at once, and patterns made for one document: each costs as much as 100 entries
MOST_ROWS = 100  # read at once
MARK = "\0"  # stands in no text of a sound document

Shape = tuple[tuple[str, str, bool], ...]
"""Of each element of a row: name and attributes as printed, and whether its text is quoted."""
Plan = TypeVar("Plan")


class Reading(NamedTuple, Generic[Plan]):
    """How entries of one shape are read."""

    shape: Shape
    wanted: Sequence[bool]  # of each element
    quoted: Sequence[bool]  # of each wanted text
    plan: Plan  # made of the places of the wanted

    def row(self, leaves: Sequence[Leaf]) -> Row:
        """The wanted texts of one entry."""
        return [
            quoted or unescape(text)
            for (_, _, text, quoted), wanted in zip(leaves, self.wanted, strict=True)
            if wanted
        ]

    def rows(self, pattern: re.Pattern[str], text: str, at: int) -> tuple[Sequence[Row], int]:
        """Of entries that follow each other from a place on, at most MOST_ROWS; and where they end."""
        rows: list[Row] = []
        while len(rows) < MOST_ROWS and (found := pattern.match(text, at)):
            rows.append(found.groups())
            at = found.end()
        if not self.quoted:
            return rows, at
        columns = zip(self.quoted, zip(*rows, strict=True), strict=False)
        return list(zip(*(c if quoted else _unescaped(c) for quoted, c in columns), strict=True)), at

    def pattern(self, opened: str) -> re.Pattern[str]:
        """What matches an entry with this tag and the white space before it; a group for each wanted text."""
        ending = f"</{opened[1:].split()[0].rstrip('>')}>"
        return re.compile(r"\s*+" + r"\s*+".join((re.escape(opened), *self._parts(), re.escape(ending))))

    def _parts(self) -> Iterator[str]:
        for (name, attributes, quoted), wanted in zip(self.shape, self.wanted, strict=True):
            yield re.escape(f"<{name}{attributes}>")
            if attributes[-1:] == "/":
                yield "()" if wanted else ""
            else:
                text = r"[^\]]++" if quoted else "[^<]*+"
                text = f"({text})" if wanted else text
                yield rf"<!\[CDATA\[{text}\]\]>" if quoted else text
                yield re.escape(f"</{name}>")


class Shapes(Generic[Plan]):
    """The shapes met in a document, and how they are read."""

    def __init__(self, names: Names, wanted: Container[str], plan_of: Callable[[Places], Plan]) -> None:
        self._names, self._wanted, self._plan_of = names, wanted, plan_of
        self._readings: dict[Shape, Reading[Plan]] = {}
        self._patterns: dict[tuple[str, Shape], re.Pattern[str]] = {}

    def reading(self, leaves: Sequence[Leaf]) -> Reading[Plan]:
        """How an entry of these elements is read, and all that have its shape."""
        shape = tuple([(name, attributes, bool(quoted)) for name, attributes, _, quoted in leaves])
        reading = self._readings.get(shape)
        if reading is None:
            if (
                len(self._readings) >= MAX_SHAPES
            ):  # most were of one entry: of its own link, of its own picture
                self._readings.clear()
            reading = self._readings[shape] = self._new(shape)
        return reading

    def pattern(self, opened: str, reading: Reading[Plan]) -> re.Pattern[str] | None:
        """What matches entries of a shape with this tag; None where too many were made."""
        known = self._patterns.get((opened, reading.shape))
        if known is None and len(self._patterns) < MAX_SHAPES:
            known = self._patterns[opened, reading.shape] = reading.pattern(opened)
        return known

    def _new(self, shape: Shape) -> Reading[Plan]:
        places: Places = {}
        wanted: list[bool] = []
        quoted: list[bool] = []
        for printed, attributes, is_quoted in shape:
            name = self._names[printed]
            wanted.append(name in self._wanted)
            if wanted[-1]:
                places.setdefault(name, []).append((len(quoted), attributes))
                quoted.append(is_quoted)
        return Reading(shape, wanted, quoted, self._plan_of(places))


def _unescaped(texts: Sequence[str]) -> Sequence[str]:
    """Each with its references resolved; in one go, for most of what it costs is the call."""
    together = MARK.join(texts)
    if "&" not in together:
        return texts
    apart = unescape(together).split(MARK)
    return apart if len(apart) == len(texts) else [unescape(text) for text in texts]
