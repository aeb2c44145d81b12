"""Local files as pages, so that they go through the same stages. Pure."""

import hashlib
import re
from datetime import datetime
from urllib.parse import quote

from schemas.records import Discovered, RawPage, Rights, Robots
from services.fetcher.canonical import page_id
from services.stage import Poison

MAX_FILE = 8 * 1024 * 1024  # bytes, the same as for a fetched page
HTML_NAME = re.compile(r"\.x?html?$", re.IGNORECASE)
HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
SNIFFED = 4096  # bytes looked at to tell text from something else
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BINARY = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"\x7fELF", b"RIFF")
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")


def page_from_file(name: str, body: bytes, now: datetime) -> RawPage:
    """A file as a fetched page, on the backfill lane.

    Its address is `file:///<name>?sha256=<16 hex digits>`, whatever folder it lies in: the same file gives
    the same page again, another file of the same name another page.
    Raises Poison: "empty-body", "body-too-large", "not-text".
    """
    base_name = re.split(r"[/\\]", name)[-1]
    name = name.encode("utf-8", "replace").decode()  # for people: names need not be text
    if not body.strip():
        raise Poison("empty-body", f"{name} is empty")
    if len(body) > MAX_FILE:
        raise Poison("body-too-large", f"{name}: {len(body)} bytes, at most {MAX_FILE}")
    if _is_binary(body):
        raise Poison("not-text", f"{name} is not a text or HTML file")
    digest = hashlib.sha256(body).hexdigest()
    url = f"file:///{quote(base_name, errors='surrogateescape')}?sha256={digest[:16]}"
    is_html = HTML_NAME.search(name) or HTML_START.match(body[:SNIFFED])
    return RawPage(
        page_id=page_id(url),
        url=url,
        requested_url=url,
        canonical_url=url,
        status=200,
        content_type="text/html" if is_html else "text/plain",
        body=body,
        body_sha256=digest,
        fetched_at=now,
        robots=Robots(verdict="not-asked"),
        rights=Rights(),
        discovered=Discovered(via="file"),
        lane="backfill",
    )


def _is_binary(body: bytes) -> bool:
    """Known magic, or control characters that no text has (UTF-16 has a mark)."""
    head = body[:SNIFFED]
    if head.startswith(UTF16):
        return False
    return head.startswith(BINARY) or len(head) != len(head.translate(None, CONTROLS))
