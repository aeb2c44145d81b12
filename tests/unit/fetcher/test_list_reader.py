"""Lists longer than a page may be."""

import asyncio
import gzip
import zlib

import pytest

from schemas.records import Feed
from services.fetcher import list_reader
from services.fetcher.entries import Listing
from services.fetcher.http import Answer, HttpReader, HttpSettings
from services.fetcher.list_reader import LONG, ListReader, may_be_long
from services.fetcher.manners import Manners, MannersSettings
from services.stage import Poison
from tests.clock import FakeClock
from tests.unit.fetcher.test_polling import desk
from tests.unit.fetcher.worlds import Page, response

FILLED = (
    b"<rss><channel><item><link>/1</link></item>"
    + b" " * LONG
    + b"<item><link>/2</link></item></channel></rss>"
)


@pytest.mark.parametrize(
    "page",
    [
        response(FILLED),
        response(zlib.compress(FILLED), content_encoding="deflate"),
        response(gzip.compress(FILLED)),
    ],
    ids=["plain", "coded", "zipped"],
)
async def test_a_feed_may_be_longer_than_a_page(page: Page) -> None:
    async with desk({"/feed": page}) as ours:
        assert await ours.poll() == 2


async def test_a_section_page_may_not() -> None:
    body = b'<a href="/2026/11/20/rivers">Two rivers, one agreement</a>' + b" " * LONG
    async with desk({"/feed": response(body)}) as ours:
        with pytest.raises(Poison, match="body-too-large"):
            await ours.poll(kind="section")


@pytest.mark.parametrize(("body", "at_once"), [(b"x" * 101, 1), (gzip.compress(b"x"), 1), (b"x" * 100, 3)])
async def test_of_lists_that_may_be_long_one_is_read_at_a_time(
    body: bytes, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, most = 0, 0

    async def read(*_: object) -> Listing:
        nonlocal now, most
        now += 1
        most = max(most, now)
        for _turn in range(9):
            await asyncio.sleep(0)
        now -= 1
        return Listing(via="rss")

    monkeypatch.setattr(asyncio, "to_thread", read)
    monkeypatch.setattr(list_reader, "LONG", 100)
    clock = FakeClock()
    reader = HttpReader(HttpSettings(), clock)
    lists = ListReader(reader, Manners(reader, clock, MannersSettings()), clock)
    feed, answer = Feed(url="https://n.example/", kind="feed"), Answer(200, "https://n.example/", body=body)
    await asyncio.gather(*(lists.read(feed, answer) for _ in range(3)))
    await reader.close()
    assert most == at_once


@pytest.mark.parametrize(
    ("body", "expected"), [(b"x" * LONG, False), (b"x" * (LONG + 1), True), (gzip.compress(b"x"), True)]
)
def test_a_list_may_be_long_by_its_length_or_because_it_is_zipped(body: bytes, expected: bool) -> None:
    assert may_be_long(body) is expected
