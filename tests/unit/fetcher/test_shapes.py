import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.feeds import read_listing
from services.fetcher.fields import fields_of, text_of
from services.fetcher.names import Names
from services.fetcher.shapes import shape_of

TAGS = "<category>a &amp; b</category><category>c</category>"
KINDS = (
    "<title>T{0} &amp; more</title><link>https://n.example/{0}?a=1&amp;b=2</link>" + TAGS,
    "<title><![CDATA[T{0} & <b>more</b>]]></title>\n <link>https://n.example/{0}</link><media:x url='/i'/>",
    "<link>https://n.example/{0}</link><title> T{0} </title><description/>",
    "<title>T{0}<br></title><link>https://n.example/{0}</link>",
    "<title><![CDATA[a]] b]]></title><link>https://n.example/{0}</link>",
)


@given(st.lists(st.sampled_from(KINDS), max_size=9), st.sampled_from(["", "\n  ", "<!-- x -->", "text"]))
def test_entries_read_in_one_shape_are_what_each_is_alone(kinds: list[str], between: str) -> None:
    items = [f"<item>{kind.format(number)}</item>" for number, kind in enumerate(kinds * 3)]
    together = read_listing(f"<rss><channel>{between.join(items)}</channel></rss>".encode()).entries
    alone = [read_listing(f"<rss><channel>{item}</channel></rss>".encode()).entries[0] for item in items]
    assert list(together) == alone


@pytest.mark.parametrize(
    ("inner", "count"),
    [
        ("<a>1</a><b x='y'>2</b><c/>", 3),
        ("<a><![CDATA[1]]></a>", 1),
        ("<a>1<b/></a>", None),
        ("<a>1</a", None),
        ("<a xmlns='x'>1</a>", None),
        ("<a>1</a>" * 31, None),
    ],
)
def test_only_a_row_of_elements_has_a_shape(inner: str, count: int | None) -> None:
    shape = shape_of("<item>", inner)
    assert (len(shape.leaves) if shape else None) == count
    if shape:
        names = Names("", {})
        found = shape.pattern().fullmatch(f"\n<item>{inner}</item>")
        assert found
        read, wanted = shape.fields(found, names), fields_of(inner, names)
        assert {n: [*map(text_of, f)] for n, f in read.items()} == {
            n: [*map(text_of, f)] for n, f in wanted.items()
        }
