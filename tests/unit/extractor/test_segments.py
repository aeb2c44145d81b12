from time import process_time

import pytest
from lxml import html as lxml_html

from services.extractor.classnames import CLASSES, NAMES
from services.extractor.markup import parse_markup
from services.extractor.segments import MAX_BLOCKS, Segments, segment
from services.stage import Poison


def segments_of(body: str) -> Segments:
    return segment(lxml_html.document_fromstring(f"<html><body>{body}</body></html>"))


def texts(body: str) -> list[str]:
    return [block.text for block in segments_of(body).blocks]


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("<p>one <b>bold</b>\n word</p>", ["one bold word"]),
        ("<p>one</p>tail<p>two</p>", ["one", "tail", "two"]),
        ("<div>one<p>two</p>three</div>four", ["one", "two", "three", "four"]),
        ("<ul><li>one<ul><li>two</ul></ul>", ["one", "two"]),
        ("<p>one<br>two</p>", ["one\ntwo"]),
        ("<p>one<br><br>two<br> <br>three</p>", ["one", "two", "three"]),
        ("<br><br><p>one</p><br>", ["one"]),
        ("<table><tr><td>one<td>two</table>", ["one", "two"]),
        ("<p>a</p><script>no</script>b<style>no</style>c<svg><text>no</text></svg>d", ["a", "bcd"]),
        ("<select><option>no</select><textarea>no</textarea><button>yes</button>", ["yes"]),
        ("<p style='display: none'>no</p>yes<p hidden>no</p><span style='color:red'>too</span>", ["yestoo"]),
        ("<p>  \n </p><div></div>", []),
        ("", []),
    ],
)
def test_blocks_are_the_text_between_edges_of_block_level_elements(body: str, blocks: list[str]) -> None:
    assert texts(body) == blocks


def test_lines_are_blocks_cut_at_line_breaks() -> None:
    assert segments_of("<p>one<br>two</p><p>three</p>").lines == ("one", "two", "three")


def test_a_block_knows_its_links_and_its_emphasis() -> None:
    (block,) = segments_of("<p>See <a href='/a'>this <b>one</b></a> and <i>that</i></p>").blocks
    assert (block.linked, block.links, block.strong) == (len("this one"), 1, len("onethat"))


def test_a_block_inside_a_link_is_all_link() -> None:
    headline, text = segments_of("<a href='/a'><h3>Bridge <b>opens</b></h3></a><p>text</p>").blocks
    assert (headline.linked, headline.strong) == (len("Bridge opens"), len("opens"))
    assert text.linked == 0


def test_what_a_block_counts_is_not_left_to_the_next() -> None:
    first, second = segments_of("<p><a class=byline>name</a></p><p>text</p>").blocks
    assert first.inner == 1 << CLASSES.index("byline")
    assert (second.linked, second.links, second.inner) == (0, 0, 0)


def test_an_empty_block_leaves_nothing_behind() -> None:
    (block,) = segments_of("<p><a class=share> </a></p><p>text</p>").blocks
    assert (block.links, block.inner) == (0, 0)


def test_a_block_lies_in_its_element_and_text_behind_an_inner_block_in_the_outer() -> None:
    page = segments_of("<div class=story><p>one</p>two</div>")
    one, two = page.blocks
    assert [page.tags[block.place] for block in (one, two)] == ["p", "div"]
    assert page.parents[one.place] == two.place
    assert page.depths[one.place] == page.depths[two.place] + 1


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ("class='sidebar'", "side"),
        ("id='respond'", "comments"),
        ("itemprop='articleBody'", "body"),
        ("data-component='caption-block'", "caption"),
        ("data-testid='Byline'", "byline"),
    ],
)
def test_names_of_an_element_are_read_wherever_they_stand(names: str, word: str) -> None:
    page = segments_of(f"<div {names}>text</div>")
    assert page.bits[page.blocks[0].place] >> NAMES.index(word) & 1


def test_kinds_are_equal_where_tag_and_class_are_and_the_parents_too() -> None:
    page = segments_of("<div class=a><p>1</p><p>2</p><p class=x>3</p></div><div class=b><p>4</p></div>")
    one, two, three, four = (page.kinds[block.place] for block in page.blocks)
    assert one == two
    assert len({one, three, four}) == 3


@pytest.mark.parametrize("tag", ["div", "x-part"])
def test_nesting_as_deep_as_the_parser_follows_is_walked(tag: str) -> None:
    assert parse_markup("<body>" + f"<{tag}>" * 240 + "deep", "https://news.example/a").lines == ("deep",)


@pytest.mark.parametrize(
    "text",
    ["<div>" * 1_000, "</div>" * 3_000 + "<DIV>" * 300, "<div><span>" * 128 + "</b>", "<x-part>" * 15_000],
)
def test_nesting_that_the_parser_does_not_follow_loses_no_text_unsaid(text: str) -> None:
    with pytest.raises(Poison, match="Excessive depth in document: 256") as refused:
        parse_markup(text + "deep", "https://news.example/a")
    assert refused.value.reason == "page-too-complex"


def test_no_more_blocks_are_kept_than_the_limit_and_it_does_not_take_long() -> None:
    before = process_time()
    assert len(texts("<p>ab</p>" * (MAX_BLOCKS + 5))) == MAX_BLOCKS
    assert process_time() - before < 2
