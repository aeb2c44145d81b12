"""Fetches the pages asked for: robots, politeness, GET, rights, one RawPage each."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from email.message import Message
from pathlib import Path

from schemas.records import FetchRequest, RawPage, Robots
from schemas.topics import PAGES_FETCHED
from services.fetcher.http import Answer, HttpReader
from services.fetcher.manners import Manners
from services.fetcher.postpone import again, put_off
from services.fetcher.rights import read_rights
from services.runtime.blobs import keep_body
from services.runtime.clock import Clock
from services.stage import Emit, Skip, Transient

PACE = 10.0  # seconds a handler waits before it gives a request back
READABLE = frozenset(("text/html", "application/xhtml+xml", "text/plain"))
CHOSEN_HEADERS = (  # what later stages or people need of the answer
    "content-type", "content-language", "last-modified", "etag", "date", "link", "x-robots-tag",
    "tdm-reservation", "tdm-policy", "content-usage",
)  # fmt: skip


class PageFetcher:
    """Handles FetchRequest. Safe to call for several requests at once."""

    def __init__(self, reader: HttpReader, manners: Manners, clock: Clock, blobs: Path) -> None:
        self._reader = reader
        self._manners = manners
        self._clock = clock
        self._blobs = blobs

    async def handle(self, request: FetchRequest) -> Sequence[Emit]:
        """The page as one Emit on PAGES_FETCHED; or the request once more, where it has to wait long.

        Raises Skip "robots-disallowed", "not-html"; Transient "site-busy", "robots-unreachable",
        "blobs-unwritable"; and what HttpReader raises.
        """
        if not await self._is_time(request):
            return [again(request)]
        try:
            page = await self._fetch(request)
        except Transient as exc:
            later = put_off(request, exc, self._clock.now())
            if later is None:
                raise
            if exc.reason in ("too-many-requests", "server-error"):
                self._manners.defer(request.url, exc.retry_after or 0.0)
            else:
                await self._clock.sleep(PACE)
            return [later]
        page = await asyncio.to_thread(keep_body, page, self._blobs)
        return [Emit(PAGES_FETCHED, page.page_id, page, page.canonical_url)]

    async def _is_time(self, request: FetchRequest) -> bool:
        """Whether `not_before` has come, after waiting for it a little: a queue must not spin."""
        if request.not_before is None:
            return True
        early = (request.not_before - self._clock.now()).total_seconds()
        await self._clock.sleep(max(0.0, min(early, PACE)))
        return early <= PACE

    async def _fetch(self, request: FetchRequest) -> RawPage:
        said: list[Robots] = []

        @asynccontextmanager
        async def permitted(url: str) -> AsyncIterator[None]:
            said.append(await self._permission(url))
            async with self._manners.turn(url):
                yield

        answer = await self._reader.get(request.url, gate=permitted, admit=_refuse_media)
        return _page(request, self._reader.require_ok(answer), said[-1], self._clock)

    async def _permission(self, url: str) -> Robots:
        said = await self._manners.robots(url)
        if said.verdict == "disallowed":
            raise Skip("robots-disallowed", f"{said.rule} forbids {url}")
        return said


def media_type(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header, lower case; None where not stated."""
    message = Message()
    message["content-type"] = headers.get("content-type", "").replace("\r", " ").replace("\n", " ")
    charset = message.get_content_charset()
    return (message.get_content_type() if "/" in headers.get("content-type", "") else None), charset


def _refuse_media(headers: Mapping[str, str]) -> None:
    """Raises Skip("not-html"); a missing type is given the benefit of the doubt."""
    kind, _ = media_type(headers)
    if kind is not None and kind not in READABLE:
        raise Skip("not-html", f"the page is {kind}")


def _page(request: FetchRequest, answer: Answer, robots: Robots, clock: Clock) -> RawPage:
    content_type, charset = media_type(answer.headers)
    return RawPage(
        page_id=request.page_id,
        url=answer.url,
        requested_url=request.url,
        redirects=answer.redirects,
        canonical_url=request.canonical_url,
        status=answer.status,
        headers={name: answer.headers[name] for name in CHOSEN_HEADERS if name in answer.headers},
        content_type=content_type,
        charset=charset,
        body=answer.body,
        body_sha256=hashlib.sha256(answer.body).hexdigest(),
        truncated=answer.truncated,
        fetched_at=clock.now(),
        robots=robots,
        rights=read_rights(answer.headers, answer.body),
        discovered=request.discovered,
        lane=request.lane,
    )
