import pytest

from services.extractor.headline import is_beside, locate_headline
from services.extractor.markup import Markup, parse_markup
from tests.unit.extractor.pages import URL


def page_of(body: str) -> Markup:
    return parse_markup(f"<html><body>{body}</body></html>", URL)


@pytest.mark.parametrize(
    ("body", "title", "heading", "line"),
    [
        ("<h1>World</h1><h1>Lake falls</h1>", "Lake falls", "Lake falls", "Lake falls"),
        ("<h1>World</h1><p>x</p>", "Lake falls", "World", "World"),
        ("<p>x</p><p>Lake falls again</p>", "Lake falls", None, "Lake falls again"),
        ("<p>x</p><p>Lake falls again</p><p>Lake falls</p>", "Lake falls", None, "Lake falls"),
        ("<p>x</p>", None, None, None),
    ],
)
def test_the_headline_is_found_as_element_and_as_line(
    body: str, title: str | None, heading: str | None, line: str | None
) -> None:
    page = page_of(body)
    found = locate_headline(page, title)
    assert (None if found.element is None else found.element.text) == heading
    assert (None if found.line is None else page.lines[found.line]) == line


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("<p>Lake falls</p><p>World</p><h1>Lake falls</h1><p>x</p>", 2),
        ("<p>one<br>two</p><p>Lake falls</p><h1>Lake falls</h1>", 3),
        ("<p>Lake falls</p><p>World</p><h1>Another</h1>", 0),
    ],
)
def test_the_line_of_a_heading_is_meant_and_not_that_of_a_link_to_it(body: str, line: int) -> None:
    assert locate_headline(page_of(body), "Lake falls").line == line


@pytest.mark.parametrize(
    ("body", "beside", "near"),
    [
        ("<h1>Lake</h1><b>x</b>", False, False),
        ("<h1>Lake</h1><div id=Comments><b>x</b></div>", True, True),
        ("<h1>Lake</h1><footer><b>x</b></footer>", True, True),
        ("<h1>Lake</h1><article><footer><b>x</b></footer></article>", False, False),
        ("<h1>Lake</h1><article class=comment><footer><b>x</b></footer></article>", True, True),
        ("<h1>Lake</h1><aside><b>x</b></aside>", True, False),
        ("<div class=related><h1>Lake</h1><b>x</b></div>", False, False),  # holds the headline as well
    ],
)
def test_what_stands_beside_the_article_is_told_by_what_holds_it(body: str, beside: bool, near: bool) -> None:
    page = page_of(body)
    (element,) = page.tree.iter("b")
    headline = locate_headline(page, "Lake")
    assert (is_beside(element, headline), is_beside(element, headline, near=True)) == (beside, near)
