"""`sirwan sources preview`: what would be read of a site, without asking for a page or storing anything."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import msgspec

from schemas.records import Feed, Robots, Source
from services.fetcher.autodiscovery import Candidate, candidates_of_page, candidates_of_robots, guesses
from services.fetcher.canonical import canonical_url
from services.fetcher.entries import Entry, Listing
from services.fetcher.feeds import read_listing
from services.fetcher.http import Answer, HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.sections import read_section
from services.fetcher.subscriptions import kebab
from services.runtime.clock import SystemClock
from services.runtime.config import Settings
from services.stage import Poison, Refusal, Transient

SHOWN = 3  # entries of a list that are shown
PATIENCE = 60.0  # seconds between two requests at most: nothing is put off here, one waits or hears why not
FEWEST = 5  # article links that make a page a section


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One list as it was read; `reason` where it was refused."""

    url: str  # after redirects
    kind: str  # feed | sitemap | section
    found: str  # page | robots.txt | guess | given
    via: str | None = None  # what it turned out to be: rss, atom, news-sitemap …
    title: str | None = None
    entries: int = 0
    newest: str | None = None  # as its entries say it
    sample: tuple[Entry, ...] = ()
    reason: str | None = None
    detail: str = ""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a site offers to a reader of lists."""

    url: str
    robots: Robots | None  # of the address itself; None where robots.txt cannot be read
    lists: tuple[Look, ...]


async def preview(settings: Settings, url: str, tell: Callable[[str], None]) -> Preview:
    """Look at the list at `url`, or at those that the page there and the site's robots.txt name.

    `tell` hears each address before it is asked. Raises what HttpReader raises for `url` itself.
    """
    clock, manners = SystemClock(), replace(MannersSettings.of(settings), patience=PATIENCE)
    async with HttpReader(HttpSettings.of(settings), clock) as reader:
        looker = _Looker(reader, Manners(reader, clock, manners), tell)
        robots = await looker.robots(url)
        return Preview(url=url, robots=robots, lists=tuple([look async for look in looker.looks(url)]))


def proposed(found: Preview) -> Source:
    """A source of the lists that could be read, to be completed: feeds, else sitemaps, else a section."""
    lists = [look for look in found.lists if look.reason is None]
    kinds = [kind for kind in ("feed", "sitemap", "section") if any(look.kind == kind for look in lists)]
    chosen = [look for look in lists if look.kind in kinds[:1]]
    parts = urlsplit(found.url)
    host = (parts.hostname or "").removeprefix("www.")
    return Source(
        id=kebab(host) or "source",
        name=host,
        homepage=f"{parts.scheme}://{parts.netloc}/",
        feeds=tuple(Feed(url=look.url, kind=look.kind) for look in chosen),
    )


class _Looker:
    """Looks at sites, as politely as the fetcher."""

    def __init__(self, reader: HttpReader, manners: Manners, tell: Callable[[str], None]) -> None:
        self._reader = reader
        self._manners = manners
        self._tell = tell

    async def robots(self, url: str) -> Robots | None:
        """What robots.txt says of the address; None where it cannot be read. Raises Skip("bad-url")."""
        canonical_url(url)
        try:
            return await self._manners.robots(url)
        except Transient:
            return None

    async def looks(self, url: str) -> AsyncIterator[Look]:
        """One list after the other."""
        answer = await self._get(url)
        try:
            listing = read_listing(answer.body, answer.url)
        except Poison:
            async for look in self._site(answer):
                yield look
        else:
            kind = "sitemap" if "sitemap" in listing.via else "feed"
            yield _look(Candidate(url=answer.url, kind=kind, found="given"), answer.url, listing)

    async def _site(self, answer: Answer) -> AsyncIterator[Look]:
        named = [*candidates_of_page(answer.body, answer.url), *await self._sitemaps(answer.url)]
        for candidate in named or guesses(answer.url):
            look = await self._read(candidate)
            if look.reason is None or candidate.found != "guess":
                yield look
        links = read_section(answer.body, answer.url)
        if len(links.entries) >= FEWEST:
            yield _look(Candidate(url=answer.url, kind="section", found="given"), answer.url, links)

    async def _sitemaps(self, url: str) -> Sequence[Candidate]:
        """Those of robots.txt; none where it cannot be read, which is said of the address itself."""
        try:
            return candidates_of_robots(await self._manners.sitemaps(url), url)
        except Refusal:
            return ()

    async def _read(self, candidate: Candidate) -> Look:
        try:
            answer = await self._get(candidate.url)
            return _look(candidate, answer.url, read_listing(answer.body, answer.url))
        except Refusal as exc:
            return Look(
                url=candidate.url,
                kind=candidate.kind,
                found=candidate.found,
                title=candidate.title,
                reason=exc.reason,
                detail=exc.detail,
            )

    async def _get(self, url: str) -> Answer:
        self._tell(url)
        return self._reader.require_ok(await self._reader.get(url, gate=self._manners.turn))


def _look(candidate: Candidate, url: str, listing: Listing) -> Look:
    dates = [each.modified or each.published for each in listing.entries]
    return Look(
        url=url,
        kind=candidate.kind,
        found=candidate.found,
        via=listing.via,
        title=candidate.title,
        entries=len(listing.entries),
        newest=max((each for each in dates if each), default=None),
        sample=listing.entries[:SHOWN],
    )
