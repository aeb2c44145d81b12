import gzip
import io
import tracemalloc
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no stubs
import pytest

from schemas.records import RawPage
from services.fetcher.archived import Refused
from services.fetcher.canonical import page_id
from services.fetcher.files import MAX_FILE
from services.fetcher.warc_reader import MOST_HEAD, read_warc
from services.stage import DEAD, SKIPPED, Poison
from tests.clock import START
from tests.unit.fetcher.warcs import HTML, NAME, chunked, http, record, zipped


def read(data: bytes) -> list[RawPage | Refused]:
    return list(read_warc(io.BytesIO(data), NAME, START))


def page(data: bytes) -> RawPage:
    (found,) = read(data)
    assert isinstance(found, RawPage)
    return found


def refused(data: bytes) -> tuple[str, str, str]:
    (found,) = read(data)
    assert isinstance(found, Refused)
    return found.refusal.fate, found.refusal.reason, found.refusal.detail


def until_damage(data: bytes) -> tuple[list[RawPage | Refused], Poison]:
    """What was given before the damage, and what is said of that."""
    found: list[RawPage | Refused] = []
    try:
        for each in read_warc(io.BytesIO(data), NAME, START):
            found.append(each)  # noqa: PERF402 - extend would lose what came before the damage
    except Poison as exc:
        return found, exc
    raise AssertionError(f"no damage was seen after {len(found)} records")


def test_a_response_becomes_a_page_of_the_backfill_lane() -> None:
    block = http(etag='"1"', server="x", link="</a>; rel=a", x_robots_tag="noarchive")
    found = page(zipped([record(block, "HTTP://Tigris.Example:80/a?utm_source=rss#top")]))
    assert (found.url, found.canonical_url) == (
        "HTTP://Tigris.Example:80/a?utm_source=rss#top",
        "http://tigris.example/a",
    )
    assert (found.page_id, found.status) == (page_id("http://tigris.example/a"), 200)
    assert found.fetched_at == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert (found.body, found.body_sha256) == (HTML, sha256(HTML).hexdigest())
    assert (found.content_type, found.charset, found.truncated) == ("text/html", "utf-8", False)
    assert found.headers.keys() == {"content-type", "etag", "link", "x-robots-tag"}
    assert (found.lane, found.robots.verdict, found.rights.verdict) == ("backfill", "not-asked", "no-archive")
    assert (found.discovered.via, found.discovered.feed_url) == ("file", NAME)


@pytest.mark.parametrize(
    "data",
    [
        record(),
        zipped([record()]),
        gzip.compress(record()),
        b"\r\n\r\n" + record(),
        record().removesuffix(b"\r\n\r\n"),
        record(url="<http://tigris.example/a>"),
        record(b"HTTP/1.0 200\r\nContent-TYPE:TEXT/HTML\r\n\r\n" + HTML),
    ],
    ids=["plain", "zipped", "one-member", "blank-first", "no-end", "brackets", "mixed-case"],
)
def test_every_way_to_write_it_down_gives_the_same_page(data: bytes) -> None:
    assert (page(data).canonical_url, page(data).body) == ("http://tigris.example/a", HTML)


RAW = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(HTML), {"transfer_encoding": "chunked"}),
        (gzip.compress(HTML), {"content_encoding": "gzip"}),
        (brotli.compress(HTML), {"content_encoding": "br"}),
        (zlib.compress(HTML), {"content_encoding": "deflate"}),
        (RAW.compress(HTML) + RAW.flush(), {"content_encoding": "deflate"}),
        (
            chunked(gzip.compress(HTML)),
            {"transfer_encoding": "chunked", "content_encoding": "gzip"},
        ),
        # The archive undid the coding and kept what says it.
        (HTML, {"transfer_encoding": "chunked", "content_encoding": "gzip"}),
        (HTML, {"content_encoding": "br"}),
    ],
)
def test_every_coding_is_undone(body: bytes, headers: dict[str, str]) -> None:
    found = page(record(http(body, **headers)))
    assert (found.body, found.truncated) == (HTML, False)


@pytest.mark.parametrize(
    ("body", "headers", "fields"),
    [
        (chunked(HTML)[:-20], {"transfer_encoding": "chunked"}, {}),
        (gzip.compress(HTML)[:-4], {"content_encoding": "gzip"}, {}),
        (HTML, {}, {"WARC_Truncated": "length"}),
    ],
)
def test_a_body_that_is_not_whole_says_so(
    body: bytes, headers: dict[str, str], fields: dict[str, str]
) -> None:
    assert page(record(http(body, **headers), **fields)).truncated


