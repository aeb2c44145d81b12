"""Small valid records for tests that need one; all invented."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from schemas.records import (
    Access,
    Article,
    Discovered,
    FetchRequest,
    Quality,
    RawPage,
    Revision,
    Rights,
    Robots,
)

AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)


def page_id(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def a_request(url: str = "http://tigris.example/a", **changes: Any) -> FetchRequest:
    fields: dict[str, Any] = {
        "url": url,
        "canonical_url": url,
        "page_id": page_id(url),
        "lane": "live",
        "discovered": Discovered(via="rss", source_id="tigris"),
        "requested_at": AT,
    }
    return FetchRequest(**(fields | changes))


def a_page(url: str = "http://tigris.example/a", body: bytes = b"<p>Hello</p>", **changes: Any) -> RawPage:
    fields: dict[str, Any] = {
        "page_id": page_id(url),
        "url": url,
        "requested_url": url,
        "canonical_url": url,
        "status": 200,
        "content_type": "text/html",
        "charset": "utf-8",
        "body": body,
        "body_sha256": hashlib.sha256(body).hexdigest(),
        "fetched_at": AT,
        "robots": Robots(verdict="allowed"),
        "rights": Rights(),
        "discovered": Discovered(via="rss", source_id="tigris"),
        "lane": "live",
    }
    return RawPage(**(fields | changes))


def an_article(url: str = "http://tigris.example/a", text: str = "Iraq said.", **changes: Any) -> Article:
    fields: dict[str, Any] = {
        "page_id": page_id(url),
        "revision": Revision(digest="0" * 16),
        "url": url,
        "canonical_url": url,
        "text": text,
        "access": Access(verdict="full"),
        "quality": Quality(chars=len(text), words=len(text.split()), score=1.0),
        "rights": Rights(),
        "discovered": Discovered(via="rss", source_id="tigris"),
        "lane": "live",
        "fetched_at": AT,
    }
    return Article(**(fields | changes))
