"""Lines of a recorded stream: what is taken, and what is said of what is not."""

import json
from typing import Any

import pytest

from schemas.codec import encode
from schemas.stream import Unplayable, read_line, write_line
from schemas.topics import ARTICLES_ENRICHED, STORIES
from services.runtime.envelope import headers
from tests.clock import FakeClock
from tests.unit.store.records import an_article

RIVER = an_article("river")
WIRE = encode(ARTICLES_ENRICHED, RIVER)


def line(**changes: Any) -> bytes:
    said = headers(ARTICLES_ENRICHED, RIVER.page_id, WIRE, stage="linker", subject="s", at=FakeClock().now())
    message = {
        "topic": ARTICLES_ENRICHED.name,
        "key": RIVER.page_id,
        "headers": said,
        "value": json.loads(WIRE),
    }
    return json.dumps(message | changes, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_message_comes_back_byte_for_byte() -> None:
    message = read_line(line())
    assert (message.key, message.wire) == (RIVER.page_id, WIRE)
    assert read_line(write_line(message)) == message


def test_a_field_of_a_newer_producer_is_kept() -> None:
    newer = json.loads(WIRE) | {"added_in_2031": [1, None]}
    assert json.loads(read_line(line(value=newer)).wire or b"") == newer


@pytest.mark.parametrize("said", [b"null", b" null", b"null "])
def test_null_is_a_tombstone(said: bytes) -> None:
    bare = line(value="HERE").replace(b'"HERE"', said)
    assert read_line(bare).wire is None


def headers_with(**changes: str | None) -> dict[str, str]:
    said: dict[str, str | None] = json.loads(line())["headers"] | changes
    return {name: value for name, value in said.items() if value is not None}


BAD: list[tuple[bytes, str]] = [
    (b"{", "truncated"),
    (b"\xff", "malformed"),
    (b"[" * 100_000, "[Rr]ecursion|Expected `object`"),
    (b"[]", "Expected `object`, got `array`"),
    (b"{}", "missing required field `topic`"),
    (line(extra=1), "unknown field `extra`"),
    (line(key=7), r"Expected `str`, got `int` - at `\$.key`"),
    (line(topic="sirwan.stories.v1"), "no such topic: 'sirwan.stories.v1'; names have no prefix"),
    (line(topic="pages.fetched.v1"), "pages.fetched.v1 does not travel as JSON"),
    (line(headers={}), "headers: no ce_specversion, ce_id"),
    (line(headers=headers_with(ce_id=None)), "headers: no ce_id$"),
    (line(headers=headers_with(ce_id="")), "headers: no ce_id$"),
    (line(topic=STORIES.name), "ce_type is 'sirwan.articles.enriched.v1' and not 'sirwan.stories.v1'"),
    (line(value={}), "articles.enriched.v1: not a EnrichedArticle: .*missing required field"),
    (line(value=json.loads(WIRE) | {"version": "1"}), r"Expected `int`, got `str` - at `\$.version`"),
    (line(value=3), "Expected `object`, got `int`"),
    (line(key="0" * 64), "key is '0+', page_id of its record is"),
    (
        line(topic="journal.v1", value=None, headers=headers_with(ce_type="sirwan.journal.v1")),
        "a tombstone on journal.v1, which is not compacted",
    ),
]


@pytest.mark.parametrize(("said", "why"), BAD, ids=[why[:40] for _, why in BAD])
def test_what_is_no_message_is_refused_with_the_reason(said: bytes, why: str) -> None:
    with pytest.raises(Unplayable, match=why):
        read_line(said)
