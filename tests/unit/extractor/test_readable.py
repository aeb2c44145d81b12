from services.extractor.markup import parse_markup
from services.extractor.readable import read_paragraphs
from tests.unit.extractor.pages import BODY, URL, html

FAST = True


def test_paragraphs_are_kept_apart_and_the_menu_is_not_among_them() -> None:
    paragraphs = read_paragraphs(parse_markup(html(), URL), fast=FAST)
    assert paragraphs[-len(BODY) :] == list(BODY)
    assert not any("World" in paragraph for paragraph in paragraphs)


def test_the_same_page_gives_the_same_text_every_time() -> None:
    first, *others = (read_paragraphs(parse_markup(html(), URL), fast=FAST) for _ in range(6))
    assert all(other == first for other in others)


def test_reading_leaves_the_parsed_page_as_it_was() -> None:
    page = parse_markup(html(), URL)
    before = len(list(page.tree.iter()))
    read_paragraphs(page, fast=FAST)
    assert len(list(page.tree.iter())) == before


def test_lists_quotes_and_subheads_are_paragraphs_without_their_marks() -> None:
    below = (
        "<h2>What comes next</h2><ul><li>First, the gates are"
        " renewed.</li><li>Then the lake is filled.</li></ul>"
    )
    paragraphs = read_paragraphs(parse_markup(html(below=below), URL), fast=FAST)
    assert paragraphs[-3:] == ["What comes next", "First, the gates are renewed.", "Then the lake is filled."]


def test_a_table_of_wide_cells_stays_small() -> None:
    rows = "<tr><td colspan=1000>one</td><td>two</td></tr>" * 500
    paragraphs = read_paragraphs(parse_markup(html(below=f"<table>{rows}</table>"), URL), fast=FAST)
    assert sum(map(len, paragraphs)) < 20_000


def test_reader_comments_stay_out() -> None:
    below = (
        "<div id='comments'><div class='comment'><p>What nonsense"
        " this is, I have never read worse.</p></div></div>"
    )
    assert not any("nonsense" in p for p in read_paragraphs(parse_markup(html(below=below), URL), fast=FAST))


def test_the_joiners_of_persian_and_kurdish_words_survive() -> None:
    body = (
        "توربین‌ها می‌چرخند و سطح آب دریاچه پشت سد تا پایان فصل بهار پایین نمی‌آید و وزیر نیرو آن را گفت.",
    ) * 2
    assert read_paragraphs(parse_markup(html(body=body), URL), fast=FAST)[-1] == body[0]
