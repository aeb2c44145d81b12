"""What became of each page: its last fate, and what the store says of it if it was kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from services.store.sqlite_file import reading
from services.store.trace import PIPELINE

# A page may have had several fates at a stage (redelivered, or fetched again); the latest counts.
LAST = """
SELECT f.page_id, f.stage, f.fate, f.reason, f.detail, f.at, f.seconds, f.url,
       a.title, a.source_id, a.canonical_url, a.language, a.copy_verdict, a.copy_of, a.story_id,
       json_extract(CAST(a.record AS TEXT), '$.copy.of_publisher') AS of_publisher,
       s.title AS story, s.independent_sources,
       (SELECT json_group_object(country, grade) FROM relevance r WHERE r.page_id = f.page_id) AS countries
  FROM fates f
  LEFT JOIN articles a ON a.page_id = f.page_id
  LEFT JOIN stories s ON s.story_id = a.story_id
 WHERE f.topic <> 'stories.v1'
 ORDER BY f.at
"""

END = "SELECT 1 FROM fates WHERE page_id = ? AND (fate <> 'done' OR stage = 'store') LIMIT 1"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One page at the end of its way."""

    page_id: str
    url: str | None
    stage: str  # the last that had it
    fate: str  # stored | done | skipped | dead
    reason: str
    detail: str
    at: datetime
    seconds: float = 0.0  # the stage took
    title: str | None = None
    source_id: str | None = None
    language: str | None = None
    countries: dict[str, int] = {}  # grade by ISO 3166-1 alpha-2
    copy_verdict: str | None = None
    copy_of: str | None = None
    of_publisher: str | None = None
    story_id: str | None = None
    story: str | None = None  # the story's title
    independent_sources: int | None = None  # of the story, as it is now


def outcomes(path: Path) -> tuple[Outcome, ...]:
    """Every page with a fate, by source and URL. Raises Transient("store-unavailable")."""
    last: dict[str, Outcome] = {}
    with reading(path) as db:
        for row in db.execute(LAST):
            fields = dict(row)
            fields["url"] = fields.pop("canonical_url") or fields["url"]
            fields["countries"] = msgspec.json.decode(fields["countries"] or "{}")
            if fields["stage"] == "store" and fields["fate"] == "done":
                fields["fate"] = "stored"
            found = msgspec.convert(fields, Outcome)
            before = last.get(found.page_id)
            if before is None or _place(found) >= _place(before) or _begins_anew(found, before):
                last[found.page_id] = found
    return tuple(sorted(last.values(), key=lambda each: (each.source_id or "", each.url or "")))


def _begins_anew(found: Outcome, before: Outcome) -> bool:
    """Whether an earlier stage took the page after a later one was through with it: it was fetched again."""
    return found.at - timedelta(seconds=found.seconds) > before.at


def _place(outcome: Outcome) -> int:
    return PIPELINE.index(outcome.stage) if outcome.stage in PIPELINE else len(PIPELINE)


def without_end(path: Path, page_ids: Iterable[str]) -> tuple[str, ...]:
    """Those of the pages that were never stored, skipped or refused. Raises Transient."""
    with reading(path) as db:
        return tuple(page_id for page_id in page_ids if db.execute(END, (page_id,)).fetchone() is None)
