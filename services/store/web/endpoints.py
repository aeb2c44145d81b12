"""Every page: where it is, what it may be asked, what it answers, and the template that shows it.

One row makes the page, the same answer as JSON under /api, and its entry in the OpenAPI document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from schemas.records import Source
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.stage import Skip
from services.store.article import ArticleTold, tell_article
from services.store.facets import Counts, count
from services.store.glance import Glance, look
from services.store.jsonld import to_jsonld
from services.store.ninjs import to_ninjs
from services.store.search import Hit, read_query, search
from services.store.standing import STATES, Standing
from services.store.standings import known_of_sources
from services.store.status import status
from services.store.story import StoryTold, tell_story
from services.store.trace import Trace, trace
from services.store.web.asked import (
    HITS,
    PAGES,
    ArticleAsked,
    Asked,
    CompareAsked,
    PipelineAsked,
    SearchAsked,
    SourcesAsked,
    StoryAsked,
    TraceAsked,
    narrowed,
)
from services.store.web.differing import Differences, differences
from services.store.web.excerpts import excerpt
from services.store.web.problem import Problem
from services.store.web.recent import Recent
from services.store.yields import Yield, yields


@dataclass(frozen=True, slots=True)
class Lookups:
    """What other rooms know and a page needs: `sirwan serve` brings them together."""

    ident_of: Callable[[str], str]  # page id of a URL or an id; raises Skip
    ids_called: Callable[[str], tuple[str, ...]]  # entities of a name
    countries: Mapping[str, str]  # names by ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class Desk:
    """What answers are made from."""

    settings: Settings
    clock: Clock
    lookups: Lookups
    recent: Recent  # answers that cost much and may be some seconds old


A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[A]):
    """One page."""

    name: str
    path: str
    asks: type[A]
    answers: Any  # type
    read: Callable[[Desk, A, bool], Any]  # the last: the reader may see whole texts
    summary: str
    media_type: str | None = None  # of what is JSON only, for programs

    @property
    def template(self) -> str:
        """Of the page."""
        return f"{self.name}.html"

    @property
    def api(self) -> str:
        """Where the same answer is JSON."""
        return f"/api{self.path if self.path != '/' else '/search'}"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One page of what a search finds, and all of it in numbers."""

    hits: list[Hit]
    counts: Counts
    page: int
    pages: int  # that can be shown; `counts.total` may be more than they hold


class ArticleShown(ArticleTold, frozen=True, kw_only=True):
    """An article; where not `whole` its text is an excerpt, and so is the evidence."""

    whole: bool


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two texts word by word."""

    left: ArticleTold
    right: ArticleTold
    differences: Differences


class SourceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A source, how it does, and what came of the pages it named in the last week."""

    source: Source
    standing: Standing | None  # None: it is known and not read
    lately: Yield


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Worst first."""

    at: datetime
    states: dict[str, int]  # sources by state, of all
    sources: tuple[SourceShown, ...]


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a page; None for one that was never met, or where none was asked for."""

    trace: Trace | None


UNREAD = "unread"  # a source that is known and not read


