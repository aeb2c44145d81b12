"""How the last pages of each source ended, and whether that is a state of the source. Pure.

A page that a list named ends at the first stage that refuses it, or at the linker: what comes to the store
may be an old page with a new verdict, which says nothing of how pages are read now. Neither do the past that
an archive holds, and pages read again.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

LAST = 10  # pages: what all of them share is no accident
WINDOW = timedelta(days=30)  # and from before that nothing is said of today
ASIDE = "('webhooks')"  # stages, as SQL, whose fates say nothing of how a page ended

LATELY = f"""
SELECT s.source_id, s.seen_at, f.stage, f.fate, f.reason,
       count(f.at) AS pages, min(f.at) AS first_at, max(f.at) AS last_at, max(f.url) AS url
  FROM sources s LEFT JOIN {{of_each}} FROM fates e
        WHERE e.source_id = s.source_id AND e.at >= $1 AND e.stage <> 'store' AND e.stage NOT IN {ASIDE}
          AND (e.fate <> 'done' OR e.stage = 'linker') AND coalesce(e.lane, '') NOT IN ('backfill', 'revisit')
        ORDER BY e.at DESC LIMIT {LAST}{{as_f}}
 GROUP BY s.source_id, s.seen_at, f.stage, f.fate, f.reason
 ORDER BY s.source_id, pages DESC, f.stage, f.reason
"""  # noqa: S608 - our own text
"""How the last pages of each source ended since a time, and since when it is read as it is.

The words of its WHERE are those of the index fates_that_end: so it looks at LAST fates a source, however many
there are. 300 sources among a million fates: under 0.1 s with SQLite and with PostgreSQL.
"""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """The pages that ended in one way."""

    stage: str
    fate: str  # done | skipped | dead
    reason: str
    pages: int
    first_at: datetime
    last_at: datetime
    url: str | None = None  # of one of them


class Lately(msgspec.Struct, frozen=True, kw_only=True):
    """What the store knows of a source beside its articles."""

    seen_at: datetime  # since when it is read as it is now
    endings: tuple[Ending, ...] = ()  # of its last pages, LAST at most; the most frequent first


def read_lately(rows: Iterable[Mapping[str, Any]]) -> dict[str, Lately]:
    """What LATELY finds, by source id."""
    found: dict[str, Lately] = {}
    for row in rows:
        lately = found.get(row["source_id"]) or msgspec.convert({"seen_at": row["seen_at"]}, Lately)
        if row["stage"] is not None:
            endings = (*lately.endings, msgspec.convert(row, Ending))
            lately = msgspec.structs.replace(lately, endings=endings)
        found[row["source_id"]] = lately
    return found


def all_fail(endings: Iterable[Ending], read: Container[str]) -> bool:
    """Whether each of the last LAST pages ended unread; `read` are the reasons after which it was read."""
    last = tuple(endings)
    unread = [each for each in last if each.fate != "done" and each.reason not in read]
    return len(unread) == len(last) and sum(each.pages for each in last) >= LAST
