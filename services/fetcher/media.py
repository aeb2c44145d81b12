"""What the headers of an answer say of its body. Pure."""

from collections.abc import Mapping
from email.message import Message

from services.stage import Skip

READABLE = frozenset(("text/html", "application/xhtml+xml", "text/plain"))
CHOSEN_HEADERS = (  # what later stages or people need of the answer
    "content-type", "content-language", "last-modified", "etag", "date", "link", "x-robots-tag",
    "tdm-reservation", "tdm-policy", "content-usage", "content-signal",
)  # fmt: skip


def media_type(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header, lower case; None where not stated."""
    message = Message()
    message["content-type"] = headers.get("content-type", "").replace("\r", " ").replace("\n", " ")
    charset = message.get_content_charset()
    return (message.get_content_type() if "/" in headers.get("content-type", "") else None), charset


def refuse_media(headers: Mapping[str, str]) -> None:
    """Raises Skip("not-html"); a missing type is given the benefit of the doubt."""
    kind, _ = media_type(headers)
    if kind is not None and kind not in READABLE:
        raise Skip("not-html", f"the page is {kind}")
