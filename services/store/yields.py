"""What came of the pages that each source named, lately: kept, refused, and why."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import msgspec

from schemas.codec import decode
from schemas.records import Source
from schemas.topics import SOURCES
from services.runtime.place import Place
from services.store.reading import reading

LATELY = timedelta(days=7)

# The words of its WHERE are those of the index fates_that_end (services/store/endings.py).
ENDED = """
SELECT e.source_id, e.fate, e.reason, count(*) AS pages FROM fates e
 WHERE e.source_id IS NOT NULL AND e.at >= $1 AND e.stage <> 'store'
   AND (e.fate <> 'done' OR e.stage = 'linker') AND coalesce(e.lane, '') NOT IN ('backfill', 'revisit')
 GROUP BY e.source_id, e.fate, e.reason
"""
HEARD_OF = "SELECT record FROM sources ORDER BY source_id"


class Yield(msgspec.Struct, frozen=True, kw_only=True):
    """The pages of one source that came to an end lately."""

    kept: int  # relevant, and through every stage
    refused: dict[str, int]  # pages by reason, the most frequent first

    @property
    def ended(self) -> int:
        """All of them."""
        return self.kept + sum(self.refused.values())


def yields(place: Place, now: datetime) -> tuple[tuple[Source, Yield], ...]:
    """Every source the store has heard of, and its yield since LATELY. Raises Transient."""
    with reading(place) as store:
        sources = [decode(SOURCES, bytes(row["record"])) for row in store.rows(HEARD_OF)]
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in store.rows(ENDED, now - LATELY):
            rows[row["source_id"]].append(row)
    return tuple((source, _yield(rows[source.id])) for source in sources)


def _yield(rows: list[dict[str, Any]]) -> Yield:
    refused = {row["reason"]: 0 for row in rows if row["fate"] != "done"}
    for row in rows:
        if row["fate"] != "done":
            refused[row["reason"]] += row["pages"]
    most = dict(sorted(refused.items(), key=lambda each: (-each[1], each[0])))
    return Yield(kept=sum(row["pages"] for row in rows if row["fate"] == "done"), refused=most)
