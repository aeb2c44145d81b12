"""What a receiver asks for: one `[[webhook]]` block, and what may be wrong with it. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from schemas.records import Part
from services.addresses import address_in, may_be_asked

KINDS = ("articles", "stories")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

SHAPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "records": (re.compile("|".join(KINDS)), f"one of {', '.join(KINDS)}"),
    "countries": (re.compile("[A-Z]{2}"), "two capital letters (ISO 3166-1)"),
    "topics": (re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*"), "the id of a topic, as docs/labels.md has them"),
    "languages": (re.compile("[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*"), "a language tag (BCP 47), as in 'ar'"),
    "copies": (re.compile("original|reprint|edited|spun"), "original, reprint, edited or spun"),
    "statuses": (re.compile("usable|withheld|canceled"), "usable, withheld or canceled"),
    "lanes": (re.compile("live|revisit|redrive|backfill"), "live, revisit, redrive or backfill"),
}
"""What each value of a list must look like, and how that is told. `families` are anybody's words."""


class Subscription(Part, frozen=True, kw_only=True):
    """Who gets what. An empty list asks for everything."""

    id: str  # kebab-case; in logs, fates and dead letters, where the URL never is
    url: str  # https, or http inside (SIRWAN_WEBHOOKS_INTERNAL)
    secret_file: str  # beside the file of subscriptions, unless the path is absolute
    records: tuple[str, ...] = ("articles",)  # articles | stories
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    grade: int = 1  # of an article, in one of the countries: 1 secondary or more, 2 primary
    topics: tuple[str, ...] = ()
    families: tuple[str, ...] = ()  # owners of the source; of a story, of any voice
    languages: tuple[str, ...] = ()  # of an article; `en` is also en-GB
    copies: tuple[str, ...] = ()  # of an article
    statuses: tuple[str, ...] = ()  # of an article; canceled ones always come
    lanes: tuple[str, ...] = ()  # of an article; live alone leaves out what was read from archives
    since: datetime | None = None  # records published before are left out


def contradictions(
    asked: Subscription, internal: Collection[str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What the types allow and cannot be served; `internal` are the hosts that may be private."""
    if not ID.fullmatch(asked.id):
        yield ("id",), "must be kebab-case, as in 'news-desk'"
    yield from ((("url",), what) for what in _address(asked.url, internal))
    for name, (shape, told) in SHAPES.items():
        for index, value in enumerate(getattr(asked, name)):
            if not shape.fullmatch(value):
                yield (name, index), f"{value!r} is not {told}"
    if not asked.records:
        yield ("records",), f"names none of {', '.join(KINDS)}"
    if asked.grade not in (1, 2):
        yield ("grade",), "must be 1 or 2"
    if asked.since is not None and asked.since.tzinfo is None:
        yield ("since",), "must have a zone, as in 2026-11-27T00:00:00Z"


def _address(url: str, internal: Collection[str]) -> Iterator[str]:
    """What keeps an address from being posted to. Its words are not repeated: some addresses are secrets."""
    parts = _split(url)
    if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
        yield "not an http or https URL"
        return
    host = parts.hostname
    if parts.username is not None or parts.password is not None:
        yield "must not hold a user or password"
    if host in internal:
        return
    address = address_in(host)
    if address is not None and not may_be_asked(address, private=False):
        yield f"{host} is a private address; name it in SIRWAN_WEBHOOKS_INTERNAL if it is yours"
    if parts.scheme == "http":
        yield f"must be https; http is for hosts that SIRWAN_WEBHOOKS_INTERNAL names, and {host} is none"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if url.isascii() and url.isprintable() and " " not in url else None
