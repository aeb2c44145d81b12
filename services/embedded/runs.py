"""What the command line runs through the embedded pipeline: real sources, one page."""

import asyncio
import re
import signal

from rich.console import Console

from schemas.records import Discovered, FetchRequest
from services.embedded.pipeline import Pipeline, running
from services.embedded.resume import resume
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.postpone import again
from services.runtime.config import Settings
from services.runtime.sources import load_sources
from services.stage import Refusal, Transient
from services.store.outcomes import Outcome, outcomes

FETCH_PATIENCE = 60.0
"""Seconds `sirwan fetch` waits for a page; `sirwan run` would try again later."""


def run_sources(settings: Settings, *, once: bool) -> None:
    """Read the real sources until Ctrl-C, or every feed once.

    What is still on its way at Ctrl-C is asked for again at the next start.
    """
    asyncio.run(_run_sources(settings, once=once))


async def _run_sources(settings: Settings, *, once: bool) -> None:
    sources = load_sources(settings.sources)
    feeds = sum(len(source.feeds) for source in sources.values())
    Console(stderr=True).print(
        f"{len(sources)} sources, {feeds} feeds, into {settings.place}; Ctrl-C stops", highlight=False
    )
    async with running(settings, sources) as pipeline:
        await resume(pipeline, settings)
        if once:
            try:
                await pipeline.discover()
            except Refusal:  # no feed could be read: what was left from the last run is still finished
                await pipeline.drained()
                raise
            await pipeline.drained()
        else:
            await _until_interrupted(pipeline)


async def _until_interrupted(pipeline: Pipeline) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    beside = [asyncio.ensure_future(run()) for each in pipeline.fitted.values() for run in each.background]
    beside.append(asyncio.ensure_future(pipeline.sources.follow(pipeline.clock, pipeline.metrics, "fetcher")))
    stopping = asyncio.ensure_future(stopped.wait())
    await asyncio.wait({*beside, *pipeline.tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (*beside, stopping):
        task.cancel()
    for result in await asyncio.gather(*beside, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
    for task in pipeline.tasks:
        if task.done():
            task.result()


def fetch_page(settings: Settings, url: str) -> tuple[Outcome, ...]:
    """Fetch one page through every stage. Raises Skip where the URL itself is refused."""
    return asyncio.run(_fetch(settings, url))


async def _fetch(settings: Settings, url: str) -> tuple[Outcome, ...]:
    canonical = canonical_url(url)
    async with running(settings, load_sources(settings.sources)) as pipeline:
        request = FetchRequest(
            url=url,
            canonical_url=canonical,
            page_id=page_id(canonical),
            lane="live",
            discovered=Discovered(via="request"),
            requested_at=pipeline.clock.now(),
        )
        await pipeline.put([again(request)], "cli")
        try:
            async with asyncio.timeout(FETCH_PATIENCE):
                await pipeline.drained()
        except TimeoutError:
            why = f"{url}: no end after {FETCH_PATIENCE:g} s; its site does not answer, or asks us to wait"
            raise Transient("put-off", why) from None
    return outcomes(settings.place, [request.page_id])


def ident_of(page: str) -> str:
    """The page id that a person means by a URL, an ingested file's address, or the id itself. Raises Skip."""
    if re.fullmatch("[0-9a-f]{64}", page):
        return page
    return page_id(page if page.startswith("file:") else canonical_url(page))


def twin_of(page: str) -> str | None:
    """The same address under the other of http and https; None for what is no web address."""
    twins = {"http": "https", "https": "http"}
    scheme, colon, rest = page.partition("://")
    return f"{twins[scheme.lower()]}://{rest}" if colon and scheme.lower() in twins else None
