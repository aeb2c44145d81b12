"""`sirwan extract`: one line of JSON in, one out (DESIGN §7). Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from schemas.records import Discovered, RawPage, Rights, Robots, Timestamp
from services.extractor.article import extract_article
from services.stage import Poison

UNKNOWN = datetime(9999, 12, 1, tzinfo=UTC)  # stands in for a fetch time nobody told; never put out


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A page to extract: `html` is the raw bytes, base64 in JSON, `text` a flattened page; one of the two."""

    id: str | int
    url: str = ""
    html: bytes | None = None
    text: str | None = None
    headers: dict[str, str] = {}
    fetched_at: Timestamp | None = None


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """`{id, …Article}` as builtins. Without `fetched_at` in the request that field is null.

    Raises Poison("bad-request") with the field's name, and Skip and Poison as `extract_article` does.
    """
    try:
        asked = msgspec.convert(request, Request)
    except msgspec.ValidationError as exc:
        raise Poison("bad-request", str(exc)) from exc
    article = extract_article(_page_of(asked))
    told = msgspec.to_builtins(article) | ({} if asked.fetched_at else {"fetched_at": None})
    return {"id": asked.id, **told}


def _page_of(asked: Request) -> RawPage:
    body = _body_of(asked)
    headers = {name.lower(): value for name, value in asked.headers.items()}
    media, _, parameters = headers.get("content-type", "").partition(";")
    declared = "text/plain" if asked.text is not None else media.strip().lower() or None
    return RawPage(
        page_id=sha256(asked.url.encode("utf-8", "replace")).hexdigest(),
        url=asked.url,
        requested_url=asked.url,
        canonical_url=asked.url,
        status=200,
        headers=headers,
        content_type=declared,
        charset=None if asked.text is not None else _charset_of(parameters),
        body=body,
        body_sha256=sha256(body).hexdigest(),
        fetched_at=asked.fetched_at or UNKNOWN,
        robots=Robots(verdict="not-asked"),
        rights=Rights(),
        discovered=Discovered(via="request"),
        lane="live",
    )


def _body_of(asked: Request) -> bytes:
    """The bytes of a page. Raises Poison("bad-request")."""
    if (asked.html is None) == (asked.text is None):
        raise Poison("bad-request", "one of the fields `html` and `text` must be given - at `$`")
    return (asked.text or "").encode("utf-8", "replace") if asked.html is None else asked.html


def _charset_of(parameters: str) -> str | None:
    named = (part.partition("=") for part in parameters.split(";"))
    return next((value.strip(" \"'") for name, _, value in named if name.strip().lower() == "charset"), None)
