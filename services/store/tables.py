"""What a store holds, as data: tables, their keys, and which column decides that a row is newer. Pure.

The SQL that creates the tables lies in migrations/; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Value = str | int | float | bytes | datetime | None
Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """What is kept of a page that is taken down (table `takedowns`): nothing that may hold words of it.

    A row of such a page is refused, but for one that is `bare`; a row with columns to `blank` is kept, and
    these are emptied. The statement that writes a row looks it up, so that nothing comes in between.
    """

    page: str  # column with the id of the page
    url: str | None = None  # column with its canonical address, where the id may be missing
    bare: str | None = None  # condition on the row, called `new`, under which it holds no words
    blank: tuple[str, ...] = ()

    @property
    def taken_down(self) -> str:
        """The condition that the page of a row called `new` is taken down."""
        by_url = f' OR gone.url = new."{self.url}"' if self.url else ""
        return f'EXISTS (SELECT 1 FROM takedowns gone WHERE gone.page_id = new."{self.page}"{by_url})'  # noqa: S608 - names from below

    @property
    def allowed(self) -> str:
        """The condition under which a row called `new` may be written."""
        if self.blank:
            return "true"
        return f"(NOT {self.taken_down}{f' OR {self.bare}' if self.bare else ''})"

    def value(self, column: str) -> str:
        """What is written into a column."""
        if column not in self.blank:
            return f'new."{column}"'
        return f"CASE WHEN {self.taken_down} THEN '' ELSE new.\"{column}\" END"


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
    guard: Guard | None = None

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
    """One row of a versioned table and the parts that stand or fall with it.

    `takedown` is a row of TAKEDOWNS that is entered first, whether or not this one is kept.
    """

    table: Table
    values: Values
    parts: tuple[Part, ...] = ()
    takedown: "Row | None" = None

    @property
    def key(self) -> Values:
        """The values of the key columns."""
        return self.values[: len(self.table.key)]


BARE = "{0}status = 'canceled' AND {0}text = '' AND {0}title IS NULL"
"""The last row of a page that is taken down: where it was and why it is gone, as the linker says it."""

ARTICLES = Table(
    "articles",
    (
        "page_id", "version", "canonical_url", "url", "source_id", "title", "text", "language", "published",
        "modified", "fetched_at", "genre", "story_id", "independent_sources", "copy_verdict", "copy_score",
        "copy_of", "status", "record",
    ),
    ("page_id",),
    "version",
    Guard("page_id", bare=f"({BARE.format('new.')})"),
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
MEMBERSHIPS = Table("memberships", ("story_id", "page_id"), ("story_id", "page_id"), guard=Guard("page_id"))

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
    Guard("page_id", blank=("detail",)),
)  # fmt: skip
DEAD_LETTERS = Table(
    "dead_letters",
    (
        "stage", "topic", "partition", "offset", "key", "reason", "error", "attempts", "redrives",
        "first_at", "last_at", "url", "record",
    ),
    ("stage", "topic", "partition", "offset", "key"),
    "last_at",
    Guard("key", "url"),
)  # fmt: skip
SOURCES = Table(
    "sources",
    ("source_id", "name", "homepage", "country", "family", "kind", "seen_at", "record"),
    ("source_id",),
    "seen_at",
)

TAKEDOWNS = Table("takedowns", ("page_id", "url", "reason", "at"), ("page_id",), "at")

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        ARTICLES, RELEVANCE, ENTITIES, TOPICS, SEARCH_TEXT,
        STORIES, MEMBERSHIPS, FATES, DEAD_LETTERS, SOURCES, TAKEDOWNS,
    )
}  # fmt: skip
