"""What a store still holds of a page, counted: the proof of a takedown. And who copied it."""

from collections.abc import Mapping

import msgspec

from services.runtime.place import Place
from services.store.reading import reading, storable
from services.store.tables import BARE

HELD: Mapping[str, tuple[str, int]] = {
    "article": (f"articles WHERE page_id = $1 AND NOT ({BARE.format('')})", 1),
    "search text": ("search_text WHERE page_id = $1 AND title || text <> ''", 1),
    "entity": ("entities WHERE page_id = $1", 1),
    "topic": ("topics WHERE page_id = $1", 1),
    "place in a story": ("memberships WHERE page_id = $1", 1),
    "dead letter": ("dead_letters WHERE key = $1 OR url = $2", 2),
    "fate with a detail": ("fates WHERE page_id = $1 AND detail <> ''", 1),
}
"""What may hold words of a page: rows of which table, and how many of id and address its condition takes."""

COPIES = """
SELECT page_id, canonical_url AS url, copy_verdict AS verdict FROM articles
 WHERE copy_of = $1 AND status = 'usable' ORDER BY page_id
"""


class CopyOf(msgspec.Struct, frozen=True, kw_only=True):
    """A page that copied another."""

    page_id: str
    url: str
    verdict: str  # reprint | edited | spun


def held_of(place: Place, page_id: str, url: str) -> Mapping[str, int]:
    """How many rows may hold words of a page, by what they are; none that are not there.

    Raises Transient("store-unavailable").
    """
    asked = (storable(page_id), storable(url))
    with reading(place) as store:
        counts = {
            what: next(iter(store.rows(f"SELECT count(*) AS found FROM {rows}", *asked[:values])))["found"]  # noqa: S608 - from above
            for what, (rows, values) in HELD.items()
        }
    return {what: count for what, count in counts.items() if count}


def copies_of(place: Place, page_id: str) -> tuple[CopyOf, ...]:
    """The pages whose text is that of a page, which a takedown does not reach. Looks at all articles.

    Raises Transient("store-unavailable").
    """
    with reading(place) as store:
        return tuple(msgspec.convert(row, CopyOf) for row in store.rows(COPIES, storable(page_id)))


def taken_down(place: Place) -> frozenset[str]:
    """The ids of all pages that are taken down. Raises Transient("store-unavailable")."""
    with reading(place) as store:
        return frozenset(row["page_id"] for row in store.rows("SELECT page_id FROM takedowns"))
