"""How each source does, in one word and why: the states of a source. Pure.

Silence is not health: a source whose feeds answer well may bring nothing, and one that is asked for page
after page may get none of them. FeedState.word says it of feeds, by what the lists answer; here it is by what
came of them.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from services.store.endings import Ending, Lately, all_fail
from services.store.freshness import NO_HABIT, SourceAge, age_of


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One source that is read, as the store sees it."""

    source_id: str
    state: str  # of STATES
    reason: str  # "ok" where nothing is wrong
    stage: str | None = None  # that gives the reason
    since: datetime | None = None  # at least; of "ok" its newest article
    articles: int
    newest: datetime | None  # article, as it was fetched
    limit: float | None  # seconds it may bring nothing, once it has brought something
    habit: bool  # whether that limit is its own
    endings: tuple[Ending, ...]  # of its last pages


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a state is decided by."""

    source: SourceAge
    lately: Lately | None
    read: Container[str]
    now: datetime
    running_since: datetime | None

    @property
    def seen_at(self) -> datetime:
        """Since when it is read as it is."""
        return self.source.seen_at or (self.lately.seen_at if self.lately else self.now)

    def waited(self, since: datetime) -> timedelta:
        """How long something has been waited for: a run is not blamed for the time before it."""
        return self.now - max(since, self.running_since or since)


def _pages_fail(seen: _Seen) -> bool:
    return seen.lately is not None and all_fail(seen.lately.endings, seen.read)


def _is_silent(seen: _Seen) -> bool:
    age = age_of("", [seen.source])
    return age is not None and seen.waited(age.newest).total_seconds() > age.limit


def _never_came(seen: _Seen) -> bool:
    return seen.source.newest is None and seen.waited(seen.seen_at) > NO_HABIT


def _is_new(seen: _Seen) -> bool:
    return seen.source.newest is None


STATES: Mapping[str, Callable[[_Seen], bool]] = {
    "pages-failing": _pages_fail,  # each of its last pages was refused, for a reason that is no verdict on it
    "silent": _is_silent,  # it used to bring articles, and has not for longer than usual
    "never": _never_came,  # it is read for longer than NO_HABIT and has brought nothing
    "new": _is_new,  # the same, for less
    "ok": lambda _: True,
}
"""Worst first; the first that holds is the state."""


def standing(
    source: SourceAge,
    lately: Lately | None,
    read: Container[str],
    now: datetime,
    running_since: datetime | None = None,
) -> Standing:
    """The state of a source that is read. `read` are the reasons after which a page was read.

    `running_since` where it is known that nobody read it before.
    """
    seen = _Seen(source, lately, read, now, running_since)
    state = next(state for state, holds in STATES.items() if holds(seen))
    age = age_of("", [source])
    endings = lately.endings if lately else ()
    reason, stage, since = _why(seen, state, endings)
    return Standing(
        source_id=source.source_id,
        state=state,
        reason=reason,
        stage=stage,
        since=since,
        articles=source.articles,
        newest=source.newest,
        limit=age.limit if age else None,
        habit=age is not None and age.habit,
        endings=endings,
    )


def _why(seen: _Seen, state: str, endings: tuple[Ending, ...]) -> tuple[str, str | None, datetime | None]:
    """Reason, the stage that gives it, and since when."""
    if state == "pages-failing":
        return endings[0].reason, endings[0].stage, min(each.first_at for each in endings)
    reason = "no-article" if state in ("silent", "never") else "ok"
    return reason, None, seen.source.newest or seen.seen_at
