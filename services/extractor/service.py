"""The extractor as the runtime runs it: pages go through a pool of processes, and come out in order."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from schemas.codec import encode
from schemas.records import RawPage, Record
from schemas.topics import PAGES_FETCHED
from services.extractor.forks import ForkServer
from services.extractor.poisoned import Fingerprints
from services.extractor.sandbox import BROKEN, TURNS, Pool
from services.extractor.wire import Limits, unpack
from services.runtime.blobs import load_body
from services.runtime.bus import Message
from services.runtime.config import Settings
from services.runtime.fitting import Fitted, Surroundings, open_state
from services.runtime.service import Service
from services.runtime.steps import StepThread
from services.stage import Outgoing, Poison

NAME = "extractor"
WORK = "services.extractor.jobs:pages"


def limits_of(settings: Settings) -> Limits:
    """What a page may cost, as an operator set it."""
    return Limits(seconds=settings.extract_seconds, memory=settings.extract_memory * 2**20)


@asynccontextmanager
async def fit(around: Surroundings, work: str = WORK) -> AsyncIterator[Fitted]:
    """A pool of workers behind the folder of large bodies, and the memory of pages that broke a limit."""
    settings, limits = around.settings, limits_of(around.settings)
    await open_state(around)
    thread = StepThread(NAME, around.metrics)
    async with Pool(ForkServer(work), limits, settings.extract_workers, around.metrics) as pool:
        rules = ",".join(f"{stamp.component}/{stamp.digest}" for stamp in pool.stamps)
        fingerprints = Fingerprints(around.state, f"{rules}; {limits.seconds:g} s, {limits.memory} bytes")

        async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
            if not isinstance(record, RawPage):
                raise TypeError(f"the extractor reads pages, not {type(record).__name__}")
            fingerprints.refuse(record)
            page = record
            if record.blob is not None:
                page = await thread.run(lambda: load_body(record, settings.blobs))
            try:
                return unpack(await pool.ask(encode(PAGES_FETCHED, page)))
            except Poison as exc:
                if exc.reason not in BROKEN:
                    raise
                raise fingerprints.note(page, exc, around.clock.now()) from exc

        service = Service(
            NAME,
            (PAGES_FETCHED,),
            handle,
            pool.stamps,
            concurrency=settings.extract_workers,
            in_order=True,
            seconds=settings.stage_seconds + 2 * TURNS * limits.seconds,  # a page may be tried twice
        )
        yield Fitted(lambda: service, notes=True, pure=True)
    await around.state.close()
