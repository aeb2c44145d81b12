"""Asks for one list and reads it; tells a challenge page from a list.

A feed or sitemap may be as long as sitemaps.org allows. What it takes to read one is measured in
bench/lists.py, and of those that may be long one is read at a time.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial

import structlog

from schemas.records import Feed
from services.fetcher.challenges import sign_in_body, sign_in_headers
from services.fetcher.entries import Listing
from services.fetcher.feeds import read_listing
from services.fetcher.http import Answer, HttpReader
from services.fetcher.listing_text import GZIP, MAX_LISTING
from services.fetcher.manners import Manners
from services.fetcher.schedule import retry_after_seconds
from services.fetcher.sections import NOTHING_LEARNED, read_section
from services.fetcher.url_shapes import Shapes
from services.runtime.clock import Clock
from services.stage import Poison, Refusal, Transient

log = structlog.get_logger()

READ_KINDS: Mapping[str, Callable[[bytes, str], Listing]] = {
    "feed": read_listing,
    "sitemap": read_listing,
    "section": read_section,
}


MOST_BYTES: Mapping[str, int] = {"feed": MAX_LISTING, "sitemap": MAX_LISTING}
"""Of a body, decoded, by kind; a section page may be as long as any page."""
LONG = 8 * 1024 * 1024  # bytes, decoded; of shorter ones several are read at once


class ListReader:
    """Politely, one request at a time per site."""

    def __init__(self, reader: HttpReader, manners: Manners, clock: Clock) -> None:
        self._reader = reader
        self._manners = manners
        self._clock = clock
        self._long = asyncio.Lock()  # held while a list is read that may be long

    async def ask(self, url: str, conditions: Mapping[str, str], kind: str) -> Answer:
        """A 2xx, or the 304 that conditions may have. Raises what HttpReader does, and "challenge-page"."""
        gate, most = self._manners.turn_for_list, MOST_BYTES.get(kind)
        answer = await self._reader.get(url, headers=conditions, gate=gate, most=most)
        if answer.status == 304 and conditions:
            return answer
        is_list = 200 <= answer.status < 300
        sign = sign_in_headers(answer.headers) or (None if is_list else sign_in_body(answer.body))
        if sign:
            raise self._challenge(answer, sign)
        return self._reader.require_ok(answer)

    async def probe(self, url: str, kind: str) -> Answer | None:
        """The whole list, right after a 304; None where it cannot be had, and the 304 must do."""
        try:
            return await self.ask(url, {}, kind)
        except Refusal as exc:
            log.info("probe-refused", feed=url, reason=exc.reason, detail=exc.detail)
            return None

    async def insists(self, url: str, conditions: Mapping[str, str], kind: str) -> bool:
        """Whether the server says 304 once more."""
        try:
            return (await self.ask(url, conditions, kind)).status == 304
        except Refusal:
            return False

    async def read(self, feed: Feed, answer: Answer, learned: Shapes = NOTHING_LEARNED) -> Listing:
        """The list in an answer; `learned` is what articles of a section page look like.

        Raises what its reader refuses, and Transient("challenge-page").
        """
        read = READ_KINDS[feed.kind]
        if feed.kind == "section":
            read = partial(read_section, learned=learned)
        try:
            async with self._long if may_be_long(answer.body) else nullcontext():
                listing = await asyncio.to_thread(read, answer.body, answer.url)
        except Poison as exc:
            if exc.reason == "not-a-feed" and (sign := sign_in_body(answer.body)):
                raise self._challenge(answer, sign) from exc
            raise
        if listing.via == "section" and not listing.entries and (sign := sign_in_body(answer.body)):
            raise self._challenge(answer, sign)
        return listing

    def _challenge(self, answer: Answer, sign: str) -> Transient:
        wait = retry_after_seconds(answer.headers.get("retry-after"), self._clock.now())
        return Transient("challenge-page", f"status {answer.status} from {answer.url}: {sign}", wait)


def may_be_long(body: bytes) -> bool:
    """Whether a list is long, or may become so when it is unzipped."""
    return len(body) > LONG or body.startswith(GZIP)
