"""What became of each page: its last fate, and what the store says of it if it was kept."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from schemas.records import Copy
from services.runtime.place import Place
from services.store.endings import ASIDE
from services.store.reading import Reader, reading
from services.store.trace import PIPELINE

# A page may have had several fates at a stage (redelivered, or fetched again); the latest counts. That it was
# read again says nothing of it yet: what was new in it has fates at the stages behind the fetcher.
LAST = f"""
SELECT f.page_id, f.stage, f.fate, f.reason, f.detail, f.at, f.seconds, f.url,
       a.title, a.source_id, a.canonical_url, a.language, a.copy_verdict, a.copy_of, a.story_id,
       CASE WHEN a.copy_verdict <> 'original' THEN a.record END AS copied,
       s.title AS story, s.independent_sources,
       (SELECT {{grades}} FROM relevance r WHERE r.page_id = f.page_id) AS countries
  FROM fates f
  LEFT JOIN articles a ON a.page_id = f.page_id
  LEFT JOIN stories s ON s.story_id = a.story_id
 WHERE f.topic <> 'stories.v1' AND (f.stage <> 'fetcher' OR coalesce(f.lane, '') <> 'revisit')
   AND f.stage NOT IN {ASIDE} %s
 ORDER BY f.at
"""  # noqa: S608 - our own text

ENDED = f"""
SELECT DISTINCT page_id FROM fates
 WHERE (fate <> 'done' OR stage = 'store') AND stage NOT IN {ASIDE} AND page_id IN (%s)
"""  # noqa: S608 - our own text
TOGETHER = 500  # pages asked for in one query


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


class _Copied(msgspec.Struct, frozen=True):
    copy: Copy


_COPIED = msgspec.json.Decoder(_Copied)


def outcomes(place: Place, page_ids: Iterable[str] | None = None) -> tuple[Outcome, ...]:
    """Every page with a fate, or of those asked for, by source and URL. Raises Transient."""
    last: dict[str, Outcome] = {}
    with reading(place) as store:
        for fields in _last_fates(store, page_ids):
            fields["url"] = fields.pop("canonical_url") or fields["url"]
            copied = fields.pop("copied")
            fields["of_publisher"] = copied and _COPIED.decode(copied).copy.of_publisher
            fields["countries"] = msgspec.json.decode(fields["countries"] or "{}")
            if fields["stage"] == "store" and fields["fate"] == "done":
                fields["fate"] = "stored"
            found = msgspec.convert(fields, Outcome)
            before = last.get(found.page_id)
            if before is None or _place(found) >= _place(before) or _begins_anew(found, before):
                last[found.page_id] = found
    return tuple(sorted(last.values(), key=lambda each: (each.source_id or "", each.url or "")))


def _last_fates(store: Reader, page_ids: Iterable[str] | None) -> Iterator[dict[str, Any]]:
    if page_ids is None:
        yield from store.rows(LAST % "")
        return
    for places, pages in _together(page_ids):
        yield from store.rows(LAST % f"AND f.page_id IN ({places})", *pages)


def _together(page_ids: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Pages of one query, and the places where their ids stand in it."""
    asked = iter(page_ids)
    while pages := tuple(islice(asked, TOGETHER)):
        yield ", ".join(f"${number}" for number in range(1, len(pages) + 1)), pages


def _begins_anew(found: Outcome, before: Outcome) -> bool:
    """Whether an earlier stage took the page after a later one was through with it: it was fetched again."""
    return found.at - timedelta(seconds=found.seconds) > before.at


def _place(outcome: Outcome) -> int:
    return PIPELINE.index(outcome.stage) if outcome.stage in PIPELINE else len(PIPELINE)


def without_end(place: Place, page_ids: Iterable[str]) -> tuple[str, ...]:
    """Those of the pages that were never stored, skipped or refused. Raises Transient."""
    open_ones: list[str] = []
    with reading(place) as store:
        for places, pages in _together(page_ids):
            ended = {row["page_id"] for row in store.rows(ENDED % places, *pages)}
            open_ones += [page_id for page_id in pages if page_id not in ended]
    return tuple(open_ones)
