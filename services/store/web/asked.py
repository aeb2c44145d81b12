"""What a page may be asked for: the parameters of each, checked. Pure.

The same structs check what comes, fill the pages' own links, and describe the parameters in OpenAPI.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from services.store.narrowing import Narrowed
from services.store.query import LONGEST, BadSearch

HITS = 20  # of one page
PAGES = 50  # of a search: its first 1,000 hits; who wants more exports them

Name = Annotated[str, Meta(max_length=300)]
Words = Annotated[str, Meta(max_length=LONGEST)]
Code = Annotated[str, Meta(pattern="^[A-Za-z]{2}$")]
Grade = Annotated[int, Meta(ge=1, le=2)]
Day = Annotated[str, Meta(max_length=10, pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Parameters of one page, from its path and its query string."""


class SearchAsked(Asked, frozen=True, kw_only=True):
    """Every one that is given must hold."""

    q: Annotated[Words, Meta(description='Words, all wanted; "…" a phrase, -word unwanted.')] = ""
    country: Annotated[Code, Meta(description="ISO 3166-1 alpha-2: IQ or IR.")] | None = None
    grade: Annotated[Grade, Meta(description="At least: 1 secondary, 2 primary.")] | None = None
    topic: Annotated[Name, Meta(description="Topic, by id or name.")] | None = None
    entity: Annotated[Name, Meta(description="Whoever or whatever: id, or any spelling.")] | None = None
    source: Annotated[Name, Meta(description="Source id.")] | None = None
    family: Annotated[Name, Meta(description="Owner of the source.")] | None = None
    language: Annotated[Name, Meta(description="BCP 47.")] | None = None
    copy: Literal["original", "reprint", "edited", "spun"] | None = None
    story: Annotated[Name, Meta(description="Story id.")] | None = None
    since: Annotated[Day, Meta(description="Published on this day or later, ISO 8601.")] | None = None
    until: Annotated[Day, Meta(description="Published on this day or before, ISO 8601.")] | None = None
    sort: Literal["best", "newest", "oldest"] | None = None  # best with words, newest without
    page: Annotated[int, Meta(ge=1, le=PAGES, description=f"Of {HITS} hits each.")] = 1


class StoryAsked(Asked, frozen=True, kw_only=True):
    """One story."""

    story_id: Annotated[Name, Meta(description="Story id.")]


class ArticleAsked(Asked, frozen=True, kw_only=True):
    """One article."""

    page_id: Annotated[Name, Meta(description="64 hex digits.")]


class CompareAsked(Asked, frozen=True, kw_only=True):
    """Two articles."""

    a: Annotated[Name, Meta(description="Page id of the earlier.")]
    b: Annotated[Name, Meta(description="Page id of the later.")]


class SourcesAsked(Asked, frozen=True, kw_only=True):
    """All sources that are known, or those in one state."""

    state: Annotated[Name, Meta(description="pages-failing, silent, never, new, ok or unread.")] | None = None


class PipelineAsked(Asked, frozen=True, kw_only=True):
    """Nothing to choose."""


class TraceAsked(Asked, frozen=True, kw_only=True):
    """One page."""

    page: Annotated[str, Meta(max_length=4000, description="Its URL, or its page id.")] = ""


A = TypeVar("A", bound=Asked)


def read_asked(kind: type[A], path: Mapping[str, str], query: Iterable[tuple[str, str]]) -> A:
    """The parameters, checked; an empty one, as forms send it, is not given. Raises BadSearch."""
    given = dict(path)
    for name, value in query:
        if name in given:
            raise BadSearch(f"{name} is given twice")
        if value:
            given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as exc:
        raise BadSearch(_said(str(exc))) from None


def _said(error: str) -> str:
    """msgspec's words with the parameter in front: `grade: Expected int <= 2`."""
    what, _, where = error.partition(" - at `$.")
    if where:
        return f"{where.rstrip('`')}: {what}"
    return what.replace("Object contains unknown field", "there is no parameter")


def narrowed(asked: SearchAsked, ids_called: Callable[[str], tuple[str, ...]]) -> Narrowed:
    """What is wanted beside the words. Raises BadSearch."""
    return Narrowed(
        country=asked.country and asked.country.upper(),
        grade=asked.grade,
        topic=asked.topic,
        entities=_ids(asked.entity, ids_called),
        source=asked.source,
        family=asked.family,
        language=asked.language and asked.language.lower(),
        copy=asked.copy,
        story=asked.story,
        since=asked.since,
        until=asked.until,
    )


def _ids(entity: str | None, ids_called: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    if entity is None or ":" in entity:
        return (entity,) if entity else ()
    if ids := ids_called(entity):
        return ids
    raise BadSearch(f"entity: {entity!r} is no name")


def link(path: str, asked: Asked, **changes: object) -> str:
    """The address of a page asked the same with some parameters changed; None takes one away."""
    given = msgspec.to_builtins(msgspec.structs.replace(asked, **changes))
    return f"{path}?{urlencode(given)}" if given else path
