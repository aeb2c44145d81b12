"""Pages kept as WARC: read back with warcio's own reader and checker, whatever happened to the disk."""

import asyncio
import gzip
import io
import resource
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs
from warcio import ArchiveIterator  # type: ignore[import-untyped]  # it ships no stubs
from warcio.checker import Checker  # type: ignore[import-untyped]  # it ships no stubs

from schemas.records import Discovered, RawPage, RightsSignal
from schemas.topics import PAGES_FETCHED
from services.fetcher import warc_archive, warc_files
from services.fetcher.archived import Refused
from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.kept import NOTHING, read_kept
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import PageFetcher
from services.fetcher.rights import rights_of
from services.fetcher.warc_archive import PAUSE, Archive
from services.fetcher.warc_files import WarcFiles, mend
from services.fetcher.warc_reader import read_warc
from services.fetcher.warc_records import Seen, info_record, response_record, revisit_record
from services.runtime.metrics import Metrics
from tests.clock import START, FakeClock
from tests.records import a_page
from tests.unit.fetcher.test_pages import ARTICLE, a_request
from tests.unit.fetcher.worlds import response, serving

NAME = f"sirwan-{START:%Y%m%d%H%M%S}-00000-0.warc.gz"


def page(path: str = "a", body: bytes = b"<p>The canal.", **changes: Any) -> RawPage:
    made = a_page(f"http://tigris.example/{path}", body)
    fields = {
        "headers": {"content-type": "text/html; charset=utf-8", "etag": '"1"'},
        "content_type": "text/html",
        "charset": "utf-8",
        "body_sha256": sha256(body).hexdigest(),
        "fetched_at": START,
        "discovered": Discovered(source_id="tigris", via="rss", title="Der Kanal: ä\n", published="1 May"),
    }
    return msgspec.structs.replace(made, **(fields | changes))


def files(folder: Path, most: int = 10**9, replica: str = "0") -> WarcFiles:
    return WarcFiles(folder, replica, most, lambda name, now: info_record(name, now, "sirwan/1"))


def records(path: Path) -> list[tuple[str, str | None, bytes]]:
    """Type, address and payload of each record, with all digests checked."""
    with path.open("rb") as opened:
        return [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(opened, check_digests="raise")
        ]


def checked(path: Path) -> bool:
    """What `warcio check` says."""
    return bool(Checker(Namespace(inputs=[str(path)], verbose=False)).process_all() == 0)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def kept(folder: Path, *pages: RawPage, **how: Any) -> Metrics:
    metrics = Metrics()
    async with warc_archive.archiving(files(folder, **how), FakeClock(), metrics) as archive:
        for each in pages:
            await archive.keep(each)
    return metrics


def counted(metrics: Metrics) -> dict[str, float]:
    outcomes = ("response", "revisit", "failed", "late")
    return {
        each: value
        for each in outcomes
        if (value := metrics.value("sirwan_warc_records_total", outcome=each))
    }


async def test_a_kept_page_is_read_back_by_another_reader_and_its_digests_hold(tmp_path: Path) -> None:
    metrics = await kept(tmp_path, page(), page("b", b"<p>The dam."))
    assert names(tmp_path) == [NAME]
    assert records(tmp_path / NAME) == [
        ("warcinfo", None, b"software: sirwan/1\r\nformat: WARC File Format 1.1\r\n"),
        ("response", "http://tigris.example/a", b"<p>The canal."),
        ("response", "http://tigris.example/b", b"<p>The dam."),
    ]
    assert checked(tmp_path / NAME)
    assert counted(metrics) == {"response": 2}


