"""What a page was known by when it was kept in a WARC, beside what every archive says. Pure.

The record has a field of ours: `Sirwan-Page: {…}`, one JSON object. With it a page that came by a redirect,
or that its feed gave a title and a date, is the same page when the WARC is ingested.
"""

import msgspec

from schemas.records import RawPage, RightsSignal
from services.fetcher.canonical import canonical_url
from services.stage import Skip

FIELD = "Sirwan-Page"
OUTSIDE = frozenset(("robots.txt", "tdmrep.json"))
MOST_WORDS = 1000  # characters kept of a title


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the field says; all of it is optional to a reader."""

    canonical_url: str | None = None
    source_id: str | None = None
    title: str | None = None  # as the list that named the page prints it; the date too
    published: str | None = None
    stated: tuple[RightsSignal, ...] = ()  # of reuse, outside the page: by robots.txt and tdmrep.json


NOTHING = Kept()


def write_kept(page: RawPage) -> str:
    """The value of the field: one line."""
    found = page.discovered
    kept = Kept(
        canonical_url=page.canonical_url,
        source_id=found.source_id,
        title=found.title and found.title[:MOST_WORDS],
        published=found.published and found.published[:MOST_WORDS],
        stated=tuple(one for one in page.rights.signals if one.where in OUTSIDE),
    )
    return msgspec.json.encode(kept).decode()


def read_kept(value: str) -> Kept:
    """What the field of a record says; nothing where it is not of ours."""
    try:
        kept = msgspec.json.decode(value, type=Kept)
        if kept.canonical_url is None or canonical_url(kept.canonical_url) == kept.canonical_url:
            return kept
    except (msgspec.DecodeError, Skip):
        pass
    return NOTHING
