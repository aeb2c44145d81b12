"""A page cannot hurt: whatever the bytes, an article or a refusal with a known reason, and soon."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.topics import PAGES_FETCHED
from services.extractor.article import extract_article
from services.extractor.forks import ForkServer
from services.extractor.kinds import KINDS
from services.extractor.sandbox import Pool
from services.extractor.service import WORK, limits_of
from services.runtime.config import Settings
from services.stage import Refusal
from tests.unit.extractor.pages import BODY, raw
from tests.unit.extractor.pathological import PAGES

REASONS = {
    "empty-page",
    "not-text",
    "page-too-large",
    "page-too-complex",
    "unreadable-markup",
    "text-too-large",
    "too-short",
} | KINDS.keys()
SECONDS = 6.5  # on the clock of a busy machine, which a page may take for its two seconds of processor

PIECES = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<a href='",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "&#0;",
        "&#xFFFFFFFF;",
        "<table><tr><td colspan=99999>",
        "<svg><style>",
        "<template>",
        "\x00",
        "\ud7ff",
        "<time datetime='",
        "<meta property=og:title content=",
        '<script type="application/ld+json">{"@type":"Article","author":[[[',
        'datePublished":"0000-00-00"}',
        "</script>",
        "© 2024 ",
        "by ",
        "<html",
        "/>",
        "<?xml encoding='x'?>",
        "<base href='http://['>",
        "<link rel=canonical href='//'>",
        BODY[0],
        "\u202e",
        "…",
        "'",
        '"',
    ]
)


def fate_of(body: bytes, content_type: str | None = "text/html") -> str:
    try:
        extract_article(raw(body, content_type=content_type))
    except Refusal as refused:
        return refused.reason
    return "article"


@given(st.binary(max_size=4000), st.sampled_from(["text/html", "text/plain", None]))
@settings(max_examples=150, deadline=None)
def test_random_bytes_only_ever_give_an_article_or_a_known_refusal(
    body: bytes, content_type: str | None
) -> None:
    assert fate_of(body, content_type) in REASONS | {"article"}


@given(st.lists(PIECES, max_size=60), st.sampled_from(["text/html", "text/plain"]))
@settings(max_examples=150, deadline=None)
def test_random_markup_only_ever_gives_an_article_or_a_known_refusal(
    pieces: list[str], content_type: str
) -> None:
    assert fate_of("".join(pieces).encode("utf-8", "replace"), content_type) in REASONS | {"article"}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Pool, asyncio.Runner]]:
    """The extractor in a pool with the limits of an ordinary operator."""
    settings = Settings()
    with asyncio.Runner() as runner:
        pool = Pool(ForkServer(WORK), limits_of(settings), settings.extract_workers)
        runner.run(pool.__aenter__())
        try:
            yield pool, runner
        finally:
            runner.run(pool.__aexit__(None, None, None))


@pytest.mark.parametrize("name", PAGES)
def test_a_pathological_page_is_an_article_or_dead_in_two_seconds_and_512_mb(
    name: str, running: tuple[Pool, asyncio.Runner]
) -> None:
    pool, runner = running
    frame = encode(PAGES_FETCHED, raw(PAGES[name]))
    before = monotonic()
    try:
        runner.run(pool.ask(frame))
        reason = "article"
    except Refusal as refused:
        reason = refused.reason
    taken = monotonic() - before
    print(f"{name}: {reason}, {taken:.2f} s, {most_memory(pool) >> 20} MiB")
    assert reason in REASONS | {"article", "extraction-timeout", "extraction-memory"}
    assert taken < SECONDS
    assert most_memory(pool) < 512 * 2**20


def most_memory(pool: Pool) -> int:
    """The most memory that any of the pool's processes ever had; bytes."""
    assert pool.server._server is not None
    server = pool.server._server.process.pid
    workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    found = [re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{each}/status").read_text()) for each in workers]
    return max((int(each[1]) * 1024 for each in found if each), default=0)
