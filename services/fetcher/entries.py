"""What a feed, sitemap or section page lists: the records its readers give. Pure."""

import html
import re
from urllib.parse import urljoin, urlsplit

import msgspec

TAG = re.compile(r"<(?:[a-zA-Z/!][^>]*)>")
UNESCAPED = re.compile(r"&(?:amp|#0{0,4}38|#x0{0,4}26);", re.IGNORECASE)
UNWRAPPED = re.compile(r"[\t ]*[\r\n]+[\t ]*")  # a URL that its writer folded
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MAX_TITLE, MAX_SUMMARY = 1000, 4000  # characters: a hint for later stages, not the text


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One page that a listing names, in the listing's words."""

    url: str  # absolute, http or https
    title: str | None = None  # plain text
    published: str | None = None  # ISO 8601 where readable, else as printed
    modified: str | None = None
    summary: str | None = None  # plain text
    guid: str | None = None
    language: str | None = None  # as printed


class Hints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a listing says of when to read it again, and of who would tell; services/fetcher/feed_state.py."""

    ttl: float | None = None  # seconds it may be kept
    period: float | None = None  # seconds between two updates
    skip_hours: tuple[int, ...] = ()  # of the day, UTC, not to read it in: 0 to 23
    skip_days: tuple[int, ...] = ()  # of the week, UTC, Monday is 0
    hub: str | None = None  # absolute; where WebSub would tell of news


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A whole listing in document order."""

    via: str  # rss | atom | json-feed | news-sitemap | sitemap | sitemap-index | section
    entries: tuple[Entry, ...] = ()
    hints: Hints = Hints()


def absolute_url(link: str | None, base: str | None) -> str | None:
    """`link` against `base`, line ends dropped and `&amp;` undone; None where it is no http(s) URL."""
    link = UNWRAPPED.sub("", UNESCAPED.sub("&", link or "").strip())
    if not link or CONTROL.search(link):
        return None
    try:
        url = urljoin(base or "", link.replace(" ", "%20"))
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def plain(text: str | None, limit: int) -> str | None:
    """Markup and entities out, white space folded, at most `limit` characters; None where nothing is left."""
    if not text:
        return None
    if "<" in text:
        text = TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
        if "<" in text:  # it was escaped markup
            text = TAG.sub(" ", text)
    return " ".join(text.split())[:limit] or None