def test_a_response_says_what_the_standard_asks_for() -> None:
    (record,) = ArchiveIterator(io.BytesIO(response_record(page(truncated=True), b"<p>The canal.")))
    said = dict(record.rec_headers.headers)
    assert record.rec_headers.protocol == "WARC/1.1"
    assert said["WARC-Date"] == "2026-11-20T12:00:00.000Z"
    assert said["WARC-Record-ID"].startswith("<urn:uuid:")
    assert said["WARC-Payload-Digest"] == f"sha256:{sha256(b'<p>The canal.').hexdigest()}"
    assert (said["Content-Type"], said["WARC-Truncated"]) == (
        "application/http; msgtype=response",
        "disconnect",
    )
    assert record.http_headers.statusline == "200 OK"
    assert dict(record.http_headers.headers) == {
        "content-type": "text/html; charset=utf-8",
        "etag": '"1"',
        "content-length": "13",
    }


def test_the_same_record_is_written_in_the_same_bytes() -> None:
    assert response_record(page(), b"x") == response_record(page(), b"x")
    assert gzip.decompress(response_record(page(), b"x")).endswith(b"\r\n\r\nx\r\n\r\n")


async def test_a_page_that_did_not_change_is_a_revisit_without_its_body(tmp_path: Path) -> None:
    later = page(fetched_at=START + timedelta(hours=1))
    pages = (page(), later, page("b"), page(body=b"<p>New.", fetched_at=START + timedelta(hours=2)))
    metrics = await kept(tmp_path, *pages)
    assert counted(metrics) == {"response": 3, "revisit": 1}
    assert [kind for kind, _, _ in records(tmp_path / NAME)] == [
        "warcinfo",
        "response",
        "revisit",
        "response",  # another address with the same body
        "response",
    ]
    assert checked(tmp_path / NAME)
    (record,) = ArchiveIterator(io.BytesIO(revisit_record(later, START, 13)))
    said = dict(record.rec_headers.headers)
    assert said["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert said["WARC-Refers-To-Target-URI"] == "http://tigris.example/a"
    assert said["WARC-Refers-To-Date"] == "2026-11-20T12:00:00.000Z"
    assert said["WARC-Date"] == "2026-11-20T13:00:00.000Z"
    assert said["WARC-Payload-Digest"] == f"sha256:{later.body_sha256}"
    assert record.http_headers.get_header("etag") == '"1"'


def test_only_so_many_addresses_are_remembered() -> None:
    seen = Seen(most=2)
    for path in "abc":
        seen.note(page(path))
    assert [seen.same(page(path)) for path in "abc"] == [None, START, START]
    assert seen.same(page("c", b"other")) is None


SIZE = len(info_record(NAME, START, "sirwan/1")) + len(response_record(page("0"), b"<p>The canal.")) + 50
"""Two records and the first are more, one is less."""


async def test_a_file_is_finished_at_its_size_and_open_only_while_it_is_written(tmp_path: Path) -> None:
    clock, metrics = FakeClock(), Metrics()
    archive = Archive(files(tmp_path, most=SIZE), clock, metrics)
    for number in range(4):
        await archive.keep(page(str(number)))
    assert names(tmp_path) == [NAME, NAME.replace("-00000-", "-00001-")]
    await archive.keep(page("last"))
    assert [name for name in names(tmp_path) if name.endswith(".open")] == [
        NAME.replace("-00000-", "-00002-") + ".open"
    ]
    await archive.close()
    await archive.close()
    assert not [name for name in names(tmp_path) if name.endswith(".open")]
    found = [
        url for name in names(tmp_path) for kind, url, _ in records(tmp_path / name) if kind == "response"
    ]
    assert found == [f"http://tigris.example/{each}" for each in ("0", "1", "2", "3", "last")]
    assert all(checked(tmp_path / name) for name in names(tmp_path))


@pytest.mark.parametrize("most", [1, 10**9])
async def test_nothing_is_written_over(tmp_path: Path, most: int) -> None:
    """Two runs in the same second."""
    for path in "ab":
        await kept(tmp_path, page(path), most=most)
    urls = [
        url for name in names(tmp_path) for kind, url, _ in records(tmp_path / name) if kind == "response"
    ]
    assert (urls, len(names(tmp_path))) == (["http://tigris.example/a", "http://tigris.example/b"], 2)


RECORDS = [
    info_record(NAME, START, "x"),
    response_record(page(body=b"a" * 900), b"a" * 900),
    response_record(page("b"), b"<p>The canal."),
]


@pytest.mark.parametrize(
    ("left", "whole"),
    [(b"".join(RECORDS), 3)]
    + [(b"".join(RECORDS)[:-cut], 2) for cut in (1, 4, 9, len(RECORDS[2]) - 1)]
    + [(RECORDS[0] + RECORDS[1][:cut], 1) for cut in (0, 1, 5, len(RECORDS[1]) - 1)]
    + [(RECORDS[0] + bytes(500), 1), (RECORDS[0][:-1], 0), (b"", 0)],
)
async def test_what_a_killed_process_left_is_cut_after_its_last_whole_record(
    tmp_path: Path, left: bytes, whole: int
) -> None:
    (tmp_path / f"{NAME}.open").write_bytes(left)
    await kept(tmp_path, page("next"))
    old, new = tmp_path / NAME, tmp_path / NAME.replace("-00000-", f"-{'00001' if whole else '00000'}-")
    assert names(tmp_path) == sorted({old.name, new.name} if whole else {new.name})
    assert records(new)[-1][1] == "http://tigris.example/next"
    if whole:
        assert old.read_bytes() == b"".join(RECORDS[:whole])
        assert checked(old)


def test_the_end_of_a_file_larger_than_what_is_looked_at_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc_files, "TAIL", 2 * len(RECORDS[1]))
    path = tmp_path / f"{NAME}.open"
    path.write_bytes(RECORDS[1] * 20 + RECORDS[1][:-3])
    mend(tmp_path, "0")
    assert (tmp_path / NAME).read_bytes() == RECORDS[1] * 20
    path.write_bytes(bytes(100_000))  # nothing of ours at the end: nothing is thrown away
    mend(tmp_path, "0")
    assert path.stat().st_size == 100_000


