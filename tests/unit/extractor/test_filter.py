import base64
import json
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from schemas.records import Article
from services.extractor.filter import answer
from services.stage import Poison, Skip
from tests.unit.extractor.pages import ARABIC, BODY, html

HTML = base64.b64encode(html().encode()).decode()
FLAT = "\n".join(BODY)


def test_html_and_flattened_text_are_answered_with_an_article() -> None:
    for request in ({"html": HTML}, {"text": FLAT}):
        out = answer(
            {"id": "a", "url": "https://river.example/x", "fetched_at": "2024-03-01T12:00:00Z"} | request
        )
        assert out["id"] == "a"
        article = msgspec.convert(out, Article)
        assert BODY[0] in article.text
        assert article.page_id == sha256(b"https://river.example/x").hexdigest()


def test_the_answer_is_plain_json() -> None:
    assert json.loads(json.dumps(answer({"id": 1, "text": FLAT})))["id"] == 1


def test_an_untold_fetch_time_stays_null() -> None:
    assert answer({"id": 1, "text": FLAT})["fetched_at"] is None


def test_headers_name_the_charset() -> None:
    page = base64.b64encode(html(body=ARABIC, h1="").encode("cp1256")).decode()
    out = answer({"id": 1, "html": page, "headers": {"Content-Type": 'text/html; Charset="windows-1256"'}})
    assert out["text"] == "\n\n".join(ARABIC)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({}, "id"),
        ({"id": "a"}, "html"),
        ({"id": "a", "html": HTML, "text": FLAT}, "html"),
        ({"id": "a", "html": "***"}, "$.html"),
        ({"id": "a", "text": 5}, "$.text"),
        ({"id": [], "text": FLAT}, "$.id"),
        ({"id": "a", "text": FLAT, "fetched_at": "yesterday"}, "$.fetched_at"),
        ({"id": "a", "text": FLAT, "headers": {"x": 1}}, "$.headers"),
        ({"id": "a", "text": FLAT, "url": None}, "$.url"),
    ],
)
def test_a_bad_request_is_refused_by_the_name_of_its_field(request_: dict[str, Any], field: str) -> None:
    with pytest.raises(Poison) as refused:
        answer(request_)
    assert refused.value.reason == "bad-request"
    assert field in refused.value.detail


@pytest.mark.parametrize("text", ["", "   ", "\ud800"])
def test_pages_that_hold_nothing_are_skipped(text: str) -> None:
    with pytest.raises(Skip):
        answer({"id": "a", "text": text})
