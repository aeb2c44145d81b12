"""Whether a feed's validators can be believed: a 304 must mean that nothing is new. Pure.

Now and then a list is asked for whole right after a 304 (a probe). A lie is proven where the whole list names
new pages and the server stands by its word: under the very same validator (RFC 9110 section 8.8: it changes
with the content), or by one more 304 to the old validators, after it gave the new list. So a change that
falls between the 304 and the probe is never taken for a lie. LIES of them make a feed distrusted: it is asked
for unconditionally until its next TRIAL.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from services.fetcher.entries import Listing
from services.fetcher.feed_state import FeedState

PROBE_POLLS = 20  # a probe at the latest with so many 304s: one request in twenty more
SUSPECT_POLLS = 4  # the same, of a feed that lied once
PROBE_TIME = timedelta(days=1)  # and at the latest so long after the list was last read whole
SPREAD = 0.25  # up to this share of either earlier, by feed, so that not all are probed at once
LIES = 2  # that make a feed distrusted
TRIAL = timedelta(days=30)  # after which a lie is forgotten, and a distrusted feed is tried again


def probe_due(state: FeedState, share: float, now: datetime) -> bool:
    """Whether a 304 of this poll is to be looked behind. `share` is the feed's own, from 0 up to 1."""
    early = 1.0 - SPREAD * share
    polls = SUSPECT_POLLS if state.lies else PROBE_POLLS
    if state.unchanged + 1 >= polls * early:
        return True
    return state.whole_at is not None and now - state.whole_at >= PROBE_TIME * early


def same_validator(state: FeedState, headers: Mapping[str, str]) -> bool:
    """Whether an answer bears the validator of the last; an ETag goes before a date (RFC 9110, 13.2.2)."""
    etag, modified = headers.get("etag"), headers.get("last-modified")
    if state.etag or etag:
        return state.etag == etag
    return modified is not None and state.last_modified == modified


def digest_of(listing: Listing) -> str:
    """16 hex digits over what a list names; order, titles, dates and the time it was built do not matter."""
    named = sorted({entry.guid or entry.url for entry in listing.entries})
    return hashlib.sha256("\n".join(named).encode("utf-8", "replace")).hexdigest()[:16]


def caught(state: FeedState, lie: str, now: datetime) -> FeedState:
    """The state after a proven lie."""
    lies = state.lies + 1 if state.lied_at and now - state.lied_at < TRIAL else 1
    distrusted = now if lies >= LIES else None
    return msgspec.structs.replace(state, lies=lies, lied_at=now, lie=lie[:300], distrusted_at=distrusted)


def on_trial(state: FeedState, now: datetime) -> FeedState:
    """As it is to be asked now: lies are forgotten in time; a distrusted feed is probed at its first 304.

    It need not lie twice again: one more lie before the next TRIAL is enough.
    """
    if state.lied_at is None or now - state.lied_at < TRIAL:
        return state
    if state.distrusted_at is None:
        return msgspec.structs.replace(state, lies=0, lied_at=None, lie="")
    return msgspec.structs.replace(
        state, lies=LIES - 1, lied_at=now, distrusted_at=None, unchanged=PROBE_POLLS
    )
