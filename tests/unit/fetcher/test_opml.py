"""OPML as readers write it, as people break it, and as somebody may make it to hurt us."""

import gzip
import time

import pytest
from lxml import etree

from schemas.records import Feed, Source
from services.fetcher.opml import MAX_FEEDS, MAX_NAME, MAX_OPML, Outline, read_opml, write_opml
from services.stage import Poison

FEED = '<outline text="Post" type="rss" xmlUrl="https://post.example/rss" htmlUrl="https://post.example/"/>'
OURS = 'xmlns:s="urn:sirwan:opml"'
POST = Outline("Post", "https://post.example/rss", "feed", "https://post.example/", ())


def opml(body: str, head: str = "", version: str = "2.0") -> bytes:
    return f'<opml version="{version}"><head>{head}</head><body>{body}</body></opml>'.encode()


def in_folders(*names: str) -> str:
    opened = "".join(f'<outline text="{name}">' for name in names)
    return opened + FEED + "</outline>" * len(names)


@pytest.mark.parametrize(
    ("outline", "read"),
    [
        (FEED, POST),
        ('<outline title="Post" xmlUrl="https://post.example/rss"/>', ("Post", "feed", "")),  # OPML 1.0
        ('<outline text="Short" title="Long" xmlUrl="https://a.example/"/>', ("Short", "feed", "")),
        ('<outline text="Post" xmlurl="https://a.example/"/>', ("Post", "feed", "")),
        ('<outline TEXT="Post" XMLURL="https://a.example/"/>', ("Post", "feed", "")),
        ('<outline text="Post" type="atom" xmlUrl=" https://a.example/ "/>', ("Post", "feed", "")),
        ('<outline text=" A &#10; of&#9;B " xmlUrl="https://a.example/"/>', ("A of B", "feed", "")),
        ('<outline text="a&#x9b;31m&#x202e;b" xmlUrl="https://a.example/"/>', ("a 31m b", "feed", "")),
        ('<outline text="می‌گوید" xmlUrl="https://a.example/"/>', ("می‌گوید", "feed", "")),
        (f'<outline text="{"a" * 999}" xmlUrl="https://a.example/"/>', ("a" * MAX_NAME, "feed", "")),
        ('<outline xmlUrl="https://a.example/"/>', ("", "feed", "")),
        ('<outline text="Page" type="link" url="https://a.example/"/>', ("Page", None, "")),
        (f'<outline text="P" url="https://a.example/" {OURS} s:kind="section"/>', ("P", "section", "")),
        (f'<outline text="P" url="https://a.example/" {OURS} s:kind="hose"/>', ("P", None, "")),
        ('<outline text="P" url="https://a.example/" kind="section"/>', ("P", None, "")),
    ],
)  # fmt: skip
def test_an_outline_with_an_address_is_read(
    outline: str, read: Outline | tuple[str, str | None, str]
) -> None:
    (found,) = read_opml(opml(outline))
    assert found == read or (found.name, found.kind, found.homepage) == read
    assert not isinstance(read, Outline) or found.url == read.url


def test_folders_are_named_outermost_first_and_hold_feeds_and_folders() -> None:
    found = read_opml(
        opml(FEED + in_folders("Iraq", "Papers") + '<outline text="Empty"/>' + in_folders("Iran"))
    )
    assert [each.folders for each in found] == [(), ("Iraq", "Papers"), ("Iran",)]


def test_a_feed_may_hold_feeds() -> None:
    outer = FEED.replace("/>", f">{FEED}</outline>")
    assert [each.folders for each in read_opml(opml(outer))] == [(), ("Post",)]


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0", "9"])
def test_every_version_is_read(version: str) -> None:
    assert read_opml(opml(FEED, version=version)) == (POST,)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + opml(FEED),
        b'<?xml version="1.0" encoding="utf-8"?>\n<!-- exported --><!DOCTYPE opml>\n' + opml(FEED),
        opml(FEED).decode().encode("utf-16"),
        gzip.compress(opml(FEED)),
        opml(FEED).replace(b"opml", b"OPML"),
        opml("<!-- no more -->" + FEED) + b"\n\n",
        f'<opml version="1.0">{FEED}</opml>'.encode(),  # without a body
    ],
)
def test_what_stands_around_does_not_matter(body: bytes) -> None:
    assert read_opml(body) == (POST,)


def test_a_bare_ampersand_in_an_address_is_one() -> None:
    (found,) = read_opml(opml('<outline text="Q & A" xmlUrl="https://a.example/?a=1&b=2"/>'))
    assert (found.name, found.url) == ("Q & A", "https://a.example/?a=1&b=2")


