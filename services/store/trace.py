"""Everything the store knows of one page: what became of it at each stage, and why."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from schemas.records import CopyEvidence, Stamp
from services.store.sqlite_file import reading

PIPELINE = ("fetcher", "extractor", "classifier", "linker", "store")
"""Stages in the order a page meets them. Clocks of two stages may disagree by more than a page takes."""

FATES = """
SELECT stage, fate, reason, detail, at, seconds, lane, topic, partition, "offset", url, stamps
  FROM fates WHERE page_id = ? ORDER BY at
"""
# A dead letter has the key of its message, which is not the page's everywhere: then its place tells.
DEAD_LETTERS = """
SELECT d.stage, d.topic, d.partition, d."offset", d.reason, d.error, d.attempts, d.redrives,
       d.first_at, d.last_at, d.url
  FROM dead_letters d
 WHERE d.rowid IN (
       SELECT rowid FROM dead_letters WHERE key = :page
        UNION
       SELECT l.rowid FROM fates f JOIN dead_letters l
           ON l.stage = f.stage AND l.topic = f.topic AND l.partition = f.partition
          AND l."offset" = f."offset" AND l.url IS f.url
        WHERE f.page_id = :page AND f.fate = 'dead')
 ORDER BY d.last_at
"""
ARTICLE = """
SELECT a.version, a.status, a.title, a.canonical_url AS url, a.source_id, a.language, a.published,
       a.fetched_at,
       (SELECT json_group_object(country, grade) FROM relevance r WHERE r.page_id = a.page_id) AS countries,
       a.copy_verdict, a.copy_score, a.copy_of, a.story_id, a.independent_sources,
       json_extract(CAST(a.record AS TEXT), '$.because') AS because,
       json_extract(CAST(a.record AS TEXT), '$.copy.of_publisher') AS of_publisher,
       json_extract(CAST(a.record AS TEXT), '$.copy.evidence') AS evidence
  FROM articles a WHERE a.page_id = ?
"""
STORY = """
SELECT s.story_id, s.title, s.first_at, s.last_at, s.independent_sources,
       (SELECT count(*) FROM memberships m WHERE m.story_id = s.story_id) AS members
  FROM stories s WHERE s.story_id IN (SELECT m.story_id FROM memberships m WHERE m.page_id = ?)
"""


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
    article: TracedArticle | None
    stories: tuple[TracedStory, ...]
    fates: tuple[TracedFate, ...]
    dead_letters: tuple[TracedDeadLetter, ...]

    @property
    def known(self) -> bool:
        """Whether any stage has met the page."""
        return bool(self.article or self.fates or self.dead_letters)


T = TypeVar("T", bound=msgspec.Struct)


def trace(path: Path, page_id: str) -> Trace:
    """What happened to a page, in the order of the pipeline. Raises Transient("store-unavailable")."""
    page = page_id.encode("utf-8", "replace").decode()
    with reading(path) as db:
        articles = _all(db, TracedArticle, ARTICLE, (page,))
        fates = sorted(_all(db, TracedFate, FATES, (page,)), key=_place)
        letters = _all(db, TracedDeadLetter, DEAD_LETTERS, {"page": page})
        stories = _all(db, TracedStory, STORY, (page,))
    named = [*(a.url for a in articles), *(fate.url for fate in fates), *(letter.url for letter in letters)]
    return Trace(
        page_id=page,
        url=next(filter(None, named), None),
        article=articles[0] if articles else None,
        stories=stories,
        fates=tuple(fates),
        dead_letters=letters,
    )


def _place(fate: TracedFate) -> tuple[int, datetime]:
    return (PIPELINE.index(fate.stage) if fate.stage in PIPELINE else len(PIPELINE), fate.at)


def _all(db: sqlite3.Connection, kind: type[T], statement: str, values: Any) -> tuple[T, ...]:
    return tuple(
        msgspec.convert({name: _value(name, row[name]) for name in row.keys()}, kind)  # noqa: SIM118 - a Row iterates over its values
        for row in db.execute(statement, values)
    )


def _value(name: str, stored: Any) -> Any:
    return msgspec.json.decode(stored) if name in {"stamps", "countries", "evidence"} else stored