def test_a_file_that_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    writing = files(tmp_path)
    writing.append(response_record(page(), b"x"), START)
    mend(tmp_path, "0")
    assert names(tmp_path) == [f"{NAME}.open"]
    writing.finish()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow past `size` bytes: a write over it is cut short, the next is refused."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 10, len(RECORDS[0]), 1000])
async def test_a_full_disk_leaves_whole_records_and_is_said_once(tmp_path: Path, room: int) -> None:
    clock, metrics = FakeClock(), Metrics()
    archive = Archive(files(tmp_path), clock, metrics)
    big = page("big", body=sha256(b"x").digest() * 10 + bytes(range(256)) * 30)
    with capture_logs() as logs:
        with room_for(room):
            for _ in range(3):
                await archive.keep(big)
                clock.passed += PAUSE
        await archive.keep(page("after"))
        await archive.close()
    assert [each["event"] for each in logs] == ["warc-not-kept"]
    assert counted(metrics) == {"failed": 3, "response": 1}
    assert [url for _, url, _ in records(tmp_path / NAME)] == [None, "http://tigris.example/after"]
    assert checked(tmp_path / NAME)


async def test_a_folder_that_cannot_be_written_stops_no_page_and_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "warc"
    folder.write_text("in the way")
    clock, metrics = FakeClock(), Metrics()
    archive = Archive(files(folder), clock, metrics)
    async with (
        serving({f"/{number}": ARTICLE for number in range(4)}) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path, keep=archive.keep)
        with capture_logs() as logs:
            for number in range(3):
                (emit,) = await fetcher.handle(a_request(f"{web.url}/{number}"))
                assert emit.topic is PAGES_FETCHED
            folder.unlink()
            clock.passed += PAUSE
            await fetcher.handle(a_request(f"{web.url}/3"))
    await archive.close()
    assert [each["event"] for each in logs] == ["warc-not-kept"]
    assert counted(metrics) == {"failed": 3, "response": 1}


