"""How a feed does, from what is remembered of it, for whoever looks from outside. Pure."""

from datetime import datetime

from schemas.records import Feed
from services.fetcher.feed_state import FeedState
from services.fetcher.silence import silence_limit


class FeedLook(Feed, frozen=True, kw_only=True):
    """A feed of a source file, and how it does; all of it None or 0 where that is not known."""

    state: str | None = None  # FeedState.word
    reason: str | None = None  # "ok" where nothing is wrong
    since: datetime | None = None  # failing: the first in a row; silent: its last news; lying: distrusted
    polled_at: datetime | None = None
    new_at: datetime | None = None  # of the last poll that brought a page it had not named
    next_at: datetime | None = None
    limit: float | None = None  # seconds it may name nothing new
    failures: int = 0  # in a row
    detail: str = ""  # of the last failure
    whole_at: datetime | None = None  # when it was last read whole
    entries: int | None = None  # that it named then
    unchanged: int = 0  # answers since then that said so (304)
    lies: int = 0  # of those, or of its validators, proven wrong
    lied_at: datetime | None = None
    lie: str = ""  # the evidence of the last one


def look_at(feed: Feed, state: FeedState) -> FeedLook:
    """The feed as it was at its last poll."""
    word, reason = state.word()
    since = {"failing": state.failing_since, "silent": state.new_at, "lying": state.distrusted_at}
    return FeedLook(
        url=feed.url,
        kind=feed.kind,
        state=word,
        reason=reason,
        since=since.get(word),
        polled_at=state.polled_at,
        new_at=state.new_at,
        next_at=state.next_at,
        limit=silence_limit(state.gap, state.gaps) if state.new_at else None,
        failures=state.failures,
        detail=state.detail,
        whole_at=state.whole_at,
        entries=state.entries,
        unchanged=state.unchanged,
        lies=state.lies,
        lied_at=state.lied_at,
        lie=state.lie,
    )
