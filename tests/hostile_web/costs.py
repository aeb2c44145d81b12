"""What is recorded of each trick, and what it may cost at most. docs/hostile-input.md is made from here.

Bounds leave room for a busy machine, and not for a guard that is gone: without its deadline a slow answer
takes as long as it likes, without its limit a body of 200 MB is taken whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.hostile_web.tricks import MIB

SECONDS = 3.0  # SIRWAN_FETCH_SECONDS while all hosts are read together
BYTES = MIB  # SIRWAN_FETCH_BYTES then
LATE = 2.0  # seconds that a busy machine may be late
LITTLE = 20_000  # bytes: an honest list, its pages and heads
SLACK = 4 * MIB  # bytes on their way when we hang up

LIMITED = BYTES + SLACK
LIST = 50 * MIB  # services/fetcher/list_reader.py: MOST_BYTES


@dataclass(frozen=True)
class Row:
    """One host: what it does and where, what is recorded of it, and what it costs at most."""

    trick: str
    at: str  # list | page | robots
    recorded: (
        str  # of a list `state: reason`, of a page `stage: fate, reason`; of a robots.txt why pages wait
    )
    requests: int  # robots.txt and, of a page, tdmrep.json, its list and honest neighbour included
    sent: int = LITTLE  # bytes the host got rid of
    kind: str = "feed"

    @property
    def name(self) -> str:
        """An id for the source, and for the test."""
        words = f"{self.trick}-at-{self.at}".replace(",", "").replace(".", "-")
        return f"a-{words}"  # before the newsrooms': discovery goes by id


def _lists() -> Iterator[Row]:
    """Asked once, and left alone for five minutes at least: docs/operations.md."""
    for tricks, reason in {
        "silence slowloris-head slowloris-body endless-early-hints": "timeout",
        "stated-below-zero http-0.9 nothing many-headers long-header": "connect-failed",
        "huge gzip-bomb brotli-bomb zstd-bomb gzip-in-gzip video": "body-too-large",
        "thousand-layers": "body-too-costly",
        "redirect-loop redirect-nowhere redirect-to-file redirect-with-password": "bad-redirect",
        "redirect-to-metadata": "private-address",
        "empty html broken-gzip": "not-a-feed",
        "challenge challenge-403": "challenge-page",
        "304-unasked": "http-client-error",
        "429": "too-many-requests",
        "server-error no-such-status": "server-error",
        "entity-bomb quadratic-entities": "entity-declared",
    }.items():
        for trick in tricks.split():
            requests = 3 if trick == "redirect-loop" else 2
            yield Row(trick, "list", f"failing: {reason}", requests, SENT.get(trick, LITTLE))
    for trick in ("endless-body", "endless-chunks"):  # as long as the time lasts, for a list may be long
        yield Row(trick, "list", "failing: timeout", 2, LIST + SLACK)
    yield Row("endless-head", "list", "failing: connect-failed", 2, SLACK)
    yield Row("redirect-chain", "list", "failing: bad-redirect", 7)
    yield Row("empty-feed", "list", "empty: no-entries", 2)
    yield Row("calendar", "list", "ok: ok", 43, 300_000, "section")
    yield Row("sitemap-of-others", "list", "failing: other-site", 2, kind="sitemap")


SENT = {  # of those that are not little, and not without end either
    "huge": SLACK, "gzip-bomb": 300_000, "brotli-bomb": 100_000, "many-headers": 300_000,
    "thousand-layers": 600_000, "long-header": SLACK, "noise": 70_000,
    "redirect-to-long-address": 70_000,
    "quadratic-entities": 700_000, "endless-early-hints": 400_000,
}  # fmt: skip


def _pages() -> Iterator[Row]:
    """Asked once where it is hopeless, twice (SIRWAN_RETRY_ATTEMPTS) where not, three times where cut."""
    for tricks, recorded, asked in (
        ("silence slowloris-body", "fetcher: dead, timeout", 2),
        ("endless-chunk-head", "fetcher: dead, connect-failed", 2),
        ("endless-head stated-twice noise", "fetcher: dead, connect-failed", 2),
        ("switching-protocols", "fetcher: dead, connect-failed", 2),
        ("endless-body endless-chunks huge", "fetcher: dead, body-too-large", 1),
        ("gzip-bomb brotli-bomb zstd-bomb", "fetcher: dead, body-too-large", 1),
        ("thousand-layers", "fetcher: dead, body-too-costly", 1),
        ("redirect-nowhere redirect-to-ftp", "fetcher: dead, bad-redirect", 1),
        ("redirect-to-long-address redirect-to-script", "fetcher: dead, bad-redirect", 1),
        ("redirect-to-metadata", "fetcher: dead, private-address", 1),
        ("video", "fetcher: skipped, not-html", 1),
        ("empty", "extractor: skipped, empty-page", 1),
        ("html", "extractor: skipped, too-short", 1),
        ("server-error", "fetcher: dead, server-error", 2),
        ("429", "fetcher: dead, too-many-requests", 2),
        ("reset-half-way stated-too-long", "store: stored, ok", 3),
        ("broken-gzip", "extractor: skipped, empty-page", 3),
        ("stated-too-short", "extractor: skipped, too-short", 1),
        ("wrong-charset unknown-charset", "store: stored, ok", 1),
    ):
        for trick in tricks.split():
            endless = trick.startswith("endless-")
            sent = asked * LIMITED if endless else LITTLE + asked * SENT.get(trick, 0)
            yield Row(trick, "page", recorded, 4 + asked, sent)
    yield Row("redirect-chain", "page", "fetcher: dead, bad-redirect", 10)
    yield Row("challenge", "page", "put off: challenge-page", 4)  # and the honest one with it, for two hours


def _robots() -> Iterator[Row]:
    """The list is read all the same, pages wait, and robots.txt is asked for again after ten minutes."""
    for trick in ("silence", "endless-body", "gzip-bomb", "redirect-loop", "server-error", "429"):
        requests, sent = 2 + (trick == "redirect-loop"), LIMITED if trick == "endless-body" else 300_000
        yield Row(trick, "robots", "put off: robots-unreachable", requests, sent)
    yield Row("html", "robots", "store: stored, ok", 5)


TOGETHER: tuple[Row, ...] = (*_lists(), *_pages(), *_robots())


@dataclass(frozen=True)
class AloneRow:
    """One list or page read by a fetcher that has nothing else to do, with the settings as they come."""

    trick: str
    at: str  # list | reading | page
    reason: str
    requests: int
    received: int  # bytes of bodies
    cpu: float  # seconds
    memory: int  # MiB over what the fetcher had before
    kind: str = "feed"
    asked: int = 0  # pages it led to, or named


FULL = 8 * MIB  # SIRWAN_FETCH_BYTES as it comes
ALONE = (
    AloneRow("gzip-bomb", "list", "body-too-large", 2, 300_000, 4.0, 150),
    AloneRow("gzip-in-gzip", "page", "body-too-large", 3, 1000, 2.0, 40),
    AloneRow("brotli-bomb", "page", "body-too-large", 3, 100_000, 2.0, 40),
    AloneRow("zstd-bomb", "list", "body-too-large", 2, 10_000, 4.0, 150),
    AloneRow("huge", "page", "body-too-large", 3, 0, 1.0, 10),
    AloneRow("huge-unstated", "page", "body-too-large", 3, FULL + MIB, 2.0, 40),
    AloneRow("endless-small-chunks", "page", "body-too-costly", 3, 100_000, 6.0, 10),
    AloneRow("entity-bomb", "list", "entity-declared", 2, 1000, 1.0, 10),
    AloneRow("quadratic-entities", "list", "entity-declared", 2, 700_000, 1.0, 20),
    AloneRow("long-words-in-head", "page", "ok", 3, 130_000, 2.0, 10),
    AloneRow("calendar", "list", "ok", 2, 10_000, 1.0, 10, "section", asked=40),
    AloneRow("index-of-50,000", "list", "ok", 52, 4 * MIB, 10.0, 100, "sitemap", asked=100),
    AloneRow("sitemap-of-50,000", "reading", "ok", 2, 4 * MIB, 6.0, 150, "sitemap", asked=50_000),
    AloneRow("feed-of-100,000", "reading", "ok", 2, FULL, 10.0, 250, asked=100_000),
    AloneRow("feed-of-10,000", "list", "ok", 2, MIB, 10.0, 60, asked=10_000),
)


@dataclass(frozen=True)
class DayRow:
    """A list that misbehaves for a week and then behaves again."""

    trick: str
    recorded: str  # state: reason
    first_day: int  # requests
    week: int  # requests
    back: float  # hours until it is read again, once it behaves


DAYS = (
    DayRow("429", "failing: too-many-requests", 8, 27, 12),
    DayRow("429-for-a-century", "failing: too-many-requests", 2, 14, 24),
    DayRow("429-for-no-time", "failing: too-many-requests", 8, 27, 12),
    DayRow("503-for-an-hour", "failing: server-error", 10, 42, 6),
    DayRow("server-error", "failing: server-error", 11, 42, 6),
    DayRow("nothing", "failing: connect-failed", 11, 42, 6),
    DayRow("challenge", "failing: challenge-page", 5, 12, 72),
    DayRow("challenge-403", "failing: challenge-page", 5, 12, 72),
    DayRow("304-unasked", "failing: http-client-error", 6, 13, 72),
    DayRow("redirect-loop", "failing: bad-redirect", 12, 21, 72),
    DayRow("gzip-bomb", "failing: body-too-large", 6, 13, 72),
    DayRow("entity-bomb", "failing: entity-declared", 6, 13, 72),
    DayRow("html", "failing: not-a-feed", 6, 13, 72),
    DayRow("empty-feed", "empty: no-entries", 10, 40, 6),
)
"""A list in its first hour was well, as most that misbehave once were."""
