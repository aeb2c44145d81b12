"""What the headers of an answer say of its body. Pure."""

from collections.abc import Mapping
from email.message import Message
from functools import lru_cache

from services.stage import Skip

READABLE = frozenset(("text/html", "application/xhtml+xml", "text/plain"))
CHOSEN_HEADERS = (  # what later stages or people need of the answer
    "content-type", "content-language", "last-modified", "etag", "date", "link", "x-robots-tag",
    "tdm-reservation", "tdm-policy", "content-usage", "content-signal",
)  # fmt: skip

MAX_TYPE = 1_000  # characters of a Content-Type that are read


def media_type(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header, lower case; None where not stated."""
    return _read_type(headers.get("content-type", "")[:MAX_TYPE])


@lru_cache(maxsize=256)  # all of the web's answers have a few dozen
def _read_type(stated: str) -> tuple[str | None, str | None]:
    message = Message()
    message["content-type"] = stated.replace("\r", " ").replace("\n", " ")
    charset = message.get_content_charset()
    return (message.get_content_type() if "/" in stated else None), charset


def refuse_media(headers: Mapping[str, str]) -> None:
    """Raises Skip("not-html"); a missing type is given the benefit of the doubt."""
    kind, _ = media_type(headers)
    if kind is not None and kind not in READABLE:
        raise Skip("not-html", f"the page is {kind}")
