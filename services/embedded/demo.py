"""`sirwan demo`: a tiny news web on loopback, fetched over real HTTP, through every stage into SQLite."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from deploy.demo.server import NewsWeb
from schemas.records import Source
from services.embedded.pipeline import running
from services.runtime.config import Settings, load_settings
from services.runtime.sources import load_sources
from services.store.outcomes import Outcome, outcomes
from services.store.view import print_outcomes

# The demo's own server can take what no other should be asked to bear, and the whole takes seconds.
MANNERS = {
    "fetch_delay": 0.02,
    "retry_attempts": 2,
    "allow_private_hosts": True,
    "log_level": "error",
    "warc": None,
    "webhooks": None,
}


def run_demo(console: Console, home: Path) -> None:
    """Run it into `home`, which is emptied first, and show what became of each page."""
    shutil.rmtree(home, ignore_errors=True)
    with NewsWeb() as web:
        settings = load_settings(
            home=home,
            store=str(home / "sirwan.db"),
            sources=web.write_sources(home / "sources").parent,
            **MANNERS,
        )
        sources = load_sources(settings.sources)
        feeds = sum(len(source.feeds) for source in sources.values())
        console.print(
            f"A tiny news web on 127.0.0.1: {len(sources)} newsrooms, {feeds} lists. All of it is invented.",
            highlight=False,
        )
        found = asyncio.run(_run(settings, sources))
    print_outcomes(console, found, _names(sources))
    _summarise(console, found, home)


def _names(sources: Mapping[str, Source]) -> dict[str, str]:
    """Publishers by source id, and by host for pages that never got as far as an article."""
    ids = {source.id: source.name for source in sources.values()}
    return ids | {urlsplit(source.homepage).netloc: source.name for source in sources.values()}


async def _run(settings: Settings, sources: Mapping[str, Source]) -> tuple[Outcome, ...]:
    async with running(settings, sources) as pipeline:
        await pipeline.discover()
        await pipeline.drained()
    return outcomes(settings.place)


def _summarise(console: Console, found: Sequence[Outcome], home: Path) -> None:
    counts = {fate: sum(each.fate == fate for each in found) for fate in ("stored", "skipped", "dead")}
    said = ", ".join(f"{count} {fate}" for fate, count in counts.items())
    console.print(
        "Grades: 2 primary, 1 secondary. Voices: independent sources of the story.", highlight=False
    )
    console.print(f"\n{len(found)} pages: {said}. Try next:", highlight=False)
    refused = next((each.url for each in found if each.fate == "dead"), found[0].url)
    for command in ("search gas Baghdad", "search --copy spun gas", f"trace {refused}", "serve"):
        console.print(f"  SIRWAN_HOME={home} .venv/bin/sirwan {command}", highlight=False, soft_wrap=True)
