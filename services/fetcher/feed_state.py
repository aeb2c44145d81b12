"""What discovery remembers of each feed, and under which keys. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from services.fetcher.entries import Hints
from services.fetcher.silence import HABIT, mean_gap, silence_limit

MOVED = timedelta(days=7)
"""How long it is believed that a list leads where it led; then its own address is asked again."""


class FeedState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One list at its last poll. Fields of a newer version are ignored, those of an older are enough."""

    etag: str | None = None
    last_modified: str | None = None
    interval: float | None = None  # seconds, between the last poll and the next after a success
    next_at: datetime | None = None
    polled_at: datetime | None = None
    failures: int = 0  # in a row
    failing_since: datetime | None = None  # the first of them; null too where an older release saw that one
    reason: str | None = None  # of the last failure; null while all is well
    detail: str = ""
    hints: Hints = Hints()  # of the last listing: a 304 has none
    hub: str | None = None  # that would tell of its news by WebSub; recorded, not yet used
    lastmod: str | None = None  # of a sitemap: its date in the index when it was last read whole
    entries: int | None = None  # that it named when it was last read
    left: int = 0  # pages it named then that are not asked for yet (services/fetcher/floods.py)
    new_at: datetime | None = None  # of the last poll that brought a page it had not named
    gap: float | None = None  # seconds, the decayed mean between two such polls
    gaps: int = 0  # that this mean is known from, counted up to a habit
    whole_at: datetime | None = None  # when it was last read whole
    digest: str | None = None  # of what it named then (services/fetcher/validators.py)
    unchanged: int = 0  # 304s since then
    lies: int = 0  # 304s, or validators, that were proven wrong
    lied_at: datetime | None = None
    lie: str = ""  # the evidence of the last one
    distrusted_at: datetime | None = None  # from then on validators are not sent
    moved_to: str | None = None  # where it led to the site of another fetcher
    moved_at: datetime | None = None

    def conditions(self) -> dict[str, str]:
        """Headers of a conditional GET (RFC 9110 section 13); none while the validators are distrusted."""
        if self.distrusted_at:
            return {}
        stated = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in stated.items() if value}

    def place(self, url: str, now: datetime) -> str:
        """What to ask for the list at `url`: where it led, for a while, so that who may ask there does."""
        if self.moved_to and self.moved_at and now - self.moved_at < MOVED:
            return self.moved_to
        return url

    def word(self) -> tuple[str, str]:
        """How the feed is, in one word (services/runtime/metrics.py: sirwan_feeds); and why, else "ok"."""
        if self.polled_at is None:
            return ("new", "ok")
        if self.reason:
            return ("failing", self.reason)
        if self.entries == 0:
            return ("empty", "no-entries")
        if self.new_at and (self.polled_at - self.new_at).total_seconds() > silence_limit(
            self.gap, self.gaps
        ):
            return ("silent", "nothing-new")
        return ("lying", "lying-validator") if self.distrusted_at else ("ok", "ok")

    def unconditional(self) -> "FeedState":
        """The same without validators: the next poll gets the whole list."""
        return msgspec.structs.replace(self, etag=None, last_modified=None)

    def succeeded(self, headers: Mapping[str, str], interval: float, now: datetime) -> "FeedState":
        """After an answer; the old validators stay where it states none."""
        return msgspec.structs.replace(
            self,
            etag=headers.get("etag") or self.etag,
            last_modified=headers.get("last-modified") or self.last_modified,
            interval=interval,
            next_at=now + timedelta(seconds=interval),
            polled_at=now,
            failures=0,
            failing_since=None,
            reason=None,
            detail="",
        )

    def brought_news(self, now: datetime, *, going_on: bool = False) -> "FeedState":
        """After a poll that brought a page it had not named.

        The first one brings its past, and is no gap; nor is one `going_on` with what was held back.
        """
        if self.new_at is None or going_on:
            return msgspec.structs.replace(self, new_at=now)
        gap = mean_gap(self.gap, (now - self.new_at).total_seconds())
        return msgspec.structs.replace(self, new_at=now, gap=gap, gaps=min(self.gaps + 1, HABIT))

    def failed(self, reason: str, detail: str, wait: float, now: datetime) -> "FeedState":
        """After a refusal; what was learned before stays."""
        return msgspec.structs.replace(
            self,
            failures=self.failures + 1,
            failing_since=self.failing_since if self.failures else now,
            reason=reason,
            detail=detail[:500],
            next_at=now + timedelta(seconds=wait),
            polled_at=now,
        )


FEED = "feed:"
"""Under this prefix lies the state of every list."""

ASKED = "asked:"
"""Under this prefix lies every request ever made, so that one lost in a crash can be made again."""


def state_bytes(state: FeedState) -> bytes:
    """As it is remembered."""
    return msgspec.json.encode(state)


def read_state(value: bytes | None) -> FeedState:
    """As it was remembered; a value that does not read is as good as none."""
    try:
        return msgspec.json.decode(value, type=FeedState) if value else FeedState()
    except msgspec.DecodeError:
        return FeedState()


def feed_key(url: str) -> str:
    """Where the state of one list lies."""
    return FEED + short_key(url)


def children_key(index_url: str) -> str:
    """Where it lies which sitemaps of an index have a state."""
    return f"children:{short_key(index_url)}"


def seen_key(feed_url: str, page: str) -> str:
    """Set when a feed has named a page: its identity set is everything under `seen:<feed>:`."""
    return f"seen:{short_key(feed_url)}:{page}"


def asked_key(page: str) -> str:
    """Where the request for a page lies, whichever feed named it first."""
    return f"{ASKED}{page}"


def share_of(url: str) -> float:
    """A number of its own for each list, from 0 up to 1, to spread what would else happen at once."""
    return int(short_key(url)[:8], 16) / 2**32


def short_key(url: str) -> str:
    """16 hex digits that stand for the address of a list."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]
