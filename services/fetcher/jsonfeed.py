"""JSON Feed 1.0 and 1.1 (jsonfeed.org). Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.fetcher.categories import texts_of
from services.fetcher.dates import iso_date
from services.fetcher.entries import (
    MAX_SUMMARY,
    MAX_TITLE,
    MOST_ENTRIES,
    Entry,
    Hints,
    Listing,
    absolute_url,
    plain,
)
from services.stage import Poison

ITEMS = re.compile(r'"items"\s*+:\s*+\[')
BEFORE_ITEM = re.compile(r"[\s,]*+(?=\{)")


def read_json_feed(text: str, base: str | None) -> Listing:
    """The items of a JSON Feed. Raises Poison("not-a-feed")."""
    feed = _feed(text[text.find("{") :])
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise Poison("not-a-feed", "JSON without a list of items")
    home = base or absolute_url(_text(feed, "feed_url") or _text(feed, "home_page_url"), None)
    entries = tuple(_entries(items[:MOST_ENTRIES], home, _text(feed, "language")))
    return Listing(via="json-feed", entries=entries, hints=Hints(hub=_hub(feed.get("hubs"), home)))


def _hub(hubs: Any, home: str | None) -> str | None:
    """The first hub that speaks WebSub (1.1: each has a type and a url)."""
    each = (hub for hub in hubs if isinstance(hub, dict)) if isinstance(hubs, list) else ()
    urls = (_text(hub, "url") for hub in each if (_text(hub, "type") or "").lower() == "websub")
    return next((found for url in urls if (found := absolute_url(url, home))), None)


def _feed(text: str) -> Any:
    """The first JSON value of a text; of one that was cut off, its complete items."""
    decoder = json.JSONDecoder(strict=False)
    try:
        return decoder.raw_decode(text)[0]
    except (ValueError, RecursionError) as exc:
        items = []
        found = ITEMS.search(text)
        at = found.end() if found else len(text)
        try:
            while (begun := BEFORE_ITEM.match(text, at)) is not None:
                item, at = decoder.raw_decode(text, begun.end())
                items.append(item)
        except (ValueError, RecursionError):
            pass
        if not items:
            raise Poison("not-a-feed", f"JSON that does not parse: {exc}") from exc
        return {"items": items}


def _entries(items: list[Any], home: str | None, language: str | None) -> Iterator[Entry]:
    for item in items:
        if not isinstance(item, dict):
            continue
        guid = _text(item, "id")
        url = absolute_url(_text(item, "url"), home)
        url = url or absolute_url(_text(item, "external_url"), home) or absolute_url(guid, None)
        if url is not None:
            yield Entry(
                url=url,
                title=plain(_text(item, "title"), MAX_TITLE),
                published=iso_date(_text(item, "date_published")),
                modified=iso_date(_text(item, "date_modified")),
                summary=plain(_text(item, "summary"), MAX_SUMMARY),
                guid=guid,
                language=_text(item, "language") or language,
                categories=texts_of(item.get("tags")),
            )


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    """A field as text; ids may be numbers (1.0 asks readers to take those as well)."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    # JSON can spell half a surrogate pair, which no UTF-8 message can carry.
    return str(value).encode("utf-8", "replace").decode().strip() or None
