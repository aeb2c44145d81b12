"""Everything the store knows of one page: what became of it at each stage, and why."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from schemas.records import CopyEvidence, Stamp
from services.runtime.place import Place
from services.store.reading import Reader, reading, storable

PIPELINE = ("fetcher", "extractor", "classifier", "linker", "store")
"""Stages in the order a page meets them. Clocks of two stages may disagree by more than a page takes."""

FATES = """
SELECT stage, fate, reason, detail, at, seconds, lane, topic, partition, "offset", url, stamps
  FROM fates WHERE page_id = $1 ORDER BY at
"""
# A dead letter has the key of its message, which is not the page's everywhere: then its place tells.
DEAD_LETTERS = """
SELECT d.stage, d.topic, d.partition, d."offset", d.reason, d.error, d.attempts, d.redrives,
       d.first_at, d.last_at, d.url
  FROM dead_letters d
 WHERE (d.stage, d.topic, d.partition, d."offset", d.key) IN (
       SELECT stage, topic, partition, "offset", key FROM dead_letters WHERE key = $1
        UNION
       SELECT l.stage, l.topic, l.partition, l."offset", l.key FROM fates f JOIN dead_letters l
           ON l.stage = f.stage AND l.topic = f.topic AND l.partition = f.partition
          AND l."offset" = f."offset" AND coalesce(l.url, '') = coalesce(f.url, '')
        WHERE f.page_id = $1 AND f.fate = 'dead')
 ORDER BY d.last_at
"""
ARTICLE = """
SELECT a.version, a.status, a.title, a.canonical_url AS url, a.source_id, a.language, a.published,
       a.fetched_at,
       (SELECT {grades} FROM relevance r WHERE r.page_id = a.page_id) AS countries,
       a.copy_verdict, a.copy_score, a.copy_of, a.story_id, a.independent_sources, a.record
  FROM articles a WHERE a.page_id = $1
"""
STORY = """
SELECT s.story_id, s.title, s.first_at, s.last_at, s.independent_sources,
       (SELECT count(*) FROM memberships m WHERE m.story_id = s.story_id) AS members
  FROM stories s WHERE s.story_id IN (SELECT m.story_id FROM memberships m WHERE m.page_id = $1)
"""


TAKEDOWN = "SELECT reason, at, url FROM takedowns WHERE page_id = $1"


class TracedTakedown(msgspec.Struct, frozen=True, kw_only=True):
    """That the page is taken down: nothing with words of it is kept, and nothing more will be."""

    reason: str
    at: datetime
    url: str


class TracedFate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message of the page at one stage."""

    stage: str
    fate: str
    reason: str
    detail: str
    at: datetime
    seconds: float
    lane: str | None
    topic: str
    partition: int
    offset: int
    url: str | None
    stamps: tuple[Stamp, ...]


class TracedDeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the page that is kept as a dead letter."""

    stage: str
    topic: str
    partition: int
    offset: int
    reason: str
    error: str
    attempts: int
    redrives: int
    first_at: datetime
    last_at: datetime
    url: str | None


class TracedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """The page as stored, without its text."""

    version: int
    status: str
    title: str | None
    url: str
    source_id: str | None
    language: str | None
    published: str | None
    fetched_at: datetime
    countries: dict[str, int]  # grade 0, 1 or 2
    copy_verdict: str
    copy_score: float
    copy_of: str | None
    story_id: str
    independent_sources: int  # as of publication
    because: str | None  # why it is relevant
    of_publisher: str | None  # whose text it is, if not its own
    evidence: tuple[CopyEvidence, ...]  # for the copy verdict


class TracedStory(msgspec.Struct, frozen=True, kw_only=True):
    """A story that counts the page among its members, as it is now."""

    story_id: str
    title: str | None
    first_at: datetime
    last_at: datetime
    independent_sources: int
    members: int


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; nothing but `page_id` for a page that was never met."""

    page_id: str
    url: str | None
    takedown: TracedTakedown | None
    article: TracedArticle | None
    stories: tuple[TracedStory, ...]
    fates: tuple[TracedFate, ...]
    dead_letters: tuple[TracedDeadLetter, ...]

    @property
    def known(self) -> bool:
        """Whether any stage has met the page."""
        return bool(self.takedown or self.article or self.fates or self.dead_letters)


T = TypeVar("T", bound=msgspec.Struct)


def trace(place: Place, page_id: str) -> Trace:
    """What happened to a page, in the order of the pipeline. Raises Transient("store-unavailable")."""
    page = storable(page_id)
    with reading(place) as store:
        takedowns = _all(store, TracedTakedown, TAKEDOWN, page)
        articles = _all(store, TracedArticle, ARTICLE, page)
        fates = sorted(_all(store, TracedFate, FATES, page), key=_place)
        letters = _all(store, TracedDeadLetter, DEAD_LETTERS, page)
        stories = _all(store, TracedStory, STORY, page)
    named = [*(each.url for each in takedowns), *(a.url for a in articles)]
    named += [fate.url or "" for fate in fates]
    named += [letter.url or "" for letter in letters]
    return Trace(
        page_id=page,
        url=next(filter(None, named), None),
        takedown=takedowns[0] if takedowns else None,
        article=articles[0] if articles else None,
        stories=stories,
        fates=tuple(fates),
        dead_letters=letters,
    )


def _place(fate: TracedFate) -> tuple[int, datetime]:
    return (PIPELINE.index(fate.stage) if fate.stage in PIPELINE else len(PIPELINE), fate.at)


def _all(store: Reader, kind: type[T], query: str, page: str) -> tuple[T, ...]:
    return tuple(msgspec.convert(_decoded(row), kind) for row in store.rows(query, page))


def _decoded(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its JSON read; what only the record says is taken from there."""
    for name in {"stamps", "countries"} & row.keys():
        row[name] = msgspec.json.decode(row[name])
    if "record" in row:
        record = msgspec.json.decode(row.pop("record"), type=dict[str, Any])
        copy = record["copy"]
        row |= {"because": record.get("because"), "of_publisher": copy.get("of_publisher")}
        row["evidence"] = copy.get("evidence", ())
    return row
