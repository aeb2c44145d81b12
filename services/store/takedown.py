"""What a takedown does to rows that are there: erased, emptied, or told without the page. Pure.

What comes later is refused by the statement that would write it (services/store/tables.py: Guard).
"""

from collections.abc import Collection, Mapping

from msgspec import structs

from schemas.codec import decode, encode
from schemas.records import Disagreement, StatedValue, Story
from schemas.topics import STORIES as STORIES_TOPIC
from services.store.tables import BARE, MEMBERSHIPS, STORIES, Part, Row

ERASE: Mapping[str, tuple[str, ...]] = {
    f"DELETE FROM articles WHERE page_id = $1 AND NOT ({BARE.format('')})": ("page_id",),  # noqa: S608 - no value in it
    **{
        f"DELETE FROM {part} WHERE page_id = $1"  # noqa: S608 - the names above
        " AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.page_id = $1)": ("page_id",)
        for part in ("relevance", "entities", "topics", "search_text")
    },
    "DELETE FROM memberships WHERE page_id = $1": ("page_id",),
    "DELETE FROM dead_letters WHERE key = $1 OR url = $2": ("page_id", "url"),
    "UPDATE fates SET detail = '' WHERE page_id = $1 AND detail <> ''": ("page_id",),
}
"""In this order: statement, and which columns of the takedown are its values. Twice changes nothing."""

TITLE = "SELECT title FROM articles WHERE page_id = $1"
TOLD_WITH = """
SELECT story_id, record FROM stories
 WHERE story_id IN (SELECT story_id FROM memberships WHERE page_id = $1) ORDER BY story_id
"""
RETELL = "UPDATE stories SET title = $2, record = $3 WHERE story_id = $1"


def retold(record: bytes, page_id: str, title: str | None) -> tuple[str | None, bytes]:
    """Title and record of a stored story without a page; `title` is what the page was called."""
    story = _without(decode(STORIES_TOPIC, record), {page_id})
    if title is not None and story.title == title:
        story = structs.replace(story, title=None)
    return story.title, encode(STORIES_TOPIC, story)


def told_without(row: Row, gone: Collection[str]) -> Row:
    """The row of a story that comes, without the pages among its members that are taken down.

    Whose title it has is not known any more, so it has none; the linker's next version names it.
    """
    at = STORIES.columns.index
    story = structs.replace(_without(decode(STORIES_TOPIC, _record(row)), gone), title=None)
    values = list(row.values)
    values[at("title")], values[at("record")] = None, encode(STORIES_TOPIC, story)
    members = tuple((story.story_id, page_id) for page_id in story.members)
    return Row(STORIES, tuple(values), (Part(MEMBERSHIPS, members),))


def members_of(row: Row) -> tuple[str, ...]:
    """The pages that the row of a story names; none of any other."""
    if row.table is not STORIES:
        return ()
    return tuple(str(page_id) for part in row.parts for _, page_id in part.rows)


def _record(row: Row) -> bytes:
    record = row.values[STORIES.columns.index("record")]
    return record if isinstance(record, bytes) else b""


def _without(story: Story, gone: Collection[str]) -> Story:
    return structs.replace(
        story,
        members=tuple(member for member in story.members if member not in gone),
        disagreements=_unsaid(story.disagreements, gone),
        updates=_unsaid(story.updates, gone),
    )


def _unsaid(disagreements: tuple[Disagreement, ...], gone: Collection[str]) -> tuple[Disagreement, ...]:
    """What is left when these pages say nothing; one answer is no disagreement."""
    left = (structs.replace(each, values=_values_of(each.values, gone)) for each in disagreements)
    return tuple(each for each in left if len(each.values) > 1)


def _values_of(values: tuple[StatedValue, ...], gone: Collection[str]) -> tuple[StatedValue, ...]:
    left = (
        structs.replace(
            value,
            page_ids=tuple(page_id for page_id in value.page_ids if page_id not in gone),
            said=tuple(saying for saying in value.said if saying.page_id not in gone),
        )
        for value in values
    )
    return tuple(value for value in left if value.page_ids)
