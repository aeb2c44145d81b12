"""A page that breaks a limit costs itself: the others arrive, in order, and its bytes are not tried again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from schemas.codec import decode, encode
from schemas.records import Article, RawPage
from schemas.topics import ARTICLES_EXTRACTED, PAGES_FETCHED
from services.embedded.pipeline import Pipeline, running
from services.runtime.blobs import keep_body
from services.runtime.config import Settings
from services.runtime.memory import MemoryBus
from services.store.reading import reading
from services.store.status import StageCounts, status
from tests.records import a_page
from tests.unit.extractor.pages import html
from tests.unit.extractor.pathological import PAGES

POISON = PAGES["1,900 attributes of 70 tags"]
LARGE = PAGES["5 M opening brackets"]  # does not travel in a message


def settings_for(home: Path, **changes: Any) -> Settings:
    fields: dict[str, Any] = {"extract_seconds": 0.8, "partitions": 1}
    return Settings(home=home, sources=home, **(fields | changes))


@asynccontextmanager
async def a_pipeline(settings: Settings) -> AsyncIterator[Pipeline]:
    async with running(settings, {}) as pipeline:
        yield pipeline


async def put(pipeline: Pipeline, settings: Settings, *pages: RawPage) -> None:
    for page in pages:
        kept = keep_body(page, settings.blobs)
        await pipeline.bus.publish(
            PAGES_FETCHED.name, page.page_id, encode(PAGES_FETCHED, kept), {"ce_subject": page.url}
        )
    await pipeline.drained()


def page(name: str, body: bytes | None = None, **changes: Any) -> RawPage:
    return a_page(f"http://tigris.example/{name}", body or html(h1=f"Lake {name} falls").encode(), **changes)


async def articles_of(bus: MemoryBus) -> list[Article]:
    """Every article that was published, in order."""
    found: list[Article] = []
    subscription = bus.subscribe([ARTICLES_EXTRACTED.name], "reader")
    async for message in subscription:
        assert message.value is not None
        found.append(decode(ARTICLES_EXTRACTED, message.value))
        if len(found) == bus.ends(ARTICLES_EXTRACTED.name):
            await subscription.close()
    return found


def letters_of(settings: Settings) -> list[tuple[str, str]]:
    """Reason and detail of every dead letter, in the order of the pages."""
    with reading(settings.place) as store:
        rows = store.rows('SELECT reason, error FROM dead_letters ORDER BY "offset"')
        return [(row["reason"], row["error"]) for row in rows]


def extractor(settings: Settings) -> StageCounts:
    (found,) = [each for each in status(settings.database).stages if each.stage == "extractor"]
    return found


async def test_a_poison_page_among_fifty_good_ones_costs_only_itself(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    good = [page(str(each)) for each in range(50)]
    async with a_pipeline(settings) as pipeline:
        bad = [page("poison", POISON), page("large", LARGE)]
        await put(pipeline, settings, *good[:20], *bad, *good[20:])
        articles = await articles_of(pipeline.bus)
    letters = letters_of(settings)
    assert [article.url for article in articles] == [each.url for each in good]
    assert [reason for reason, _ in letters] == ["extraction-timeout"] * 2
    assert [each.body_sha256 in detail for each, (_, detail) in zip(bad, letters, strict=True)] == [True] * 2
    found = extractor(settings)
    assert (found.done, found.reasons) == (50, {"extraction-timeout": 2})


async def test_the_same_bytes_are_refused_at_once_also_after_a_restart(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with a_pipeline(settings) as pipeline:
        await put(pipeline, settings, page("poison", POISON), page("large", LARGE))
        before = monotonic()
        await put(pipeline, settings, page("elsewhere", POISON), page("large", LARGE))
        assert monotonic() - before < settings.extract_seconds
    assert ["not tried again" in detail for _, detail in letters_of(settings)] == [False, False, True, True]
    async with a_pipeline(settings) as pipeline:
        before = monotonic()
        await put(pipeline, settings, page("again", POISON))
        assert monotonic() - before < settings.extract_seconds
    assert extractor(settings).reasons == {"extraction-timeout": 5}


async def test_what_an_operator_sends_again_is_tried_again(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with a_pipeline(settings) as pipeline:
        await put(pipeline, settings, page("poison", POISON), page("poison", POISON, lane="redrive"))
    assert ["not tried again" in detail for _, detail in letters_of(settings)] == [False, False]


async def test_with_more_time_it_is_tried_again(tmp_path: Path) -> None:
    async with a_pipeline(settings_for(tmp_path)) as pipeline:
        await put(pipeline, settings_for(tmp_path), page("poison", POISON))
    settings = settings_for(tmp_path, extract_seconds=60.0, extract_memory=2048)
    async with a_pipeline(settings) as pipeline:
        await put(pipeline, settings, page("again", POISON))
    assert extractor(settings).reasons.keys() == {"extraction-timeout", "too-short"}
