"""The store as the runtime runs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.runtime.fitting import Fitted, Surroundings
from services.stage import Poison
from services.store.delivered import Delivered
from services.store.migrate import MigrationRefused
from services.store.service import StoreService
from services.store.sqlite import SqliteSink


@asynccontextmanager
async def fit(around: Surroundings) -> AsyncIterator[Fitted]:
    """One SQLite file, opened now or as soon as it can be. Raises Poison("store-migration")."""
    database = around.settings.database
    with suppress(OSError):  # opening the file says better what is wrong, and goes on trying
        database.parent.mkdir(parents=True, exist_ok=True)
    metrics = around.metrics
    delivered = Delivered(metrics, around.clock, around.sources)
    store = StoreService(SqliteSink(database), around.clock, around.health, delivered)
    try:
        await store.start()
    except MigrationRefused as exc:
        raise Poison("store-migration", str(exc)) from exc
    try:
        with metrics.measuring(
            lambda: metrics.set("sirwan_queue_messages", store.waiting, stage="store", queue="rows")
        ):
            yield Fitted(store.service)
    finally:
        await store.stop()
