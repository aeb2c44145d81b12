"""The whole pipeline in a process of its own: a job as JSON on standard input, what it saw as its last line.

It polls every list of a folder of source files, as `sirwan run` does, until every list was read and the pages
that are waited for have ended, or until the patience of the job is at its end.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from services.embedded.pipeline import Pipeline, running
from services.runtime.config import Settings
from services.runtime.sources import load_sources
from services.store.outcomes import outcomes
from tests.hostile_web.measuring import beating

LOOK = 0.2  # seconds between two looks
UNREAD = ("new", "ok")


class Job(msgspec.Struct, frozen=True):
    """What to run, and until when."""

    home: str  # source files are in its folder `sources`
    seconds: float  # SIRWAN_FETCH_SECONDS
    most: int  # SIRWAN_FETCH_BYTES
    healthy: frozenset[str]  # addresses of pages that must not be kept waiting
    wanted: frozenset[str]  # of all pages to wait for
    patience: float  # seconds


class Seen(msgspec.Struct):
    """What was recorded, and how the pipeline fared."""

    words: dict[str, tuple[str, str]]  # state and reason of each source's list
    pages: dict[str, tuple[str, str, str]]  # by URL: stage, fate and reason
    put_off: dict[str, int]  # times a page was put off, by reason
    healthy: float | None  # seconds until those pages had ended
    took: float  # seconds in all
    cpu: float  # seconds
    stalled: float  # seconds that the loop did nothing else, at most


@asynccontextmanager
async def discovering(pipeline: Pipeline) -> AsyncIterator[None]:
    """Lists are polled whenever they are due."""
    tasks = [asyncio.ensure_future(run()) for each in pipeline.fitted.values() for run in each.background]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def shown(pipeline: Pipeline, name: str) -> list[dict[str, str]]:
    """Labels of each series of a metric that is above zero, and its value under ``."""
    families = text_string_to_metric_families(pipeline.metrics.exposition().decode())
    return [
        {**sample.labels, "": str(sample.value)}
        for family in families
        for sample in family.samples
        if sample.name == name and sample.value
    ]


def ended(settings: Settings) -> dict[str, tuple[str, str, str]]:
    """Pages that go no further."""
    last = outcomes(settings.database)
    return {
        each.url: (each.stage, each.fate, each.reason) for each in last if each.url and each.fate != "done"
    }


async def run(job: Job) -> Seen:
    """See the head of this file."""
    home = Path(job.home)
    settings = Settings(
        home=home, sources=home / "sources", fetch_delay=0.0, fetch_seconds=job.seconds, fetch_bytes=job.most,
        retry_attempts=2, allow_private_hosts=True,
    )  # fmt: skip
    sources = load_sources(settings.sources)
    seen = Seen({}, {}, {}, None, 0.0, 0.0, 0.0)
    async with running(settings, sources) as pipeline:
        began, cpu = time.monotonic(), time.process_time()
        async with discovering(pipeline), beating() as beats:
            while (took := time.monotonic() - began) < job.patience:
                await asyncio.sleep(LOOK)
                seen.pages = await asyncio.to_thread(ended, settings)
                seen.words = {
                    each["source"]: (each["state"], each["reason"])
                    for each in shown(pipeline, "sirwan_feeds")
                }
                if seen.healthy is None and job.healthy <= seen.pages.keys():
                    seen.healthy = took
                if UNREAD not in seen.words.values() and job.wanted <= seen.pages.keys():
                    break
        seen.took, seen.cpu, seen.stalled = took, time.process_time() - cpu, beats.stalled
        put_off = shown(pipeline, "sirwan_requests_put_off_total")
        seen.put_off = {each["reason"]: int(float(each[""])) for each in put_off}
    return seen


if __name__ == "__main__":
    job = msgspec.json.decode(sys.stdin.read(), type=Job)
    sys.stdout.write(msgspec.json.encode(asyncio.run(run(job))).decode())
