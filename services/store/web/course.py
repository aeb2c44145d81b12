"""How a story went from page to page: a lane for each publisher, an arc from original to copy. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Protocol


class Page(Protocol):
    """What is drawn of a page of a story."""

    @property
    def page_id(self) -> str:
        """Of the page."""

    @property
    def published(self) -> str | None:
        """ISO 8601, as precise as the page says."""

    @property
    def fetched_at(self) -> datetime | None:
        """None: it is not stored."""

    @property
    def copy_of(self) -> str | None:
        """Page id of its original."""

    @property
    def publisher(self) -> str | None:
        """Name of its source."""

    @property
    def source_id(self) -> str | None:
        """Of its source."""

    @property
    def url(self) -> str | None:
        """Where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A page of a story: when it came out, in the lane of its publisher."""

    page: Page
    x: float  # 0..1 from the first page to the last
    lane: int  # from 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """Who copied whom: from the original to the copy."""

    start: Dot
    end: Dot


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a story went from page to page."""

    lanes: tuple[str, ...]  # publishers, first come first
    dots: tuple[Dot, ...]
    arcs: tuple[Arc, ...]
    first_at: datetime | None
    last_at: datetime | None


def came_out(page: Page) -> datetime | None:
    """When it was published, in UTC where no zone is stated, at noon where no hour is, else fetched.

    Not after that: it was there to be fetched. None where it is not stored.
    """
    published, fetched = page.published or "", page.fetched_at
    if fetched is None:
        return None
    try:
        said = datetime.fromisoformat(published)
    except ValueError:
        return fetched
    if len(published) == len("2026-03-01"):
        said = datetime.combine(said, time(12))
    return min(said if said.tzinfo else said.replace(tzinfo=UTC), fetched)


def course(pages: Sequence[Page]) -> Course:
    """The pages that are stored, in time."""
    known = sorted(
        ((at, page.page_id, page) for page in pages if (at := came_out(page))), key=lambda each: each[:2]
    )
    if not known:
        return Course(lanes=(), dots=(), arcs=(), first_at=None, last_at=None)
    first, last = known[0][0], known[-1][0]
    lanes = list(dict.fromkeys(publisher_of(page) for *_, page in known))
    long = (last - first).total_seconds() or 1.0
    dots = {
        page_id: Dot(page=page, x=(at - first).total_seconds() / long, lane=lanes.index(publisher_of(page)))
        for at, page_id, page in known
    }
    arcs = [Arc(start=dots[dot.page.copy_of], end=dot) for dot in dots.values() if dot.page.copy_of in dots]
    return Course(
        lanes=tuple(lanes), dots=tuple(dots.values()), arcs=tuple(arcs), first_at=first, last_at=last
    )


def publisher_of(page: Page) -> str:
    """Its name; where it has none its source, else what can be told from its address."""
    host = (page.url or "").partition("://")[2].partition("/")[0]
    return page.publisher or page.source_id or host or page.page_id[:16]
