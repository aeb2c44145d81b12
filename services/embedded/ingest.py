"""`sirwan ingest`: local pages and WARC files through every stage, on the backfill lane.

However large a WARC is, little of it is in memory: pages go in by batches, and a batch is through with the
pipeline before the next begins. What remains is the id of each page, to tell at the end what became of it.
"""

import asyncio
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from schemas.records import RawPage
from schemas.topics import PAGES_FETCHED
from services.embedded.pipeline import Pipeline, running
from services.fetcher.archived import Refused
from services.fetcher.canonical import canonical_url, page_id
from services.fetcher.files import MAX_FILE, page_from_file
from services.runtime.blobs import keep_body
from services.runtime.config import Settings
from services.runtime.sources import load_sources
from services.stage import Emit, Poison, Refusal, Skip
from services.store.erased import taken_down
from services.store.outcomes import Outcome, outcomes

WARC_NAME = re.compile(r"\.warc(\.gz)?(\.open)?$", re.IGNORECASE)  # .open: ours, while it is written

BATCH_BYTES, BATCH_PAGES = 32 * 1024 * 1024, 2000
"""What is on its way at once, at most. Bodies wait whole in the in-memory bus."""

TOLD = 1000  # pages whose outcomes are read from the store together

Tell = Callable[[Outcome], None]


@dataclass(slots=True)
class Intake:
    """Puts pages into a running pipeline, batch after batch."""

    pipeline: Pipeline
    blobs: Path
    down: frozenset[str] = frozenset()  # ids of pages that are taken down
    pages: set[bytes] = field(default_factory=set)  # ids of all that were put in
    _count: int = 0
    _bytes: int = 0

    async def put(self, page: RawPage) -> Refused | None:
        """One page more; or why it cannot be put in."""
        if page.page_id in self.down:
            return Refused(page.url, Skip("taken-down", page.canonical_url))
        try:
            page = await asyncio.to_thread(keep_body, page, self.blobs)
            await self.pipeline.put([Emit(PAGES_FETCHED, page.page_id, page, page.canonical_url)], "ingest")
        except Refusal as exc:
            return Refused(page.url, exc)
        self.pages.add(bytes.fromhex(page.page_id))
        self._count += 1
        self._bytes += len(page.body or b"")
        return None

    async def breathe(self) -> None:
        """Wait until the batch is through where it is full. Raises what ended a service."""
        if self._count >= BATCH_PAGES or self._bytes >= BATCH_BYTES:
            await self.pipeline.drained()
            self._count = self._bytes = 0


def ingest_files(settings: Settings, files: Sequence[Path], tell: Tell) -> None:
    """Put files through every stage. `tell` hears what became of each page, of refused records at once."""
    pages = asyncio.run(_ingest(settings, files, tell))
    ids = iter(sorted(each.hex() for each in pages))
    while together := tuple(islice(ids, TOLD)):
        for outcome in outcomes(settings.place, together):
            tell(outcome)


async def _ingest(settings: Settings, files: Sequence[Path], tell: Tell) -> set[bytes]:
    async with running(settings, load_sources(settings.sources)) as pipeline:
        down = await asyncio.to_thread(taken_down, settings.place)
        intake = Intake(pipeline, settings.blobs, down)
        found = _watched(files, pipeline.clock.now())
        while (each := await asyncio.to_thread(next, found, None)) is not None:
            if refused := each if isinstance(each, Refused) else await intake.put(each):
                tell(_outcome(refused, pipeline.clock.now()))
            await intake.breathe()
        await pipeline.drained()
    return intake.pages


def _watched(files: Sequence[Path], now: datetime) -> Iterator[RawPage | Refused]:
    """What is in the files, under a progress bar where somebody is looking."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("ingesting", total=sum(_size(file) for file in files))
        for file in files:
            before = progress.tasks[0].completed
            try:
                if WARC_NAME.search(file.name):
                    for each, read in read_archive(file, now):
                        progress.update(task, completed=before + read)
                        yield each
                else:
                    yield read_page(file, now)
            except Refusal as exc:
                yield Refused(f"file:///{file.name}", exc)
            progress.update(task, completed=before + _size(file))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def read_page(file: Path, now: datetime) -> RawPage:
    """A local file as a page. Raises Poison, with the file's name and what to do."""
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_FILE + 1)
    except OSError as exc:
        raise Poison("file-unreadable", f"{file}: {exc.strerror}") from exc
    return page_from_file(file.name, body, now)


def read_archive(file: Path, now: datetime) -> Iterator[tuple[RawPage | Refused, int]]:
    """What is in a WARC file, each with how many bytes of the file were read.

    Raises Poison "file-unreadable", "warc-damaged"; what stands before the damage was given.
    """
    from services.fetcher.warc_reader import read_warc  # nobody else pays for warcio

    try:
        opened = file.open("rb")
    except OSError as exc:
        raise Poison("file-unreadable", f"{file}: {exc.strerror}") from exc
    with opened:
        for each in read_warc(opened, file.name, now):
            yield each, opened.tell()


def _outcome(refused: Refused, now: datetime) -> Outcome:
    return Outcome(
        page_id=_ident(refused.url),
        url=refused.url,
        stage="ingest",
        fate=refused.refusal.fate,
        reason=refused.refusal.reason,
        detail=refused.refusal.detail,
        at=now,
    )


def _ident(url: str) -> str:
    """The page id of a web address; of what is none, nothing."""
    try:
        return page_id(canonical_url(url))
    except Skip:
        return ""
