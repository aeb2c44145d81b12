"""The store as the runtime runs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.runtime.fitting import Fitted, Surroundings
from services.runtime.place import Place, Server
from services.stage import Poison
from services.store.delivered import Delivered
from services.store.migrate import MigrationRefused
from services.store.postgres import PostgresSink
from services.store.service import StoreService
from services.store.sink import Sink
from services.store.sqlite import SqliteSink


def sink_at(place: Place) -> Sink:
    """The sink of a place; the folder of a file is made where missing."""
    if isinstance(place, Server):
        return PostgresSink(place)
    with suppress(OSError):  # opening the file says better what is wrong, and goes on trying
        place.parent.mkdir(parents=True, exist_ok=True)
    return SqliteSink(place)


@asynccontextmanager
async def fit(around: Surroundings) -> AsyncIterator[Fitted]:
    """One database, opened now or as soon as it can be. Raises Poison("store-migration"), ConfigError."""
    metrics = around.metrics
    delivered = Delivered(metrics, around.clock, around.sources)
    store = StoreService(sink_at(around.settings.place), around.clock, around.health, delivered)

    def measure() -> None:
        metrics.set("sirwan_queue_messages", store.waiting, stage="store", queue="rows")
        delivered.show()

    try:
        await store.start()
        with metrics.measuring(measure):
            yield Fitted(store.service, follows=True)
    except MigrationRefused as exc:
        raise Poison("store-migration", str(exc)) from exc
    finally:
        await store.stop()