BOMB = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not-opml"),
        (b"just words", "not-opml"),
        (bytes(range(256)) * 40, "not-opml"),
        (b"<html><body><opml></opml></body></html>", "not-opml"),
        (b"<rss><channel/></rss>", "not-opml"),
        (b"[[source]]\nid = 'a'", "not-opml"),
        (opml(FEED)[:-20], "not-opml"),  # cut off
        (BOMB.encode() + opml("<outline text='&b;'/>"), "entity-declared"),
        (b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + opml(FEED), "entity-declared"),
        (opml("<outline text='a'>" * 40 + FEED + "</outline>" * 40), "not-opml"),
        (opml("<outline text='a'>" * 400 + FEED + "</outline>" * 400), "not-opml"),
        (opml(FEED, head="<x>" * 400 + "</x>" * 400), "not-opml"),  # the parser gives up before the body
        (opml("<outline>" * 100_000), "not-opml"),
        (b" " * (MAX_OPML + 1), "listing-too-large"),
        (gzip.compress(b" " * (MAX_OPML + 1)), "listing-too-large"),
        (gzip.compress(b" " * (100 * 2**20)), "listing-too-large"),
        (opml('<outline xmlUrl="https://a.example/"/>' * (MAX_FEEDS + 1)), "listing-too-large"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[:40]!r} {len(value)}",
)
def test_what_is_no_opml_or_hurts_is_one_clear_error(body: bytes, reason: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Poison) as caught:
        read_opml(body)
    assert caught.value.reason == reason
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - began < 10


def test_an_outline_with_very_many_attributes_takes_no_longer_than_their_number() -> None:
    began = time.perf_counter()
    (found,) = read_opml(
        opml(FEED.replace("/>", " ".join(f" a{number}=''" for number in range(200_000)) + "/>"))
    )
    assert found == POST
    assert time.perf_counter() - began < 10


def test_as_many_feeds_as_we_read_are_read() -> None:
    assert len(read_opml(opml('<outline xmlUrl="https://a.example/"/>' * MAX_FEEDS))) == MAX_FEEDS


SOURCES = (
    Source(
        id="post", name='Post & "Co" <Basra>', homepage="https://post.example/?a=1&b=2", country="IQ",
        feeds=(Feed(url="https://post.example/rss?a=1&b=2", kind="feed"),
               Feed(url="https://post.example/map.xml", kind="sitemap")),
    ),
    Source(id="bell", name="زنگ", homepage="https://bell.example/", country="IR",
           feeds=(Feed(url="https://bell.example/news", kind="section"),)),
    Source(id="adder", name="Ad\x00der\x1b", homepage="https://adder.example/", country="IQ"),
    Source(id="cat", name="Cat", homepage="https://cat.example/",
           feeds=(Feed(url="https://cat.example/rss", kind="feed"),)),
)  # fmt: skip


def test_sources_are_written_in_folders_by_country_and_read_back() -> None:
    assert [(each.folders, each.name, each.kind, each.url) for each in read_opml(write_opml(SOURCES))] == [
        (("IQ",), "Adder", None, "https://adder.example/"),
        (("IQ",), 'Post & "Co" <Basra>', "feed", "https://post.example/rss?a=1&b=2"),
        (("IQ",), 'Post & "Co" <Basra>', "sitemap", "https://post.example/map.xml"),
        (("IR",), "زنگ", "section", "https://bell.example/news"),
        (("elsewhere",), "Cat", "feed", "https://cat.example/rss"),
    ]


def test_a_reader_sees_feeds_alone_as_subscriptions() -> None:
    root = etree.fromstring(write_opml(SOURCES))
    assert root.get("version") == "2.0"
    assert [child.tag for child in root] == ["head", "body"]
    said = [dict(each.attrib) for each in root.iter("outline") if each.get("xmlUrl")]
    assert said[0] == {
        "text": 'Post & "Co" <Basra>',
        "title": 'Post & "Co" <Basra>',
        "type": "rss",
        "xmlUrl": "https://post.example/rss?a=1&b=2",
        "htmlUrl": "https://post.example/?a=1&b=2",
    }
    assert [each["xmlUrl"] for each in said[1:]] == ["https://cat.example/rss"]
    assert {each.get("type") for each in root.iter("outline") if each.get("url")} == {"link"}
    assert all(each.get("text") for each in root.iter("outline"))


def test_the_same_sources_give_the_same_bytes() -> None:
    assert write_opml(SOURCES) == write_opml(reversed(SOURCES))
