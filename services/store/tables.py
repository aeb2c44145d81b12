"""What a store holds, as data: tables, their keys, and which column decides that a row is newer. Pure.

The SQL that creates the tables lies in migrations/; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Value = str | int | float | bytes | datetime | None
Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, the key first. `version` names the column of which the higher value wins.

    A table without a version belongs to rows of another one: its first column is that row's key, and
    it is replaced as a whole when that row wins.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    version: str | None = None

    @property
    def single(self) -> bool:
        """Whether an owner has at most one row here."""
        return self.version is None and len(self.key) == 1


@dataclass(frozen=True, slots=True)
class Part:
    """Everything one owner has in one table; empty means it has nothing there any more."""

    table: Table
    rows: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a versioned table and the parts that stand or fall with it."""

    table: Table
    values: Values
    parts: tuple[Part, ...] = ()

    @property
    def key(self) -> Values:
        """The values of the key columns."""
        return self.values[: len(self.table.key)]


ARTICLES = Table(
    "articles",
    (
        "page_id", "version", "canonical_url", "url", "source_id", "title", "text", "language", "published",
        "modified", "fetched_at", "genre", "story_id", "independent_sources", "copy_verdict", "copy_score",
        "copy_of", "status", "record",
    ),
    ("page_id",),
    "version",
)  # fmt: skip
RELEVANCE = Table("relevance", ("page_id", "country", "grade", "score"), ("page_id", "country"))
ENTITIES = Table("entities", ("page_id", "entity_id", "name", "type", "mentions"), ("page_id", "entity_id"))
TOPICS = Table("topics", ("page_id", "topic_id", "name", "medtop", "score"), ("page_id", "topic_id"))
SEARCH_TEXT = Table("search_text", ("page_id", "title", "text"), ("page_id",))

STORIES = Table(
    "stories",
    ("story_id", "version", "title", "first_at", "last_at", "independent_sources", "record"),
    ("story_id",),
    "version",
)
MEMBERSHIPS = Table("memberships", ("story_id", "page_id"), ("story_id", "page_id"))

# The page is part of both keys because the embedded bus counts offsets from 0 in every run: without it,
# a second run would overwrite the fates of other pages.
FATES = Table(
    "fates",
    (
        "stage", "topic", "partition", "offset", "page_id", "fate", "reason", "detail", "at", "seconds",
        "lane", "url", "stamps", "source_id",
    ),
    ("stage", "topic", "partition", "offset", "page_id"),
    "at",
)  # fmt: skip
DEAD_LETTERS = Table(
    "dead_letters",
    (
        "stage", "topic", "partition", "offset", "key", "reason", "error", "attempts", "redrives",
        "first_at", "last_at", "url", "record",
    ),
    ("stage", "topic", "partition", "offset", "key"),
    "last_at",
)  # fmt: skip
SOURCES = Table(
    "sources",
    ("source_id", "name", "homepage", "country", "family", "kind", "seen_at", "record"),
    ("source_id",),
    "seen_at",
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        ARTICLES, RELEVANCE, ENTITIES, TOPICS, SEARCH_TEXT,
        STORIES, MEMBERSHIPS, FATES, DEAD_LETTERS, SOURCES,
    )
}  # fmt: skip
