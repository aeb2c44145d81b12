"""`sirwan replay`: the classifier of this release over stored articles, beside what is stored of them.

Nothing is published and nothing written, unless it is approved: then those that differ go to the linker once
more, as the classifier would send them, in the lane `backfill`. It knows the text and judges by the new
labels, under the same revision and the next version (services/linker/reading.py: identity_of). That their
revision is counted tells it that they were published before: those that it has forgotten, or knows with
another text by now, it lets go.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from rich.console import Console
from rich.progress import Progress

from schemas.codec import decode
from schemas.records import Article, ClassifiedArticle, EnrichedArticle, Source
from schemas.topics import ARTICLES_CLASSIFIED, ARTICLES_ENRICHED
from services.classifier.differences import Difference, differences
from services.classifier.stage import classify_article
from services.embedded.pipeline import running
from services.runtime.bus import BrokerDown
from services.runtime.clock import SystemClock
from services.runtime.config import Settings
from services.runtime.place import Place
from services.runtime.publish import publish
from services.runtime.sources import load_sources
from services.stage import Emit, Skip, Transient
from services.store.export import export
from services.store.glance import is_deployment
from services.store.narrowing import Narrowed

SAMPLES = 3  # articles shown of each difference
BATCH = 500  # articles on their way through the embedded pipeline at once

LANE, STAGE = "backfill", "replay"

NOT_RELEVANT, NO_TEXT = "no-longer-relevant", "no-text"
LEFT: Mapping[str, str] = {
    NOT_RELEVANT: "the linker drops such articles: they stay as they are stored",
    NO_TEXT: "there is nothing to read in them",
}
"""Why an article is not published again."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """An article in which something differs, and the words that say so."""

    page_id: str
    url: str
    title: str | None
    because: str


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One difference, over all articles that have it."""

    what: str
    kind: str  # added | removed | changed
    name: str
    articles: int
    samples: tuple[Sample, ...]


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay found, and did."""

    articles: int  # read
    changed: int  # in which anything differs
    differences: tuple[Count, ...]  # the most frequent first
    published: int  # of those that differ; 0 without approval
    left: dict[str, int]  # those that are not published with approval either, by why


@dataclass(slots=True)
class _Tally:
    articles: int = 0
    changed: int = 0
    published: int = 0
    left: Counter[str] = field(default_factory=Counter)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    samples: dict[tuple[str, str, str], list[Sample]] = field(default_factory=dict)

    def add(self, article: EnrichedArticle, found: tuple[Difference, ...]) -> None:
        self.changed += 1
        for each in found:
            key = (each.what, each.kind, each.name)
            self.counts[key] += 1
            if len(samples := self.samples.setdefault(key, [])) < SAMPLES:
                samples.append(
                    Sample(
                        page_id=article.page_id,
                        url=article.canonical_url,
                        title=article.title,
                        because=each.because,
                    )
                )

    def told(self) -> Replayed:
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        counts = tuple(
            Count(what=key[0], kind=key[1], name=key[2], articles=times, samples=tuple(self.samples[key]))
            for key, times in ordered
        )
        return Replayed(
            articles=self.articles,
            changed=self.changed,
            differences=counts,
            published=self.published,
            left=dict(self.left),
        )


Put = Callable[[ClassifiedArticle], Awaitable[None]]


def replay(settings: Settings, narrowed: Narrowed, *, approve: bool) -> Replayed:
    """Compare, and publish what differs where that is approved.

    Raises Transient, BadSearch, and Poison("home-in-use").
    """
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("classifying", total=None)
        try:
            return asyncio.run(_replay(settings, narrowed, approve, lambda: progress.advance(task)))
        except BrokerDown as exc:
            raise Transient("not-ready", str(exc)) from exc


async def _replay(
    settings: Settings, narrowed: Narrowed, approve: bool, passed: Callable[[], None]
) -> Replayed:
    sources = load_sources(settings.sources)
    tally = _Tally()
    async with _publishing(settings, sources, approve) as put:
        for now in _judged(settings.place, narrowed, sources, tally):
            await put(now)
            tally.published += approve
            passed()
    return tally.told()


def _judged(
    place: Place, narrowed: Narrowed, sources: Mapping[str, Source], tally: _Tally
) -> Iterator[ClassifiedArticle]:
    """The new verdicts that differ and may be published; the tally hears of all."""
    for found in export(place, "", narrowed):
        article = decode(ARTICLES_ENRICHED, found.record)
        tally.articles += 1
        try:
            now = classify_article(extracted(article), sources)
        except Skip:
            tally.left[NO_TEXT] += 1
            continue
        if different := differences(article, now):
            tally.add(article, different)
            if now.relevant:
                yield now
            else:
                tally.left[NOT_RELEVANT] += 1


def extracted(article: EnrichedArticle) -> Article:
    """The article as it left the extractor, in the lane of a replay."""
    fields = {name: getattr(article, name) for name in Article.__struct_fields__}
    later = ("classifier.", "linker.")
    stamps = tuple(stamp for stamp in article.stamps if not stamp.component.startswith(later))
    return Article(**{**fields, "stamps": stamps, "lane": LANE})


@asynccontextmanager
async def _publishing(settings: Settings, sources: Mapping[str, Source], approve: bool) -> AsyncIterator[Put]:
    """Where an article goes: nowhere, to a pipeline in this process, or to the broker."""
    if not approve:
        yield _nowhere
    elif is_deployment(settings):
        async with _broker(settings) as put:
            yield put
    else:
        async with _pipeline(settings, sources) as put:
            yield put


async def _nowhere(_: ClassifiedArticle) -> None:
    """Only compared."""


@asynccontextmanager
async def _pipeline(settings: Settings, sources: Mapping[str, Source]) -> AsyncIterator[Put]:
    """All that was put is through when the context ends."""
    async with running(settings, sources) as pipeline:
        under_way = 0

        async def put(article: ClassifiedArticle) -> None:
            nonlocal under_way
            await pipeline.put([_emit(article)], STAGE)
            under_way += 1
            if under_way % BATCH == 0:
                await pipeline.drained()

        yield put
        await pipeline.drained()


@asynccontextmanager
async def _broker(settings: Settings) -> AsyncIterator[Put]:
    """All that was put is confirmed."""
    from services.runtime.kafka import KafkaBus  # only who is on Kafka pays for loading its clients
    from services.runtime.serve import kafka_settings

    clock = SystemClock()
    bus = KafkaBus(kafka_settings(settings, STAGE, linger_ms=0), clock)

    async def put(article: ClassifiedArticle) -> None:
        await (await publish(bus, _emit(article), stage=STAGE, at=clock.now()))

    await bus.start()
    try:
        yield put
    finally:
        await bus.stop()


def _emit(article: ClassifiedArticle) -> Emit:
    return Emit(ARTICLES_CLASSIFIED, article.page_id, article, article.canonical_url)
