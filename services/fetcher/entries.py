"""What a feed, sitemap or section page lists: the records its readers give. Pure."""

import html
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml.html import defs

INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
    "wbr",
))  # fmt: skip
BETWEEN = {name: "" if name in INLINE else " " for name in defs.tags | INLINE}
TAG = re.compile(r"<(?:/?+([a-zA-Z][a-zA-Z0-9]*+)(?=[\s/>])[^<>]*+>|!--.*?(?:-->|\Z)|![^<>]*+>)", re.DOTALL)
TAGS_ALONE = ("<p>", "</p>", "<br>", "<br/>", "<br />")  # between blocks; most summaries have no other
REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
COMMON = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'))  # none of them makes a new reference
UNESCAPED = re.compile(r"&(?:(?:amp|#0{0,4}38|#x0{0,4}26);)+", re.IGNORECASE)
UNWRAPPED = re.compile(r"[\t ]*+[\r\n]++[\t ]*+")  # a URL that its writer folded
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # and no C1 controls
SOUND_URL = re.compile(r"https?://[A-Za-z0-9.-]++(?::[0-9]++)?+(?:/[!-:<-~]*+)?")  # nothing to undo in it
MAX_TITLE, MAX_SUMMARY = 1000, 4000  # characters: a hint for later stages, not the text
MOST_ENTRIES = 250_000  # of one listing, the rest is left out: five times what sitemaps.org allows
MAX_READ = 8  # times the limit: how much of a field is looked at


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One page that a listing names, in the listing's words."""

    url: str  # absolute, http or https
    title: str | None = None  # plain text
    published: str | None = None  # ISO 8601 where readable, else as printed
    modified: str | None = None
    summary: str | None = None  # plain text
    guid: str | None = None
    language: str | None = None  # as printed
    categories: tuple[str, ...] = ()  # plain texts, bounded: services/fetcher/categories.py


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
    link = (link or "").strip()
    if SOUND_URL.fullmatch(link):
        return link
    link = UNWRAPPED.sub("", UNESCAPED.sub("&", link))
    if not link or CONTROL.search(link):
        return None
    try:
        url = urljoin(base or "", link.replace(" ", "%20"))
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def unescape(text: str) -> str:
    """Text with its references resolved, once; a `&` that begins none stays, as does an unknown name."""
    if "&" not in text or ";" not in text:
        return text
    for reference, meant in COMMON:
        text = text.replace(reference, meant)
    ampersands = text.count("&")
    if ampersands and ampersands != text.count("&amp;"):
        return REFERENCE.sub(lambda found: _meant(found.group()), text)
    return text.replace("&amp;", "&")


@lru_cache(maxsize=4096)
def _meant(reference: str) -> str:
    return html.unescape(reference)


def plain(text: str | None, limit: int) -> str | None:
    """Text without markup and references, white space folded, of at most `limit` characters, else None."""
    if not text:
        return None
    text = text[: MAX_READ * limit]
    if "<" in text:
        text = _untagged(text)
    if "&" in text and ";" in text:
        text = unescape(text)
        if "<" in text:  # it was escaped markup
            text = _untagged(text)
        text = unescape(text)  # and escaped twice, as some writers do
    return folded(text, limit)


def _untagged(text: str) -> str:
    for tag in TAGS_ALONE:
        text = text.replace(tag, " ")
    return TAG.sub(_between, text) if "<" in text else text


def folded(text: str, limit: int) -> str | None:
    """The text without characters that XML forbids, white space folded; None where nothing is left."""
    if text.isprintable():
        if "  " not in text:
            return text.strip()[:limit] or None
    else:
        text = FORBIDDEN.sub("", text)
    return " ".join(text.split())[:limit] or None


def _between(tag: re.Match[str]) -> str:
    """What stands for a tag: nothing inside a word, a space between blocks; what is no tag of HTML stays."""
    return BETWEEN.get(tag[1].lower(), tag[0]) if tag[1] else ""
