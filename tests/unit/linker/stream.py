"""A linker stage with a memory, driven as the runtime drives it."""

from collections.abc import Iterator, Sequence

from schemas.codec import encode
from schemas.records import ClassifiedArticle, EnrichedArticle, Story
from services.linker.stage import build
from services.stage import Emit, Outgoing, Remember
from tests.unit.linker.articles import SOURCES


class Kept:
    """A memory that lasts: what a State is to the runtime."""

    def __init__(self, held: dict[str, bytes] | None = None) -> None:
        self.held = dict(held or {})

    def get(self, key: str) -> bytes | None:
        return self.held.get(key)

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        yield from sorted((key, value) for key, value in self.held.items() if key.startswith(prefix))

    def remember(self, outgoing: Sequence[Outgoing]) -> None:
        for change in outgoing:
            if isinstance(change, Remember):
                if change.value is None:
                    self.held.pop(change.key, None)
                else:
                    self.held[change.key] = change.value


class Run:
    """One life of the linker: articles in, records out, memory written after each."""

    def __init__(self, memory: Kept | None = None) -> None:
        self.memory = memory or Kept()
        self.stage = build(SOURCES, self.memory)
        self.articles: dict[str, EnrichedArticle] = {}
        self.stories: dict[str, Story] = {}

    def take(self, article: ClassifiedArticle) -> list[Outgoing]:
        """What the step puts out, remembered; the newest version of each record is kept to look at."""
        outgoing = list(self.stage.step(article))
        self.memory.remember(outgoing)
        for emit in outgoing:
            if isinstance(emit, Emit) and isinstance(emit.record, EnrichedArticle):
                self.articles[emit.key] = emit.record
            elif isinstance(emit, Emit) and isinstance(emit.record, Story):
                self.stories[emit.key] = emit.record
        return outgoing

    def all(self, articles: Sequence[ClassifiedArticle]) -> "Run":
        for article in articles:
            self.take(article)
        return self


def on_the_wire(outgoing: Sequence[Outgoing]) -> list[tuple[str, str, bytes | None]]:
    """What leaves the stage, byte for byte."""
    return [
        ("memory", out.key, out.value)
        if isinstance(out, Remember)
        else (out.topic.name, out.key, encode(out.topic, out.record) if isinstance(out, Emit) else None)
        for out in outgoing
    ]
