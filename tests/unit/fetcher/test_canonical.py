from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.fetcher.canonical import MAX_URL, STAMP, canonical_url, page_id, publisher_site, site_key
from services.stage import Skip

GOLDEN = [
    line.split("\t") for line in Path(__file__).with_name("golden_urls.tsv").read_text("utf-8").splitlines()
]


def form(url: str) -> str:
    try:
        return canonical_url(url)
    except Skip as exc:
        return f"!{exc.reason}"


@pytest.mark.parametrize(("url", "canonical"), GOLDEN)
def test_every_url_of_the_golden_file_keeps_its_form(url: str, canonical: str) -> None:
    assert form(url) == canonical


def test_the_golden_file_is_large_and_has_no_row_twice() -> None:
    assert len({url for url, _ in GOLDEN}) == len(GOLDEN) >= 100


PARTS = st.text(alphabet="aZ09%/.:?&=+#;@[]~!-_ é\u0627\\'\"<>|*", max_size=30)


@given(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "http://{}/{}?{}#{}".format, st.sampled_from(["a.example", "[::1]", "É.example"]), *[PARTS] * 3
        ),
        st.builds("https://{}".format, PARTS),
    )
)
@example("http://a.example/%zz?%zz=%")
@example("http://a.example/#!%2f")
@example("http://a.example/#/%")
@example("http://a.example/#/ +%2b")
@example("http://a.example/\udce9?\udce9#/\udce9")
def test_a_canonical_url_is_its_own_canonical_form(url: str) -> None:
    once = form(url)
    assert once.startswith("!") or canonical_url(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/p?id=1", "http://a.example/p?id=2"),
        ("http://a.example/p?1", "http://a.example/p?2"),
        ("http://a.example/p?q=a%26b", "http://a.example/p?q=a&b"),
        ("http://a.example/a%2Fb", "http://a.example/a/b"),
        ("http://a.example/?a=1&a=2", "http://a.example/?a=2&a=1"),
        ("http://a.example/#!/1", "http://a.example/#!/2"),
        ("http://a.example/a", "https://a.example/a"),
        ("http://a.example/a%26b", "http://a.example/a&b"),
        ("http://a.example/a%2Bb", "http://a.example/a+b"),
        ("http://a.example/a%3Db", "http://a.example/a=b"),
        ("http://a.example/a%3Bb", "http://a.example/a;b"),
        ("http://straße.example/", "http://strasse.example/"),
        ("http://a.example/?session=1", "http://a.example/?session=2"),
    ],
)
def test_different_pages_are_never_merged(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("  http://example.com/a \n", "http://example.com/a"),
        ("http://example.com/a\tb\r\nc", "http://example.com/abc"),
        ("http://example.com/" + "a" * (MAX_URL - 19), "http://example.com/" + "a" * (MAX_URL - 19)),
        ("http://example.com/" + "a" * (MAX_URL - 18), "!bad-url"),
        ("", "!bad-url"),
        ("\0", "!bad-url"),
    ],
)
def test_white_space_and_length(url: str, canonical: str) -> None:
    assert form(url) == canonical


def test_a_page_id_is_the_hash_of_the_canonical_url() -> None:
    assert page_id("http://a.example/") == sha256(b"http://a.example/").hexdigest()
    assert STAMP.version == "2"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.news.example.com/a", "example.com"),
        ("https://m.example.co.uk/a", "example.co.uk"),
        ("https://news.blogspot.com/a", "blogspot.com"),
        ("http://localhost:8001/a", "localhost:8001"),
        ("http://127.0.0.1:8002/a", "127.0.0.1:8002"),
        ("http://127.0.0.1/a", "127.0.0.1:80"),
        ("https://wire.example/a", "wire.example:443"),
    ],
)
def test_a_site_is_the_registered_domain_or_the_authority(url: str, key: str) -> None:
    assert site_key(url) == key


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.news.example.com/a", "example.com"),
        ("https://m.example.co.uk/a", "example.co.uk"),
        ("https://news.blogspot.com/a", "news.blogspot.com"),
        ("https://en.wire.example/a", "wire.example"),
        ("http://localhost:8001/a", "localhost"),
        ("http://127.0.0.1:8002/a", "127.0.0.1"),
        ("http://[::1]/a", "::1"),
    ],
)
def test_a_publisher_is_known_by_the_registered_domain_and_a_blog_by_its_own(url: str, site: str) -> None:
    assert publisher_site(url) == site


@pytest.mark.parametrize("url", ["", "http://", "http://[::1/", "http://a:x/"])
def test_an_address_without_a_host_has_no_site(url: str) -> None:
    with pytest.raises(Skip, match="bad-url"):
        site_key(url)
