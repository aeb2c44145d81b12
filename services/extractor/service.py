"""The extractor as the runtime runs it: bodies that travel apart are fetched back first."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from schemas.records import RawPage, Record
from services.extractor.stage import build
from services.runtime.blobs import load_body
from services.runtime.bus import Message
from services.runtime.fitting import Fitted, Surroundings
from services.runtime.service import Service
from services.runtime.steps import StepThread
from services.stage import Outgoing


@asynccontextmanager
async def fit(around: Surroundings) -> AsyncIterator[Fitted]:
    """The pure stage behind the folder of large bodies."""
    stage = build()
    blobs = around.settings.blobs
    thread = StepThread(stage.name, around.metrics)

    def extract(page: RawPage) -> Sequence[Outgoing]:
        return tuple(stage.step(load_body(page, blobs)))

    async def handle(record: Record, _: Message) -> Sequence[Outgoing]:
        if not isinstance(record, RawPage):
            raise TypeError(f"the extractor reads pages, not {type(record).__name__}")
        return await thread.run(lambda: extract(record))

    service = Service(
        stage.name, (stage.source,), handle, stage.stamps, seconds=around.settings.stage_seconds
    )
    yield Fitted(lambda: service, pure=True)
