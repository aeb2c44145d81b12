"""Pages that ask for a browser in place of an article, and the sites that serve them. Pure.

They must never become articles. A header that says so is proof under every status; so is a sign in the body
of a refusal. A 200 is one only where three things meet: the body is small and bears the sign in its markup,
shows hardly any text, and has no mark that a newsroom's page has. So an article that writes of such signs, or
loads a script that bears one, is left alone.
"""

from collections import OrderedDict
from collections.abc import Mapping

from services.fetcher.challenges import STATUSES, sign_in_body, sign_in_headers

MOST_BYTES = 256 * 1024  # of a page that may be one: those seen have 1 to 60 KB
MOST_SHOWN = 2000  # bytes of visible text without blanks: those seen show 100 to 1,500
MARKS = (b"<article", b"og:title", b"og:type", b"application/ld+json", b'rel="canonical"', b"rel=canonical")
"""What stands in nearly every page of a newsroom, and in no page that a guard in front of it serves."""

HIDDEN: Mapping[bytes, bytes] = {  # elements whose content is not shown, and where it ends
    b"<script": b"</script",
    b"<style": b"</style",
    b"<!--": b"-->",
    b"<template": b"</template",
    b"<svg": b"</svg",
}
LEAVE_ALONE = 2 * 3600.0  # seconds until a site that served one is asked for a page again
MOST_SITES = 10_000  # remembered


def challenge_in(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """The sign that an answer is a challenge; None where it is none. Linear in the body's size."""
    if sign := sign_in_headers(headers):
        return sign
    if status in STATUSES:
        return sign_in_body(body)
    if not 200 <= status < 300 or len(body) > MOST_BYTES:
        return None
    if sign_in_body(body) is None:
        return None
    page = body.lower()
    if any(mark in page for mark in MARKS):
        return None
    markup, shown = apart(page)
    return sign_in_body(markup) if len(shown) <= MOST_SHOWN else None


def apart(page: bytes) -> tuple[bytes, bytes]:
    """Markup, and visible text without blanks, of a page in lower case. What never closes hides the rest."""
    markup, shown = bytearray(), bytearray()
    at = 0
    while (opens := page.find(b"<", at)) >= 0:
        shown += page[at:opens]
        hidden = next((end for start, end in HIDDEN.items() if page.startswith(start, opens)), None)
        closes = page.find(hidden, opens) if hidden else opens
        closes = page.find(b">", closes) if closes >= 0 else -1
        at = closes + 1 if closes >= 0 else len(page)
        markup += page[opens:at]
    shown += page[at:]
    return bytes(markup), b"".join(shown.split())


class Challenged:
    """Sites that served a challenge, and until when, in steady seconds, their pages are not asked for."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def note(self, site: str, now: float, seconds: float) -> None:
        """It served one just now."""
        self._until[site] = now + max(seconds, LEAVE_ALONE)
        self._until.move_to_end(site)
        if len(self._until) > MOST_SITES:
            self._until.popitem(last=False)

    def left(self, site: str, now: float) -> float:
        """Seconds for which its pages are still not asked for; 0 where they may be."""
        return max(self._until.get(site, 0.0) - now, 0.0)
