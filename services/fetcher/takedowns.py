"""Pages that are taken down are not asked for again, whoever names them. Pure.

Who takes a page down publishes a request for it in the lane `takedown`, under the key of its site: so it
comes to the fetcher that asks there, in the order of that site's other requests. What it remembers of the
page goes, with the words a list had for it, and a mark takes their place that never goes.
"""

from collections.abc import Sequence

from schemas.records import FetchRequest
from services.fetcher.feed_state import asked_key
from services.fetcher.revisits import revisit_key
from services.stage import Memory, Remember, Skip

TAKEDOWN = "takedown"  # lane of such a request
DOWN = "down:"
"""Under this prefix lies every page that is taken down: since when."""


def down_key(page_id: str) -> str:
    """Where it lies that a page is taken down."""
    return DOWN + page_id


def note_takedown(request: FetchRequest) -> Sequence[Remember]:
    """What is remembered of the page from now on. Told twice it is the same."""
    return (
        Remember(down_key(request.page_id), request.requested_at.date().isoformat().encode()),
        Remember(asked_key(request.page_id), None),
        Remember(revisit_key(request.page_id), None),
    )


def refuse_taken_down(request: FetchRequest, memory: Memory) -> None:
    """Raises Skip("taken-down")."""
    if mark := memory.get(down_key(request.page_id)):
        raise Skip("taken-down", f"{request.canonical_url}, on {mark.decode()}")
