import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher import fields
from services.fetcher.entries import Listing
from services.fetcher.feeds import read_listing
from services.fetcher.fields import Places, leaves_of, placed, walk
from services.fetcher.names import Names
from services.fetcher.shapes import MAX_SHAPES, MOST_ROWS, Shapes

BASE = "https://n.example/feeds/all.xml"
TAGS = "<category>a &amp; b</category><category>c</category>"
KINDS = (
    "<title>T{0} &amp; more</title><link>https://n.example/{0}?a=1&amp;b=2</link>" + TAGS,
    "<title><![CDATA[T{0} & <b>more</b>]]></title>\n <link>https://n.example/{0}</link><media:x url='/i'/>",
    "<link>https://n.example/{0}</link><title> T{0} </title><description/>",
    "<title>T{0}<br></title><link>https://n.example/{0}</link>",
    "<title><![CDATA[a]] b]]></title><link>https://n.example/{0}</link>",
    "<title>&#8217;\0{0}&amp;amp;</title><guid>https://n.example/{0}</guid><dc:date>2026-11-20</dc:date>",
    "<title type='text'>&lt;b&gt; {0}</title><link>/{0}</link><pubDate>20 Nov 2026 10:00:00 GMT</pubDate>",
    "<guid>{0}</guid><link xml:base='https://o.example/b/'>{0}</link><title/><title>&lt;p&gt;{0}</title>",
    "<atom:link href='/c'/><id>urn:{0}</id><summary>&nosuch; & &lt;br /&gt;{0}</summary>",
    "<category>{0}</category>",
)
TAGS_OPENED = ("<item>", "<item rdf:about='https://n.example/about'>", "<item xml:base='/x/' xml:lang='ckb'>")


@given(
    st.lists(st.sampled_from(KINDS), max_size=9),
    st.sampled_from(["", "\n  ", "<!-- x -->", "text"]),
    st.sampled_from(TAGS_OPENED),
)
def test_entries_read_in_one_shape_are_what_each_is_alone(
    kinds: list[str], between: str, opened: str
) -> None:
    items = [f"{opened}{kind.format(number)}</item>" for number, kind in enumerate(kinds * 3)]
    together = read_listing(document(between.join(items)), BASE).entries
    alone = [entry for item in items for entry in read_listing(document(item), BASE).entries]
    assert list(together) == alone


def document(items: str) -> bytes:
    return f"<rss><channel>{items}</channel></rss>".encode()


@given(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=3),
    st.sampled_from(TAGS_OPENED),
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 9), st.sampled_from(DAMAGES := (
        "", "<", ">", "&", "\0", "<p>", "</item>", "<item>", "<![CDATA[", "]]>", "</title>", " xmlns='x'",
    ))), max_size=3),
)  # fmt: skip
def test_a_damaged_document_reads_the_same_by_shape_and_element_by_element(
    kinds: list[str], opened: str, damages: list[tuple[int, int, str]]
) -> None:
    text = "".join(f"{opened}{kinds[n // 7 % len(kinds)].format(n)}</item>" for n in range(40))
    for at, cut, put in damages:
        text = text[:at] + put + text[at + cut :]
    assert read_listing(document(text), BASE) == element_by_element(document(text))


def element_by_element(body: bytes) -> Listing:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "MAX_LEAVES", -1)
        return read_listing(body, BASE)


def test_a_feed_with_entries_of_many_shapes_reads_the_same_by_shape_and_element_by_element() -> None:
    chance = random.Random(7)
    elements = ["<title>T &amp; {0}</title>", "<link>/{0}</link>", "<guid>g&#39;{0}</guid>"]
    elements += [f"<x a='{number}'>{{0}}</x>" for number in range(MAX_SHAPES)]
    items = []
    for _ in range(3 * MAX_SHAPES):
        kind = "".join(chance.sample(elements, 4))
        items += [f"<item>{kind.format(number)}</item>" for number in range(chance.randrange(1, 6))]
    body = document("".join(items))
    assert read_listing(body, BASE) == element_by_element(body)
    assert read_listing(gzip.compress(body), BASE) == element_by_element(body)


@pytest.mark.parametrize(
    ("inner", "count"),
    [
        ("<a>1</a><b x='y'>2</b><c/>", 3),
        ("<a><![CDATA[1]]></a>", 1),
        ("<a><![CDATA[1 < 2]]></a><b>&amp;</b>", 2),
        ("<a>1</a>" * 30, 30),
        ("<a>" + "1" * 19_993 + "</a>", 1),
        ("<a>1<b/></a>", None),
        ("<a><b>1</b></a><c/><c/>", None),  # as many `<` as four leaves with an end each would have
        ("<a>1</a", None),
        ("<a>1</a><![CDATA[1]]>", None),
        ("<a xmlns='x'>1</a>", None),
        ("<a>1</a>" * 31, None),
        ("<a>" + "1" * 19_994 + "</a>", None),
    ],
)
def test_only_a_short_row_of_elements_has_a_shape(inner: str, count: int | None) -> None:
    leaves = leaves_of(inner)
    assert (None if leaves is None else len(leaves)) == count
    if leaves is not None:
        names = Names("", {})
        places, row = placed(walk(inner, names), "abc")
        reading = Shapes(names, "abc", lambda found: found).reading(leaves)
        rows, at = reading.rows(reading.pattern("<item>"), f"\n<item>{inner}</item>", 0)
        assert reading.plan == places
        assert [list(reading.row(leaves)), *map(list, rows)] == [row, row]
        assert at == len(inner) + 14


def test_of_a_row_only_what_is_wanted_is_read() -> None:
    inner = "<a>1</a><b/><c>2</c><b>3</b>"
    reading = shapes(["b"]).reading(leaves_of(inner) or [])
    text = f"<item>{inner}</item>" * (MOST_ROWS + 1)
    assert reading.plan == {"b": [(0, "/"), (1, "")]}
    rows, at = reading.rows(reading.pattern("<item>"), text, 0)
    assert rows == [("", "3")] * MOST_ROWS
    assert reading.rows(reading.pattern("<item>"), text, at) == ([("", "3")], len(text))


def shapes(wanted: list[str]) -> Shapes[Places]:
    return Shapes(Names("", {}), wanted, lambda places: places)


def test_few_shapes_are_remembered_and_few_patterns_made() -> None:
    planned: list[Places] = []
    ours = Shapes(Names("", {}), "a", planned.append)
    leaves = [[("a", f" b='{number}'", "1", "")] for number in range(MAX_SHAPES + 1)]
    first = ours.reading(leaves[0])
    for each in leaves[:MAX_SHAPES] * 2:
        ours.reading(each)
    assert len(planned) == MAX_SHAPES
    ours.reading(leaves[MAX_SHAPES])  # one too many: all are forgotten
    ours.reading(leaves[0])
    assert len(planned) == MAX_SHAPES + 2
    patterns = [ours.pattern(f"<item n='{number}'>", first) for number in range(MAX_SHAPES + 1)]
    assert [pattern is None for pattern in patterns] == [False] * MAX_SHAPES + [True]
    assert ours.pattern("<item n='0'>", first) is patterns[0]
