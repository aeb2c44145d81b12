"""What writers and servers do to feeds, and what may be lost by it: one character, or one entry."""

import gzip
import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.feeds import read_listing
from services.stage import Poison

HEAD = '<?xml version="1.0" encoding="utf-8"?>'
ATOM = "http://www.w3.org/2005/Atom"
TWO = "<item><title>B</title><link>https://n.example/2</link></item>"


def rss(items: str, attributes: str = "") -> str:
    return f'{HEAD}<rss version="2.0" {attributes}><channel><title>N</title>{items}</channel></rss>'


def one(title: str = "A", link: str = "<link>https://n.example/1</link>") -> str:
    return f"<item><title>{title}</title>{link}</item>"


def read(document: str | bytes) -> list[tuple[str, str | None]]:
    body = document.encode() if isinstance(document, str) else document
    listing = read_listing(body, "https://n.example/feeds/all.xml")
    return [(entry.url.removeprefix("https://n.example"), entry.title) for entry in listing.entries]


@pytest.mark.parametrize(
    "items",
    [
        one("A<br>"),
        one("A</b>"),
        "<item><title>A</title><description>x <br> y <p>z</description><link>https://n.example/1</link></item>",
        "<item><title>A</title><description>no end <p> x<link>https://n.example/1</link></item>",
        "<item><title>A</title><link>https://n.example/1</link>",
        "<item><title>A</title><link>https://n.example/1<pubDate>Fri, 20 Nov 2026</pubDate></item>",
        "<item><title>A<link>https://n.example/1</link></item>",
        "<item><title><![CDATA[A</title><link>https://n.example/1</link></item>",
        "<item><!-- no end <title>A</title><link>https://n.example/1</link></item>",
        "<item><title><![CDATA[]]><![CDATA[A]]></title><link><![CDATA[ https://n.example/1 ]]></link></item>",
        "<item><?php echo ?><title >A</title ><link\n>https://n.example/1</link\n></item >",
        '<item id="x>y"><title class="1>2">A</title><link>https://n.example/1</link></item>',
        "<item><title>A</title><a:b/><c:d>x</c:d><link>https://n.example/1</link></item>",
        "<item/>" + one(),
        "<!-- <item><link>https://n.example/9</link></item> -->" + one(),
        one() + "<item><title>no link</title></item>",
        "<item><title>A</title><content><![CDATA[<item><link>/9</link></item>]]></content><link>/1</link></item>",
        "<item><title>A</title><x><title>no</title><link>/9</link></x><link>/1</link></item>",
    ],
)
def test_damage_costs_itself_and_no_entry(items: str) -> None:
    assert read(rss(items + TWO)) == [("/1", "A"), ("/2", "B")]


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("a < b, 3<4 > 2", "a < b, 3<4 > 2"),
        ("a <b>b</b>c<br/>d", "a bc d"),
        ("<![CDATA[re<i>mark</i>able <p>news</p>]]>", "remarkable news"),
        ("x <![CDATA[<b>b</b> & c]]> d &amp; e", "x b & c d & e"),
        ("List&lt;String&gt; &lt;3", "List<String> <3"),
        (
            "&lt;p&gt;a&lt;/p&gt;&lt;p class=x&gt;b&lt;br&gt;c&lt;br/&gt;d&lt;br /&gt;e&lt;/P&gt;f",
            "a b c d e f",
        ),
        ("<![CDATA[<p>a</p><p>b</p><i>c</i>d]]>", "a b cd"),
        ("Q&amp;amp;A &amp;#8217;s &amp;lt;i&amp;gt;x&amp;lt;/i&amp;gt;", "Q&A ’s x"),
        ("AT&T; R&D &copy 2026", "AT&T; R&D &copy 2026"),
        ("a&#8211;b&#x2019;c&hellip;", "a–b’c…"),
        ("a\x85b\x00c", "abc"),
        ("zero\u200cwidth", "zero\u200cwidth"),
    ],
)
def test_a_title_is_what_a_reader_would_see(printed: str, title: str) -> None:
    assert read(rss(one(printed))) == [("/1", title)]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ('<link/><guid isPermaLink="TRUE">https://n.example/?p=1&q=2</guid>', "/?p=1&q=2"),
        ("<guid>abc-1</guid>", None),
        ('<enclosure url="https://n.example/a.mp3"/>', None),
        ('<atom:link rel="self" href="/s"/><link>/1</link>', "/1"),
        (
            "<url>/u</url><comments>/c</comments><link>/1</link><image><link>/i</link><url>/i</url></image>",
            "/1",
        ),
        ("<link rel=alternate href=/x?a=1&b=2&copy=3>", "/x?a=1&b=2&copy=3"),
        ('<link xmlns="http://www.w3.org/2005/Atom" href="/1"/>', "/1"),
        ('<l:link l:rel="permalink" rdf:resource="/9"/><link>/1</link>', "/1"),
        ('<link xml:base="https://o.example/deep/">a</link>', "https://o.example/deep/a"),
    ],
)
def test_the_page_is_found_among_the_links(link: str, url: str | None) -> None:
    spaces = f'xmlns:atom="{ATOM}" xmlns:l="http://purl.org/rss/1.0/modules/link/"'
    assert read(rss(one(link=link), spaces)) == ([(url, "A")] if url else [])


