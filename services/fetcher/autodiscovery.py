"""Which lists a site offers: what its pages and its robots.txt name, else where lists often lie. Pure."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from services.fetcher.entries import MAX_TITLE, absolute_url, plain
from services.fetcher.sections import html_root

TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
)
"""Media types of feeds in `<link rel=alternate>` (RSS Advisory Board: RSS Autodiscovery; JSON Feed 1.1).
`application/json` is none: content systems name their programming interface by it."""

COMMENTS = re.compile(r"/comments?(?:/|$)|[?&]feed=comments", re.IGNORECASE)
"""Feeds of what readers write, which content systems announce beside those of the articles."""

GUESSES = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/sitemap.xml")
"""Tried where a site names nothing."""

MOST = 20  # candidates of one site: a directory of feeds is not read for a preview


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A list that may be read."""

    url: str
    kind: str  # feed | sitemap | section
    found: str  # where: page | robots.txt | guess
    title: str | None = None


def candidates_of_page(body: bytes, base: str) -> tuple[Candidate, ...]:
    """The feeds that an HTML page announces, each once, in order. Raises Poison("not-a-feed") for no HTML."""
    found: dict[str, Candidate] = {}
    root = html_root(body)
    home = next((absolute_url(tag.get("href"), base) for tag in root.iter("base")), None) or base
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        media = (link.get("type") or "").partition(";")[0].strip().lower()
        url = absolute_url(link.get("href"), home)
        if "alternate" not in relations or media not in TYPES or url is None or COMMENTS.search(url):
            continue
        title = plain(link.get("title"), MAX_TITLE)
        found.setdefault(url, Candidate(url=url, kind="feed", found="page", title=title))
    return tuple(found.values())[:MOST]


def candidates_of_robots(sitemaps: Iterable[str], base: str) -> tuple[Candidate, ...]:
    """The sitemaps that robots.txt names (sitemaps.org), each once, in order."""
    urls = dict.fromkeys(url for line in sitemaps if (url := absolute_url(line, base)))
    return tuple(Candidate(url=url, kind="sitemap", found="robots.txt") for url in urls)[:MOST]


def guesses(base: str) -> tuple[Candidate, ...]:
    """Where the lists of the site of `base` often lie."""
    parts = urlsplit(base)
    return tuple(
        Candidate(
            url=f"{parts.scheme}://{parts.netloc}{path}",
            kind="sitemap" if "sitemap" in path else "feed",
            found="guess",
        )
        for path in GUESSES
    )
