"""One story as it is now: its pages, who copied whom, and who stands behind it."""

from datetime import datetime
from typing import Any

import msgspec

from schemas.records import Disagreement, Story
from services.runtime.place import Place
from services.store.reading import reading, storable

STORY = """
SELECT s.record FROM stories s
 WHERE s.story_id = $1 OR s.story_id IN (SELECT m.story_id FROM memberships m WHERE m.page_id = $2)
 ORDER BY s.story_id
"""
MEMBERS = """
SELECT m.page_id, a.title, a.canonical_url AS url, a.source_id, s.name AS publisher, a.published,
       a.fetched_at, a.copy_verdict, a.copy_score, a.copy_of, a.record
  FROM memberships m
  LEFT JOIN articles a ON a.page_id = m.page_id
  LEFT JOIN sources s ON s.source_id = a.source_id
 WHERE m.story_id = $1
"""


class StoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a story; of one that is not stored (yet) only the id is known."""

    page_id: str
    title: str | None = None
    url: str | None = None
    source_id: str | None = None
    publisher: str | None = None  # name of the source
    published: str | None = None
    fetched_at: datetime | None = None
    copy_verdict: str | None = None
    copy_score: float | None = None
    copy_of: str | None = None
    of_publisher: str | None = None  # whose text it is, if not its own


class StoryTold(msgspec.Struct, frozen=True, kw_only=True):
    """A story and its pages, first fetched first."""

    story_id: str
    version: int
    title: str | None
    first_at: datetime
    last_at: datetime
    independent_sources: int
    families: tuple[str, ...]
    countries: tuple[str, ...]
    topics: tuple[str, ...]
    entities: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]
    updates: tuple[Disagreement, ...]
    merged_into: str | None
    split_from: str | None
    pages: tuple[StoryPage, ...]


def tell_story(place: Place, story_id: str, page_id: str) -> StoryTold | None:
    """The story of this id, or the one that counts this page among its members; None where there is none.

    Raises Transient("store-unavailable").
    """
    with reading(place) as store:
        found = [row["record"] for row in store.rows(STORY, storable(story_id), storable(page_id))]
        if not found:
            return None
        story = msgspec.json.decode(found[0], type=Story)
        pages = [msgspec.convert(_named(row), StoryPage) for row in store.rows(MEMBERS, story.story_id)]
    told = {name: getattr(story, name) for name in StoryTold.__struct_fields__ if name != "pages"}
    return StoryTold(**told, pages=tuple(sorted(pages, key=_order)))


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """The row with what only the record says."""
    record = row.pop("record")
    copy = msgspec.json.decode(record, type=dict[str, Any])["copy"] if record else {}
    return row | {"of_publisher": copy.get("of_publisher")}


def _order(page: StoryPage) -> tuple[bool, str, str]:
    at = page.fetched_at
    return at is None, at.isoformat() if at else "", page.page_id
