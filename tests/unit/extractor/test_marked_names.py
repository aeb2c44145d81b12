import pytest

from services.extractor.headline import locate_headline
from services.extractor.marked_names import marked_names
from services.extractor.markup import parse_markup
from tests.unit.extractor.pages import URL

BIOGRAPHY = (
    "has written of rivers, lakes and the people who live by them for the better part of thirty years, " * 3
)


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("<b class=byline>Layla Hassan</b>", [("Layla Hassan", "class")]),
        ("<b class=article__Author-name>Layla Hassan</b>", [("Layla Hassan", "class")]),
        ("<b class=authorized>Layla Hassan</b>", []),
        ("<b class=comment-author>Omar Aziz</b>", []),
        ("<a rel=author href=/l>Layla Hassan</a>", [("Layla Hassan", "rel")]),
        ("<a href=/staff/layla/>Layla Hassan</a>", [("Layla Hassan", "link")]),
        ("<a href=/staff>Staff</a>", []),  # names nobody
        ("<b itemprop=author>Layla Hassan</b>", [("Layla Hassan", "itemprop")]),
        (
            "<p><a rel=author>Layla Hassan</a> and <a rel=author>Omar Aziz</a></p>",
            [("Layla Hassan\nOmar Aziz", "rel")],
        ),
        (
            "<div class=byline>Water desk <a rel=author>Layla Hassan</a>, Erbil</div>",
            [("Layla Hassan", "rel")],
        ),
        (f"<div class=author><b>Layla Hassan</b> {BIOGRAPHY}</div>", [("Layla Hassan", "class")]),
        (f"<div class=author>Layla Hassan {BIOGRAPHY}</div>", []),
        ("<div class=author><b>Layla</b> <b>Hassan</b></div>", [("Layla Hassan", "class")]),
        ("<div class=author><b>Layla Hassan</b> <i>Erbil</i></div>", [("Layla Hassan\nErbil", "class")]),
        ("<b class=byline>?</b>", []),
    ],
)
def test_an_element_names_who_signed_by_how_it_is_marked(body: str, marked: list[tuple[str, str]]) -> None:
    page = parse_markup(f"<body><h1>Lake falls</h1>{body}</body>", URL)
    found = list(marked_names(page.tree, locate_headline(page, "Lake falls")))
    assert [(name.printed, name.how) for name in found] == marked
    assert all(name.near for name in found)


def test_names_below_the_headline_come_before_those_above_and_those_far_away() -> None:
    far = "<p>x</p>" * 200
    page = parse_markup(
        f"<b class=author>Above</b><h1>Lake falls</h1><b class=author>Below</b>{far}<b class=author>Far</b>",
        URL,
    )
    found = list(marked_names(page.tree, locate_headline(page, "Lake falls")))
    assert [(name.printed, name.near) for name in found] == [("Below", True), ("Above", True), ("Far", False)]


def test_without_a_headline_the_page_is_read_from_its_top() -> None:
    page = parse_markup("<p>x</p><b class=author>Layla Hassan</b>", URL)
    assert [name.printed for name in marked_names(page.tree, locate_headline(page, None))] == ["Layla Hassan"]


@pytest.mark.parametrize("body", ["<br>" * 9_000, "<b class=author>A B</b>" * 19_000, "<h1>x</h1>" * 19_000])
def test_a_crowded_page_gives_no_more_names_than_it_is_asked_for(body: str) -> None:
    page = parse_markup(f"<h1>Lake falls</h1>{body}", URL)
    assert len(list(marked_names(page.tree, locate_headline(page, "Lake falls")))) <= 120