def read_search(desk: Desk, asked: SearchAsked, whole: bool) -> Found:
    """Raises BadSearch and Transient."""
    del whole  # a hit has no more than a snippet
    place, wanted, query = desk.settings.place, narrowed(asked, desk.lookups.ids_called), read_query(asked.q)
    hits = search(place, asked.q, wanted, order=asked.sort, limit=HITS, skip=(asked.page - 1) * HITS)
    counts = desk.recent.get(("counts", query, wanted), lambda: count(place, query, wanted))
    return Found(hits=hits, counts=counts, page=asked.page, pages=min(PAGES, -(-counts.total // HITS)))


def read_story(desk: Desk, asked: StoryAsked, whole: bool) -> StoryTold:
    """Raises Problem and Transient."""
    del whole  # what newsrooms differ on is quoted by the sentence
    story = tell_story(desk.settings.place, asked.story_id, "")
    if story is None:
        raise Problem(404, f"there is no story {asked.story_id}", "search says which there are")
    return story


def read_article(desk: Desk, asked: ArticleAsked, whole: bool) -> ArticleShown:
    """Raises Problem and Transient."""
    told = _article(desk, asked.page_id)
    if not whole:
        told = msgspec.structs.replace(told, article=excerpt(told.article))
    return ArticleShown(**{**_fields(told), "whole": whole})


def read_ninjs(desk: Desk, asked: ArticleAsked, whole: bool) -> dict[str, Any]:
    """Raises Problem and Transient."""
    made = to_ninjs(read_article(desk, asked, whole).article)
    return made if whole else {**made, "representationType": "partial"}


def read_jsonld(desk: Desk, asked: ArticleAsked, whole: bool) -> dict[str, Any]:
    """Raises Problem and Transient."""
    made = to_jsonld(read_article(desk, asked, whole).article)
    return made if whole else {"abstract": made.pop("articleBody", ""), **made}


def read_compare(desk: Desk, asked: CompareAsked, whole: bool) -> Compared:
    """Raises Problem and Transient."""
    if not whole:
        raise Problem(403, "comparing shows whole texts, and these are their publishers'", "the operator may")
    left, right = _article(desk, asked.a), _article(desk, asked.b)
    return Compared(left=left, right=right, differences=differences(left.article.text, right.article.text))


def read_sources(desk: Desk, asked: SourcesAsked, whole: bool) -> Sources:
    """Raises Problem and Transient."""
    del whole
    if asked.state not in (None, *STATES, UNREAD):
        raise Problem(400, f"state: there are {', '.join(STATES)} and {UNREAD}")
    found = desk.recent.get("sources", lambda: _sources(desk))
    kept = tuple(each for each in found.sources if asked.state in (None, _state(each)))
    return msgspec.structs.replace(found, sources=kept)


def read_pipeline(desk: Desk, asked: PipelineAsked, whole: bool) -> Glance:
    """Raises Transient."""
    del asked
    place = desk.settings.place
    found = desk.recent.get("pipeline", lambda: look(desk.settings, desk.clock, lambda: status(place)))
    if whole:
        return found
    said = "it works, or is at rest" if found.working else "it does not work as it should"
    return msgspec.structs.replace(found, verdict=said, alarms=(), broker=None)  # they name hosts and paths


def read_trace(desk: Desk, asked: TraceAsked, whole: bool) -> Traced:
    """Raises Problem and Transient."""
    del whole
    if not asked.page:
        return Traced(trace=None)
    try:
        found = trace(desk.settings.place, desk.lookups.ident_of(asked.page.strip()))
    except Skip as exc:
        raise Problem(400, f"page: {exc}", "give a URL or a page id") from exc
    return Traced(trace=found if found.known else None)


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("search", "/", SearchAsked, Found, read_search, "Find articles"),
    Endpoint("story", "/story/{story_id}", StoryAsked, StoryTold, read_story, "One event, and who tells it"),
    Endpoint("article", "/article/{page_id}", ArticleAsked, ArticleShown, read_article, "One article"),
    Endpoint(
        "ninjs", "/article/{page_id}/ninjs", ArticleAsked, dict[str, Any], read_ninjs,
        "One article as IPTC ninjs 3.1", "application/json",
    ),
    Endpoint(
        "jsonld", "/article/{page_id}/jsonld", ArticleAsked, dict[str, Any], read_jsonld,
        "One article as a schema.org NewsArticle", "application/ld+json",
    ),
    Endpoint("compare", "/compare", CompareAsked, Compared, read_compare, "Two articles, word by word"),
    Endpoint("sources", "/sources", SourcesAsked, Sources, read_sources, "How every source does"),
    Endpoint("pipeline", "/pipeline", PipelineAsked, Glance, read_pipeline, "Is it working?"),
    Endpoint("trace", "/trace", TraceAsked, Traced, read_trace, "Everything that happened to one page"),
)  # fmt: skip


def _article(desk: Desk, page_id: str) -> ArticleTold:
    told = tell_article(desk.settings.place, page_id)
    if told is None:
        raise Problem(404, f"no article is stored under {page_id}", "its trace says what became of the page")
    return told


def _fields(told: ArticleTold) -> dict[str, Any]:
    return {name: getattr(told, name) for name in ArticleTold.__struct_fields__}


def _sources(desk: Desk) -> Sources:
    place, now = desk.settings.place, desk.clock.now()
    standings = known_of_sources(place, now).standings(now, None)
    shown = [
        SourceShown(source=source, standing=standings.get(source.id), lately=lately)
        for source, lately in yields(place, now)
    ]
    order = (*STATES, UNREAD)
    counts = {state: sum(_state(each) == state for each in shown) for state in order}
    return Sources(
        at=now,
        states={state: times for state, times in counts.items() if times},
        sources=tuple(sorted(shown, key=lambda each: (order.index(_state(each)), each.source.name))),
    )


def _state(shown: SourceShown) -> str:
    return shown.standing.state if shown.standing else UNREAD
