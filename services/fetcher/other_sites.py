"""Whose pages a sitemap may name: those of its own site. Pure.

sitemaps.org: all URLs of a sitemap must be of its host, for else anybody could speak for anybody. Here a site
is a registered domain, that of the homepage counts too, and where a sitemap may name others the source file
says so (`other_sites` of a feed). A feed may link wherever it likes.
"""

from collections.abc import Iterable

import msgspec

from services.fetcher.canonical import site_key
from services.fetcher.entries import Listing
from services.stage import Skip

SITEMAPS = frozenset(("sitemap", "news-sitemap", "sitemap-index"))


def own_pages(listing: Listing, homes: Iterable[str]) -> Listing:
    """What a sitemap names of the sites of these addresses; of any other list everything.

    Raises Skip("other-site") where nothing is left.
    """
    if listing.via not in SITEMAPS:
        return listing
    sites = {site_key(home) for home in homes}
    kept = tuple(entry for entry in listing.entries if _site(entry.url) in sites)
    if listing.entries and not kept:
        named = listing.entries[0].url
        raise Skip(
            "other-site", f"{len(listing.entries)} entries, none of {', '.join(sorted(sites))}: {named}"
        )
    return msgspec.structs.replace(listing, entries=kept)


def _site(url: str) -> str | None:
    try:
        return site_key(url)
    except Skip:  # no address at all, which is said where it would be asked for
        return None