def test_rss_1_items_without_a_link_are_what_they_are_about() -> None:
    document = (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://purl.org/rss/1.0/">'
    )
    document += '<s:item rdf:about="https://n.example/1"><s:title>A</s:title></s:item></r:RDF>'
    assert read(document) == [("/1", "A")]


@pytest.mark.parametrize(
    ("inner", "published", "modified"),
    [
        ("<pubDate>soon</pubDate><dc:date>2026-11-20</dc:date>", "2026-11-20", None),
        ("<pubDate>soon</pubDate>", "soon", None),
        ("<issued>2026-11-20T10:00Z</issued><modified>2026-11-21</modified>",
         "2026-11-20T10:00:00+00:00", "2026-11-21"),
        ("<a10:updated xmlns:a10='http://www.w3.org/2005/Atom'>2026-11-20</a10:updated>", None, "2026-11-20"),
        ("<dcterms:issued>2026-11-20</dcterms:issued>", "2026-11-20", None),
    ],
)  # fmt: skip
def test_dates_stand_in_many_fields(inner: str, published: str | None, modified: str | None) -> None:
    document = rss(f"<item><link>https://n.example/1</link>{inner}</item>")
    (entry,) = read_listing(document.encode()).entries
    assert (entry.published, entry.modified) == (published, modified)


def test_harmless_entities_of_a_document_type_are_resolved() -> None:
    outside = '<!ENTITY % l PUBLIC "-//x" "http://x.example/y"> %l;'
    doctype = f'<!DOCTYPE rss [{outside} <!ENTITY river "Sirwan&#32;river">]>'
    assert read(doctype + rss(one("the &river;, &eacute;t&eacute;"))) == [("/1", "the Sirwan river, été")]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "&b;&b;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        f'<!ENTITY a "{"x" * 201}">',
        '<!ENTITY a "%p;">',
    ],
)
def test_entities_that_grow_or_lie_elsewhere_are_refused(declaration: str) -> None:
    with pytest.raises(Poison, match="entity-declared"):
        read(f"<!DOCTYPE rss [{declaration}]>" + rss(one("&a;")))


def test_a_harmless_entity_used_too_often_is_refused() -> None:
    with pytest.raises(Poison, match="entity-declared"):
        read(f'<!DOCTYPE rss [<!ENTITY a "{"x" * 200}">]>' + rss(one("&a;" * 6000)))


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (rss(one("“q”")).replace("utf-8", "ISO-8859-1").encode("cp1252"), "“q”"),
        (rss(one("café déjà vu")).encode("latin-1"), "café déjà vu"),
        (("\n" + rss(one("A"))).encode("utf-16-le"), "A"),
        (("\n" + rss(one("A"))).encode("utf-16-be"), "A"),
        (rss(one("A")).encode("utf-32"), "A"),
        (gzip.compress(gzip.compress(rss(one("A")).encode())), "A"),
        (gzip.compress(rss(one("A")).encode())[:-4] + b"oops", "A"),
    ],
)
def test_the_characters_are_found(body: bytes, title: str) -> None:
    assert read(body) == [("/1", title)]


