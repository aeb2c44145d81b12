from datetime import UTC, datetime
from hashlib import sha256

import pytest

from services.fetcher.canonical import page_id
from services.fetcher.files import MAX_FILE, page_from_file
from services.stage import Poison

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_file_becomes_a_page_of_the_backfill_lane() -> None:
    page = page_from_file("/home/x/two rivers.txt", b"Two rivers.", NOW)
    digest = sha256(b"Two rivers.").hexdigest()
    assert page.url == page.canonical_url == f"file:///two%20rivers.txt?sha256={digest[:16]}"
    assert (page.page_id, page.body_sha256) == (page_id(page.url), digest)
    assert (page.lane, page.discovered.via, page.robots.verdict) == ("backfill", "file", "not-asked")


def test_the_same_file_is_the_same_page_and_another_one_is_not() -> None:
    first = page_from_file("a/1.txt", b"one", NOW)
    assert page_from_file("b\\1.txt", b"one", NOW) == first
    assert page_from_file("a/1.txt", b"two", NOW).page_id != first.page_id


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("a.html", b"Two rivers", "text/html"),
        ("a.HTM", b"Two rivers", "text/html"),
        ("a.xhtml", b"Two rivers", "text/html"),
        ("a.txt", b"Two rivers", "text/plain"),
        ("a", b"  <!DOCTYPE html><p>x", "text/html"),
        ("a.txt", b"<?xml version='1.0'?>\n<html>", "text/html"),
        ("a.txt", b"<!-- saved --><HTML lang=ar>", "text/html"),
        ("a.md", b"a <html> in the text", "text/plain"),
        ("a.txt", "العراق".encode("utf-16"), "text/plain"),
        ("a.txt", "العراق".encode("cp1256"), "text/plain"),
        ("caf\udce9.txt", b"x", "text/plain"),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_name_or_its_first_tag(name: str, body: bytes, kind: str) -> None:
    assert page_from_file(name, body, NOW).content_type == kind


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty-body"),
        (b" \n\t", "empty-body"),
        (b"a" * (MAX_FILE + 1), "body-too-large"),
        (b"%PDF-1.7 text", "not-text"),
        (b"\x89PNG\r\n\x1a\n", "not-text"),
        (b"PK\x03\x04text", "not-text"),
        (b"\x1f\x8b text", "not-text"),
        (b"text\x00\x01\x02", "not-text"),
    ],
)
def test_what_is_no_text_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Poison) as caught:
        page_from_file("x.bin", body, NOW)
    assert caught.value.reason == reason
