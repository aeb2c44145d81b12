import json
from typing import Any

import pytest

from services.fetcher.feeds import read_listing


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"id": "7", "url": "https://n.example/7", "title": "<b>T</b> &amp; U", "summary": "S",
             "date_published": "2026-11-20T10:00:00+03:30", "date_modified": "2026-11-21", "language": "ar"},
            ("https://n.example/7", "T & U", "2026-11-20T10:00:00+03:30", "2026-11-21", "S", "7", "ar"),
        ),
        ({"id": 7, "external_url": "/7"}, ("https://n.example/7", None, None, None, None, "7", "fa")),
        ({"id": "https://n.example/7"},
         ("https://n.example/7", None, None, None, None, "https://n.example/7", "fa")),
        ({"id": "7"}, None),
        ({"url": ["x"], "id": True}, None),
        ("no object", None),
    ],
)  # fmt: skip
def test_items_are_read_and_what_is_no_item_is_passed_over(
    item: Any, expected: tuple[object, ...] | None
) -> None:
    document = {"version": "https://jsonfeed.org/version/1.1", "language": "fa", "items": [item]}
    listing = read_listing(json.dumps(document).encode(), "https://n.example/feed.json")
    found = [
        (e.url, e.title, e.published, e.modified, e.summary, e.guid, e.language) for e in listing.entries
    ]
    assert listing.via == "json-feed"
    assert found == ([expected] if expected else [])


def test_without_an_address_the_feed_names_its_own() -> None:
    document = b'{"feed_url": "https://n.example/f/feed.json", "items": [{"url": "a"}]}'
    assert read_listing(document).entries[0].url == "https://n.example/f/a"


def test_control_characters_in_strings_are_forgiven() -> None:
    document = b'\xef\xbb\xbf {"items": [{"url": "https://n.example/1", "title": "a\tb"}]}'
    assert read_listing(document).entries[0].title == "a b"


def test_half_a_surrogate_pair_does_not_stop_a_message() -> None:
    document = b'{"items": [{"url": "https://n.example/1", "title": "a\\ud800b", "id": "\\udc00"}]}'
    entry = read_listing(document).entries[0]
    assert (entry.title, entry.guid) == ("a?b", "?")