def test_a_compressed_body_that_was_cut_keeps_what_can_be_read() -> None:
    body = gzip.compress(rss("".join(one(link=f"<link>/{number}</link>") for number in range(3000))).encode())
    assert 1000 < len(read(body[: len(body) // 2])) < 3000


ITEMS = {"items": [{"url": "/1", "title": "A"}, {"url": "/2", "title": "B"}, {"url": "/3"}]}


@pytest.mark.parametrize("around", ["{}", "Warning: x\n{}", "{}<!-- 3 ms -->", "\ufeff callback({});"])
def test_json_is_found_in_what_surrounds_it(around: str) -> None:
    assert len(read(around.replace("{}", json.dumps(ITEMS)))) == 3


def test_a_json_feed_that_was_cut_off_keeps_its_complete_items() -> None:
    assert read(json.dumps(ITEMS)[:-8]) == [("/1", "A"), ("/2", "B")]


HOSTILE = {
    "a head": "<a></a>" * 150_000,
    "hours": "<skipHours>" + "<hour>1</hour>" * 75_000 + "</skipHours>",
    "open tags": "<item>" + "<a>" * 300_000,
    "closing tags": "<item>" + "</a>" * 300_000,
    "items": "<item>" * 200_000,
    "sections in sections": "<item>" + "<a><![CDATA[" * 100_000 + "]]>" * 100_000,
    "sections without end": "<![CDATA[" * 200_000,
    "comments without end": "<!--" * 300_000,
    "quotes": "<item " + "a=\" ' " * 200_000,
    "quotes in tags": "<a b=\"'>" * 150_000,
    "ampersands": "<item><title>" + "&" * 1_000_000 + "</title><link>/1</link></item>",
    "references": "<item><title>" + "&#1;" * 300_000 + "</title><link>/1</link></item>",
    "angles": "<item><title>" + "<" * 1_000_000 + "</title><link>/1</link></item>",
    "attributes": "<item " + "a=b " * 300_000 + "><link>/1</link></item>",
    "one link": "<item><link>" + "/a" * 500_000 + "</link></item>",
    "one date": "<item><link>/1</link><pubDate>" + "1 " * 500_000 + "</pubDate></item>",
    "white space": "<item><link>" + " \n" * 500_000 + "</link></item>",
    "names": "<" + "a:" * 500_000 + ">",
    "json": '{"items":' + "[" * 500_000,
    "json items": '{"items":[' + '{"url":"/1"},' * 100_000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_megabyte_of_malice_is_read_in_seconds(what: str) -> None:
    begun = time.process_time()
    for document in (rss(HOSTILE[what]), HOSTILE[what], rss(HOSTILE[what])[:-20]):
        with suppress(Poison):
            read(document)
    assert time.process_time() - begun < 12  # quadratic cost would be minutes


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)


@given(st.lists(WORDS, max_size=5), st.sampled_from(["text", "section", "html"]))
def test_what_is_written_properly_is_read_back(titles: list[str], how: str) -> None:
    def written(title: str) -> str:
        escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        kinds = {"text": ("text", escaped), "html": ("html", escaped.replace("&", "&amp;"))}
        kind, said = kinds.get(how, ("text", f"<![CDATA[{title.replace(']]>', ']]]]><![CDATA[>')}]]>"))
        return f'<entry><title type="{kind}">{said}</title><link href="/1"/></entry>'

    found = read(f'<feed xmlns="{ATOM}">{"".join(map(written, titles))}</feed>')
    kept = [" ".join("".join(c for c in t if not 0xFFFE <= ord(c) <= 0xFFFF).split()) or None for t in titles]
    assert [title for _, title in found] == kept