async def test_a_disk_that_hangs_holds_up_no_page_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc_archive, "PATIENCE", 0.05)
    stuck, append = threading.Event(), WarcFiles.append

    def hangs(self: WarcFiles, *record: Any) -> None:
        stuck.wait(20)
        append(self, *record)

    monkeypatch.setattr(WarcFiles, "append", hangs)
    metrics = Metrics()
    archive = Archive(files(tmp_path), FakeClock(), metrics)
    await asyncio.wait_for(archive.keep(page()), 5)
    await asyncio.wait_for(archive.keep(page("b")), 5)
    assert counted(metrics) == {"late": 1}
    with capture_logs() as logs:
        await asyncio.wait_for(archive.close(), 5)
    assert [each["event"] for each in logs] == ["warc-unfinished"]
    stuck.set()
    monkeypatch.setattr(warc_archive, "PATIENCE", 5.0)
    await archive.close()  # after the record, which has the turn
    assert counted(metrics) == {"late": 1, "response": 1}
    assert len(records(tmp_path / NAME)) == 2


async def test_pages_that_come_at_once_are_written_one_after_the_other(tmp_path: Path) -> None:
    archive = Archive(files(tmp_path), FakeClock(), Metrics())
    await asyncio.gather(*(archive.keep(page(str(number))) for number in range(30)))
    await archive.close()
    assert len(records(tmp_path / NAME)) == 31
    assert checked(tmp_path / NAME)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"canonical_url": "http://tigris.example/asked", "page_id": sha256(b"http://tigris.example/asked").hexdigest()},
        {"discovered": Discovered(via="section")},
        {"body": "العراق وإيران".encode("cp1256"), "charset": "windows-1256",
         "headers": {"content-type": "text/html; charset=windows-1256", "link": "<ä>; rel=x"}},
        {"truncated": True},
        {"rights": rights_of([RightsSignal(name="content-usage", value="train-ai=n", where="robots.txt"),
                              RightsSignal(name="tdm-reservation", value="1", where="tdmrep.json")])},
    ],
)  # fmt: skip
async def test_what_was_kept_is_the_same_page_when_it_is_read(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    whole = page(**changes)
    whole = msgspec.structs.replace(whole, body_sha256=sha256(whole.body or b"").hexdigest())
    await kept(tmp_path, whole)
    with (tmp_path / NAME).open("rb") as opened:
        (found,) = read_warc(opened, NAME, START)
    assert isinstance(found, RawPage)
    same = ("page_id", "url", "canonical_url", "status", "content_type", "charset", "body", "body_sha256",
            "truncated", "fetched_at", "rights")  # fmt: skip
    assert [getattr(found, each) for each in same] == [getattr(whole, each) for each in same]
    for each in ("source_id", "title", "published"):
        assert getattr(found.discovered, each) == getattr(whole.discovered, each)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "[]",
        '{"canonical_url": 7}',
        '{"stated": [{"name": "noai"}]}',
        '{"canonical_url": "HTTP://a.example"}',
        '{"canonical_url": "x"}',
    ],
)
def test_a_field_that_is_not_of_ours_says_nothing(value: str) -> None:
    assert read_kept(value) == NOTHING


async def test_a_truncated_page_is_kept_once_as_it_is_taken(tmp_path: Path) -> None:
    """A page that is asked for again is not kept before."""
    clock, metrics = FakeClock(), Metrics()
    archive = Archive(files(tmp_path), clock, metrics)
    async with (
        serving({"/a": response(b"<p>x", length=5000, content_type="text/html")}) as web,
        HttpReader(HttpSettings(allow_private_hosts=True), clock) as reader,
    ):
        manners = Manners(reader, clock, MannersSettings(delay=0.0))
        fetcher = PageFetcher(reader, manners, clock, tmp_path / "blobs", keep=archive.keep)
        for attempt in (1, 2, 3):
            await fetcher.handle(a_request(f"{web.url}/a", attempt=attempt))
    await archive.close()
    assert counted(metrics) == {"response": 1}


def test_a_revisit_we_wrote_is_refused_with_its_reason() -> None:
    (found,) = read_warc(io.BytesIO(revisit_record(page(), START, 13)), NAME, START)
    assert isinstance(found, Refused)
    assert found.refusal.reason == "no-payload"
