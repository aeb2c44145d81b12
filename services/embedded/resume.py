"""After a crash: the in-memory bus forgot what was on its way, the disk did not.

The fetcher remembers every request it made; the store knows every page that reached an end. Whatever has
no end is asked for again (law 2: nothing lost). Page ids make a page that comes twice harmless.
"""

from collections.abc import Iterator

from schemas.codec import decode
from schemas.records import FetchRequest
from schemas.topics import FETCH_REQUESTS
from services.embedded.pipeline import Pipeline
from services.fetcher.feed_state import ASKED
from services.fetcher.postpone import again
from services.runtime.config import Settings
from services.runtime.state import SqliteState
from services.store.outcomes import without_end


async def resume(pipeline: Pipeline, settings: Settings) -> int:
    """Ask again for every page that has no final fate; how many those were."""
    memory = SqliteState(settings.home / "memory.db", "fetcher")
    await memory.open()
    try:
        asked = {request.page_id: request for request in _asked(memory)}
    finally:
        await memory.close()
    lost = without_end(settings.place, asked)
    await pipeline.put((again(asked[page_id]) for page_id in lost), "discovery")
    return len(lost)


def _asked(memory: SqliteState) -> Iterator[FetchRequest]:
    for _, value in memory.items(ASKED):
        yield decode(FETCH_REQUESTS, value)
