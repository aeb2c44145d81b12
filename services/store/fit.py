"""The store as the runtime runs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.runtime.fitting import Fitted, Surroundings
from services.store.service import StoreService
from services.store.sqlite import SqliteSink


@asynccontextmanager
async def fit(around: Surroundings) -> AsyncIterator[Fitted]:
    """One SQLite file, opened now or as soon as it can be."""
    database = around.settings.database
    database.parent.mkdir(parents=True, exist_ok=True)
    store = StoreService(SqliteSink(database), around.clock, around.health)
    await store.start()
    try:
        yield Fitted(store.service)
    finally:
        await store.stop()