@pytest.mark.parametrize(
    ("data", "fate", "reason"),
    [
        (record(http(status="404 Not Found")), SKIPPED, "status-not-ok"),
        (record(http(status="301 Moved", location="/b")), SKIPPED, "status-not-ok"),
        (record(http(content_type="image/png")), SKIPPED, "not-html"),
        (record(http(b" \n")), SKIPPED, "empty-body"),
        (record(url="ftp://tigris.example/a"), SKIPPED, "bad-url"),
        (record(b"20261101083000\n1.2.3.4\n", "dns:tigris.example"), SKIPPED, "bad-url"),
        (record(url=None), SKIPPED, "bad-url"),
        (record(b"", kind="revisit"), SKIPPED, "no-payload"),
        (record(HTML, kind="resource"), SKIPPED, "not-a-response"),
        (record(HTML, kind="conversion"), SKIPPED, "not-a-response"),
        (record(kind=""), SKIPPED, "not-a-response"),
        (record(http(b"x" * (MAX_FILE + 1))), DEAD, "body-too-large"),
        (record(http(gzip.compress(bytes(MAX_FILE + 1)), content_encoding="gzip")), DEAD, "body-too-large"),
        (record(HTML), DEAD, "broken-record"),
        (record(b""), DEAD, "broken-record"),
        (record(date="yesterday"), DEAD, "broken-record"),
        (record(date="0001-01-01T00:00:00+23:00"), DEAD, "broken-record"),
        (record(date="2126-11-01T08:30:00Z"), DEAD, "broken-record"),
    ],
)
def test_what_is_no_page_has_a_reason_and_those_after_it_are_read(
    data: bytes, fate: str, reason: str
) -> None:
    assert refused(data)[:2] == (fate, reason)
    for both in (data + record(), zipped([data, record()])):
        assert isinstance(read(both)[1], RawPage)


@pytest.mark.parametrize("kind", ["warcinfo", "request", "metadata"])
def test_records_about_others_are_neither_pages_nor_refused(kind: str) -> None:
    assert [type(each) for each in read(record(b"a: b\r\n", kind=kind) + record())] == [RawPage]


@pytest.mark.parametrize(
    ("damaged", "why"),
    [
        (record()[:-30], "it ends 26 bytes early"),
        (record()[:40], "no Content-Length"),
        (record(length="-1"), "no Content-Length"),
        (record(length="x"), "no Content-Length"),
        (record(length="99999999999999"), "no Content-Length"),
        (record(length="5000"), "bytes early"),
        (record(length="3"), "Invalid WARC record"),
        (record(http(content_type="image/png"), length="5000"), "bytes early"),
        (b"GIF89a" + bytes(100), "Invalid WARC record"),
        (record(WARC_Note="x" * MOST_HEAD), f"a head of more than {MOST_HEAD} bytes"),
        (record(http(x_note="x" * MOST_HEAD)), f"a head of more than {MOST_HEAD} bytes"),
        (b"\n" * (MOST_HEAD + 1), f"a head of more than {MOST_HEAD} bytes"),
    ],
)
def test_everything_before_the_damage_is_taken_and_one_line_says_the_rest(damaged: bytes, why: str) -> None:
    good = record() + record(url="http://tigris.example/b")
    found, said = until_damage(good + damaged)
    assert [each.url for each in found[:2]] == ["http://tigris.example/a", "http://tigris.example/b"]
    assert not any(isinstance(each, RawPage) for each in found[2:])
    assert said.reason == "warc-damaged"
    assert why in said.detail
    assert said.detail.startswith(f"{NAME}: record ")
    assert "\n" not in said.detail


def test_the_damage_is_placed() -> None:
    good = [record(), record()]
    _, said = until_damage(b"".join(good) + record()[:-30])
    assert said.detail == f"{NAME}: record 3, at byte {2 * len(good[0])}: it ends 26 bytes early"


@pytest.mark.parametrize("cut", [1, 9, 40, 90])
def test_a_zipped_file_that_was_cut_off_gives_what_is_whole(cut: int) -> None:
    found, said = until_damage(zipped([record(), record(), record()])[:-cut])
    assert len([each for each in found if isinstance(each, RawPage)]) in {2, 3}
    assert said.reason == "warc-damaged"


@pytest.mark.parametrize("data", [b"", gzip.compress(b""), b"\r\n"])
def test_a_file_without_a_record_is_no_archive(data: bytes) -> None:
    assert until_damage(data)[1].detail == f"{NAME}: not one record in it"


def test_a_record_of_any_size_takes_little_memory(tmp_path: Path) -> None:
    size = 500_000_000
    with (tmp_path / NAME).open("w+b") as file:
        file.write(record(http(b""), length=str(size))[:-4])
        file.seek(size, 1)  # a hole: no bytes on the disk
        file.seek(-len(http(b"")), 1)
        file.write(b"\r\n\r\n" + record())
        file.seek(0)
        tracemalloc.start()
        found = list(read_warc(file, NAME, START))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert [type(each) for each in found] == [Refused, RawPage]
    assert peak < 3 * MAX_FILE
