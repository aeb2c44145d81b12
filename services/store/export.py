"""Every article that a search finds, for other programs: one snapshot, in batches, however many there are."""

from collections.abc import Iterator

from services.runtime.place import Place
from services.store.found import Found
from services.store.narrowing import UNNARROWED, Narrowed, order_of, slots
from services.store.reading import reading
from services.store.search import found_by, read_query

TOGETHER = 200  # records read at once: at most 200 MiB, as a record may be 1 MiB; usually one

SORTED = "SELECT f.page_id FROM (%s) f JOIN articles a ON a.page_id = f.page_id ORDER BY %s"
RECORDS = """
SELECT a.page_id, a.record,
       coalesce((SELECT s.independent_sources FROM stories s WHERE s.story_id = a.story_id),
                a.independent_sources) AS independent_sources
  FROM articles a WHERE a.page_id IN (%s)
"""


def export(
    place: Place,
    typed: str,
    narrowed: Narrowed = UNNARROWED,
    *,
    order: str | None = None,
) -> Iterator[Found]:
    """The usable articles that `search` finds, all of them, sorted as there; with neither words nor
    narrowing the whole store.

    Raises BadSearch before the first, and Transient where the store cannot be read.
    """
    query = read_query(typed)
    sort = order_of(order or "oldest", query is not None)
    with reading(place) as store:
        found, values = found_by(store, query, narrowed, best=sort.by_score)
        ids = [row["page_id"] for row in store.rows(SORTED % (found, sort.shown), *values)]
        for start in range(0, len(ids), TOGETHER):
            some = ids[start : start + TOGETHER]
            rows = {row["page_id"]: row for row in store.rows(RECORDS % slots(1, len(some)), *some)}
            for page_id in some:
                row = rows[page_id]
                yield Found(bytes(row["record"]), row["independent_sources"])
