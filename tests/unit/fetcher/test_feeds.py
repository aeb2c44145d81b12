import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.entries import Entry, absolute_url, plain
from services.fetcher.feeds import read_listing
from services.fetcher.listing_text import MAX_LISTING
from services.stage import Poison, Refusal

BASE = "https://n.example/feeds/all.xml"
ITEM = "<item><title>{}</title><link>https://n.example/1</link></item>"


def rss(items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'


def atom(entries: str, uri: str = "http://www.w3.org/2005/Atom", attributes: str = "") -> str:
    return f'<feed xmlns="{uri}" {attributes}><title>N</title>{entries}</feed>'


def read(document: str | bytes) -> tuple[Entry, ...]:
    return read_listing(document.encode() if isinstance(document, str) else document, BASE).entries


RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://n.example/"><title>N</title>
 <dc:language>fa</dc:language></channel><item rdf:about="https://n.example/9"><title>T</title>
 <link>https://n.example/1</link><dc:date>2026-11-20T08:00:00+03:30</dc:date></item></rdf:RDF>"""


RSS_091 = '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/rss.dtd">'
PREFIXED = """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>T</a:title><a:link href="/1"/>
</a:entry></a:feed>"""


@pytest.mark.parametrize(
    ("document", "via"),
    [
        (rss(ITEM.format("T")), "rss"),
        ("<channel>" + ITEM.format("T") + "</channel>", "rss"),
        (RDF, "rss"),
        (RSS_091 + rss(ITEM.format("T"), ""), "rss"),
        (atom('<entry><title>T</title><link href="/1"/></entry>'), "atom"),
        (atom('<entry><title>T</title><link href="/1"/></entry>', "http://purl.org/atom/ns#"), "atom"),
        (atom('<entry><title>T</title><link href="/1"/></entry>', "http://misspelt.example/"), "atom"),
        (PREFIXED, "atom"),
        ('{"version": "1.1", "items": [{"id": 7, "url": "/1", "title": "T"}]}', "json-feed"),
    ],
)
def test_every_kind_of_feed_is_read(document: str, via: str) -> None:
    listing = read_listing(document.encode(), BASE)
    assert (listing.via, [(entry.url, entry.title) for entry in listing.entries]) == (
        via,
        [("https://n.example/1", "T")],
    )


def test_all_fields_of_an_rss_item_are_read() -> None:
    document = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>N</title><language>ar</language>
      <item><title>Water &amp; power</title><link>https://n.example/w?a=1&amp;b=2</link>
      <description>&lt;p&gt;Two &lt;b&gt;rivers&lt;/b&gt;.&lt;/p&gt;</description>
      <guid isPermaLink="false">w-1</guid><pubDate>Fri, 20 Nov 2026 10:00:00 +0300</pubDate>
      <atom:updated>2026-11-20T11:00:00+03:00</atom:updated></item></channel></rss>"""
    assert read(document) == (
        Entry(
            url="https://n.example/w?a=1&b=2",
            title="Water & power",
            published="2026-11-20T10:00:00+03:00",
            modified="2026-11-20T11:00:00+03:00",
            summary="Two rivers.",
            guid="w-1",
            language="ar",
        ),
    )


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        ("<link>/a</link>", "https://n.example/a"),
        ("<link>\n  https://n.example/a\n</link>", "https://n.example/a"),
        ("<link>https://n.example/a?x=1&y=2&copy=3</link>", "https://n.example/a?x=1&y=2&copy=3"),
        ("<link><![CDATA[https://n.example/a?x=1&y=2]]></link>", "https://n.example/a?x=1&y=2"),
        ("<link>https://n.example/a?x=1&amp;amp;y=2</link>", "https://n.example/a?x=1&y=2"),
        ("<link>https://n.example/a b</link>", "https://n.example/a%20b"),
        ('<link href="https://n.example/a"/>', "https://n.example/a"),
        ("<guid>https://n.example/a</guid>", "https://n.example/a"),
        ('<guid isPermaLink="true">https://n.example/a</guid>', "https://n.example/a"),
        ('<guid isPermaLink="false">https://n.example/a</guid>', None),
        ("<guid>tag:n.example,2026:1</guid>", None),
        ("<link></link><link>https://n.example/a</link>", "https://n.example/a"),
        ('<link>https://n.example/a</link><enclosure url="https://n.example/a.mp3"/>', "https://n.example/a"),
        ('<atom:link href="https://n.example/a"/>', "https://n.example/a"),
        ("<link>javascript:alert(1)</link>", None),
        ("<title>no link at all</title>", None),
    ],
)
def test_the_link_of_an_rss_item_is_found(inner: str, url: str | None) -> None:
    assert [entry.url for entry in read(rss(f"<item>{inner}</item>"))] == ([url] if url else [])


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        ('<link rel="self" href="/s"/><link rel="alternate" href="/a"/>', "https://n.example/a"),
        ('<link rel="enclosure" href="/e.mp3"/><link href="/a"/>', "https://n.example/a"),
        (
            '<link type="application/json" href="/j"/><link type="text/html" href="/a"/>',
            "https://n.example/a",
        ),
        ('<link rel="edit" href="/edit"/><id>https://n.example/a</id>', "https://n.example/a"),
        ('<link rel="self" href="/s"/><id>https://n.example/a</id>', "https://n.example/a"),
        ('<link rel="self" href="/s"/><id>urn:1</id>', "https://n.example/s"),
        ('<link rel="enclosure" href="/e.mp3"/>', None),
    ],
)
def test_the_link_of_an_atom_entry_is_chosen_by_its_relation(inner: str, url: str | None) -> None:
    assert [entry.url for entry in read(atom(f"<entry>{inner}</entry>"))] == ([url] if url else [])


@pytest.mark.parametrize(
    ("feed_base", "entry_base", "url"),
    [
        ("", "", "https://n.example/feeds/a"),
        ('xml:base="/b/"', "", "https://n.example/b/a"),
        ('xml:base="https://o.example/b/"', 'xml:base="c/"', "https://o.example/b/c/a"),
        ("", 'xml:base="https://o.example/"', "https://o.example/a"),
    ],
)
def test_relative_links_follow_xml_base(feed_base: str, entry_base: str, url: str) -> None:
    document = atom(f'<entry {entry_base}><link href="a"/></entry>', attributes=feed_base)
    assert [entry.url for entry in read(document)] == [url]


def test_without_an_address_the_feed_says_where_its_home_is() -> None:
    document = rss("<link>https://n.example/news/</link><item><link>a</link></item>")
    assert read_listing(document.encode()).entries[0].url == "https://n.example/news/a"


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("A&nbsp;b &eacute;t&eacute;", "A b été"),
        ("Rivers & dams", "Rivers & dams"),
        ("R&amp;D", "R&D"),
        ("&#1576;&#x63a;", "بغ"),
        ("<![CDATA[R&D &amp; <b>more</b>]]>", "R&D & more"),
        ("a &unknown; b", "a &unknown; b"),
        ("bell\x07 rings", "bell rings"),
        ("&#7;bell", "bell"),
        ("  two\n lines ", "two lines"),
        ("5 &lt; 6", "5 < 6"),
        ("&amp;quot;Yes&amp;quot;", '"Yes"'),
        ("", None),
    ],
)
def test_entities_and_bad_characters_cost_nothing_but_themselves(printed: str, title: str | None) -> None:
    assert [entry.title for entry in read(rss(ITEM.format(printed)))] == [title]


def test_a_title_of_the_media_extension_does_not_stand_for_the_items_own() -> None:
    item = "<item><media:title>photo</media:title><title>T</title><link>/1</link></item>"
    assert read(rss(item))[0].title == "T"


@pytest.mark.parametrize(
    ("entry", "title"),
    [
        ('<title type="html">A &amp;amp; &lt;i&gt;b&lt;/i&gt;</title>', "A & b"),
        ('<title type="text">a &lt;b&gt; c</title>', "a <b> c"),
        ('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a <b>b</b></div></title>', "a b"),
    ],
)
def test_atom_titles_are_read_by_their_type(entry: str, title: str) -> None:
    assert read(atom(f'<entry>{entry}<link href="/1"/></entry>'))[0].title == title


def test_a_document_that_was_cut_off_keeps_every_complete_entry_and_no_other() -> None:
    whole = rss("".join(f"<item><link>https://n.example/{n}</link></item>" for n in range(3)))
    for end in range(whole.index("/2</link>"), whole.index("</item></channel>") + 5):
        assert [entry.url[-1] for entry in read(whole[:end])] == ["0", "1"]
    assert len(read(whole[: whole.index("</channel>")])) == 3


ARABIC = "العراق والعرب وايران في الشرق الاوسط"


@pytest.mark.parametrize(
    "document",
    [
        rss(ITEM.format(ARABIC)).encode(),
        rss(ITEM.format(ARABIC), '<?xml version="1.0" encoding="iso-8859-1"?>').encode(),
        rss(ITEM.format(ARABIC), '<?xml version="1.0" encoding="windows-1256"?>').encode("cp1256"),
        b"\xef\xbb\xbf" + rss(ITEM.format(ARABIC)).encode(),
        rss(ITEM.format(ARABIC)).encode("utf-16"),
        rss(ITEM.format(ARABIC), "").encode("utf-16-le"),
        gzip.compress(rss(ITEM.format(ARABIC)).encode()),
        b"\n\n  " + rss(ITEM.format(ARABIC)).encode(),
        b"<br />\n<b>Warning</b>: x\n" + rss(ITEM.format(ARABIC)).encode() + b"<!-- 3 ms --><p>bye",
        b"<!-- <rss> of old -->" + rss(ITEM.format(ARABIC), "").encode(),
    ],
)  # fmt: skip
def test_what_servers_do_to_a_document_is_undone(document: bytes) -> None:
    assert [entry.title for entry in read(document)] == [ARABIC]


def test_a_bad_byte_costs_one_character() -> None:
    broken = rss(ITEM.format(ARABIC + " X")).encode().replace(b"X", b"\xff")
    assert read(broken)[0].title == ARABIC + " \ufffd"


BOMB = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + rss(ITEM.format("&b;"), "")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not-a-feed"),
        (b"  \n", "not-a-feed"),
        (b"just words", "not-a-feed"),
        (b"<!doctype html><html><body><rss></rss></body></html>", "not-a-feed"),
        (b"<html><head><title>404</title></head></html>", "not-a-feed"),
        (b"<opml><body/></opml>", "not-a-feed"),
        (b"<rss", "not-a-feed"),
        (b'{"items": 7}', "not-a-feed"),
        (b'{"items": [', "not-a-feed"),
        (b'{"items":' + b"[" * 100_000, "not-a-feed"),
        (b"\x00\x01\x02\x03" * 100, "not-a-feed"),
        (BOMB.encode(), "entity-declared"),
        (BOMB.encode("utf-16"), "entity-declared"),
        (gzip.compress(b"<rss>" + b" " * (MAX_LISTING + 1)), "listing-too-large"),
    ],
)
def test_what_is_no_feed_is_refused(document: bytes, reason: str) -> None:
    with pytest.raises(Poison) as caught:
        read_listing(document, BASE)
    assert caught.value.reason == reason


def test_no_file_of_ours_is_read_through_a_document_type() -> None:
    document = '<!DOCTYPE rss SYSTEM "file:///etc/passwd">' + rss(ITEM.format("T"), "")
    assert [entry.title for entry in read(document)] == ["T"]


PIECES = st.one_of(
    st.sampled_from(
        ["<rss>", "<item>", "</item>", "<feed>", "<entry/>", "<link>", "<url>", "<loc>", "<urlset>"]
    ),
    st.sampled_from(["&", "&amp;", "<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE", '{"items":[', "{"]),
    st.sampled_from(["\0", "\ufeff", "é", "http://a.example/"]),
)


@given(
    st.one_of(
        st.binary(max_size=200), st.lists(PIECES, max_size=30).map(lambda parts: "".join(parts).encode())
    )
)
def test_no_document_breaks_the_reader(document: bytes) -> None:
    try:
        listing = read_listing(document, BASE)
    except Refusal:
        return
    assert all(entry.url.startswith(("http://", "https://")) for entry in listing.entries)


@pytest.mark.parametrize(
    ("link", "base", "url"),
    [
        ("a", "https://n.example/x/y", "https://n.example/x/a"),
        ("//o.example/a", "https://n.example/", "https://o.example/a"),
        ("?p=1", "https://n.example/x", "https://n.example/x?p=1"),
        ("a", None, None),
        ("mailto:a@n.example", "https://n.example/", None),
        ("http://[::1", None, None),
        (None, "https://n.example/", None),
        ("", "https://n.example/", None),
    ],
)
def test_links_become_absolute_or_nothing(link: str | None, base: str | None, url: str | None) -> None:
    assert absolute_url(link, base) == url


def test_plain_text_is_cut_and_never_empty() -> None:
    assert plain("<p>" + "a" * 50, 10) == "a" * 10
    assert plain("<br/>", 10) is None
