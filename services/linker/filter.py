"""The linker as a filter: lines in order of arrival, each linked to those before it. Pure.

A line is what `classify` gives out. Irrelevant lines are linked too. Of two lines that share a text the
credits say which is the original, else the order of arrival; `copy.of` is always an earlier line.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from schemas.records import Credit, DateCandidate, Entity, Source
from services.linker.copies import arrived_before
from services.linker.events import Event, Identity
from services.linker.independence import families
from services.linker.judge import judge
from services.linker.publishers import Publishers
from services.linker.reading import Reading, read
from services.linker.window import Window
from services.stage import Poison

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # the first line "arrives" here, each next one a second later


class _Named(msgspec.Struct):
    """An entity of a line."""

    id: str


class _Dated(msgspec.Struct):
    """A publication date of a line; a bare string counts as one."""

    value: str
    precision: str = "day"
    confidence: float = 1.0


class _Line(msgspec.Struct):
    """What the linker reads of a line; everything else is passed through."""

    id: str
    text: str
    title: str | None = None
    url: str | None = None
    source: str | None = None
    source_id: str | None = None
    published: _Dated | str | None = None
    entities: tuple[_Named, ...] | None = ()
    credits: tuple[Credit, ...] | None = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """A line as it came, and which page it is."""

    request: Mapping[str, Any]
    page_id: str


class Linking:
    """One run of the filter: `add` answers a line at once, `final` all lines once everything is known."""

    def __init__(self, sources: Mapping[str, Source] | None = None) -> None:
        self._publishers = Publishers(sources or {})
        self._window = Window(_inflated)
        self._lines: list[_Said] = []
        self._order: dict[str, int] = {}  # page id: number of its first line

    def add(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The line with `story`, `copy` and `corroboration`, as known now. Raises Poison("bad-request")."""
        line = _parsed(request)
        number = self._window.next_number
        reading = _reading(line, BEGINNING + timedelta(seconds=number))
        judged = judge(reading, self._window, self._publishers, arrived_before)
        said = _Said(request, line.id)
        event = Event(
            profile=judged.profile,
            standing=judged.standing,
            story=judged.story,
            other_stories=judged.other_stories,
            others=tuple(amended.standing for amended in judged.amended),
        )
        self._window.apply(number, event, zlib.compress(line.text.encode("utf-8", "surrogatepass"), 1))
        self._lines.append(said)
        self._order.setdefault(line.id, number)
        return self._answer(said)

    def final(self) -> Iterator[dict[str, Any]]:
        """Every line that `add` answered, in order, with what is known at the end."""
        yield from map(self._answer, self._lines)

    def _answer(self, said: _Said) -> dict[str, Any]:
        """The request plus what the window knows; an original that came later is no `of`."""
        page = self._window.page(said.page_id)
        story = self._window.story(page.standing.story_id) if page else None
        if page is None or story is None:
            raise LookupError(f"the line {said.page_id!r} has left a window that never forgets")
        copy = page.standing.copy
        earlier = copy.of is not None and self._order[copy.of] < self._order[said.page_id]
        return {
            **said.request,
            "story": {"id": story.story_id},
            "copy": {
                "verdict": copy.verdict,
                "score": copy.score,
                "of": copy.of if earlier else None,
                "of_publisher": copy.of_publisher,
                "evidence": list(msgspec.to_builtins(copy.evidence)),
            },
            "corroboration": {"independent_sources": len(families(story.members))},
        }


def _parsed(request: Mapping[str, Any]) -> _Line:
    try:
        line = msgspec.convert(request, _Line)
    except (msgspec.ValidationError, RecursionError) as exc:
        raise Poison("bad-request", str(exc)) from exc
    if not line.id:
        raise Poison("bad-request", "Expected `str` that is not empty - at `$.id`")
    return line


def _reading(line: _Line, arrived: datetime) -> Reading:
    digest = sha256(f"{line.title}\n{line.text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    named = line.source_id or line.source
    return read(
        Identity(page_id=line.id, digest=digest, rules="", fetched_at=arrived),
        line.title,
        line.text,
        published=_published(line.published),
        source_id=named,
        url=line.url or "",
        credited=line.credits or (),
        named=tuple(Entity(id=entity.id, name="", type="unknown") for entity in line.entities or ()),
    )


def _published(given: _Dated | str | None) -> DateCandidate | None:
    if given is None:
        return None
    dated = _Dated(given) if isinstance(given, str) else given
    return DateCandidate(
        value=dated.value, precision=dated.precision, source="request", confidence=dated.confidence
    )


def _inflated(kept: bytes) -> str:
    return zlib.decompress(kept).decode("utf-8", "surrogatepass")
