"""Who owns whom."""

import pytest

from schemas.records import Source
from services.linker.publishers import Publishers, is_family, site_of

PUBLISHERS = Publishers(
    {
        "reuters-world": Source(
            id="reuters-world", name="Reuters", homepage="https://www.reuters.example/", family="TR"
        ),
        "tigris": Source(id="tigris", name="Tigris Post", homepage="https://www.tigrispost.example/"),
    }
)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Reuters", "TR"), ("Thomson Reuters", "TR"), ("reuters-world", "TR"), ("The Tigris Post", "tigris"),
        ("The Associated Press", "ap"), ("AP", "ap"), ("Dow Jones & Company, Inc.", "dow-jones"),
        ("FP", "foreign-policy"),
        ("Dow Jones & Firm", "dow-jones"), ("Reuters Health", "reuters-health"),
        ("Some Gazette", "some-gazette"), ("gazette.example", "gazette.example"),
        ("www.tigrispost.example", "tigris"), ("!", "unnamed"),
    ],
)  # fmt: skip
def test_a_credited_name_has_a_family(name: str, family: str) -> None:
    assert PUBLISHERS.family_named(name) == family


@pytest.mark.parametrize(
    ("source_id", "url", "family"),
    [
        ("reuters-world", "https://x.example/a", "TR"),
        ("tigris", "https://x.example/a", "tigris"),
        (None, "https://m.tigrispost.example/a", "tigris"),
        (None, "https://news.gazette.example/a", "gazette.example"),
        ("gazette", "", "gazette"),
        (None, "", "page-" + "f" * 16),
        (None, "https://[::bad/", "page-" + "f" * 16),
        (None, "file:///tmp/a", "page-" + "f" * 16),
    ],
)
def test_a_page_has_a_family(source_id: str | None, url: str, family: str) -> None:
    assert PUBLISHERS.family_of(source_id, url, "f" * 64) == family


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://news.bbc.co.uk/x", "bbc.co.uk"), ("one.blogspot.com", "one.blogspot.com"),
        ("http://127.0.0.1:8080/x", "127.0.0.1"), ("http://[", None), ("", None),
    ],
)  # fmt: skip
def test_a_site_is_a_registered_domain(address: str, site: str | None) -> None:
    assert site_of(address) == site


@pytest.mark.parametrize(
    ("credited", "family", "same"),
    [
        ("ap", "ap", True),
        ("tigris-post", "tigrispost.example", True),
        ("ap", "apnews", False),
        ("", "x", False),
    ],
)
def test_a_name_and_a_site_can_be_one_family(credited: str, family: str, same: bool) -> None:
    assert is_family(credited, family) is same
