import pytest

from services.extractor.markup import parse_markup
from services.extractor.metadata import (
    absolute,
    find_byline,
    find_image,
    find_section,
    find_site_name,
    find_title,
)
from tests.unit.extractor.pages import URL, html

H1 = "Lake falls, turbines may stop"


def linked(json: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {json}}}</script>'


@pytest.mark.parametrize(
    ("head", "h1", "title"),
    [
        ("", H1, H1),
        (f"<title>{H1} - River Post</title>", "River Post</h1><h1>" + H1, H1),
        (f"<meta property=og:title content='{H1} | River Post'>", H1, H1),
        (
            "<meta property=og:title content='Lake falls to a new low this year'>",
            "World",
            "Lake falls to a new low this year",
        ),
        (
            linked('"headline": "Lake falls to a new low this year"'),
            "World",
            "Lake falls to a new low this year",
        ),
        (
            "<title>Lake falls to a new low this year | World | River Post</title>",
            "",
            "Lake falls to a new low this year",
        ),
        (
            (
                "<meta property=og:site_name content='River"
                " Post'><title>River Post: Lake falls - River Post</title>"
            ),
            "",
            "River Post: Lake falls",
        ),
        ("<title>هبوط مستوى البحيرة إلى أدنى حد - بريد النهر</title>", "", "هبوط مستوى البحيرة إلى أدنى حد"),
        ("", "One</h1><h1>Two", None),
        ("", "", None),
    ],
)
def test_the_title_is_what_the_headline_and_the_head_agree_on(head: str, h1: str, title: str | None) -> None:
    assert find_title(parse_markup(html(head=head, h1=h1), URL)) == title


@pytest.mark.parametrize(
    ("head", "above", "people", "others"),
    [
        (linked('"author": {"@type": "Person", "name": "Layla Hassan"}'), "", ("Layla Hassan",), []),
        (linked('"author": [{"@type": "Person", "name": "Layla"}, "Omar Aziz"]'), "", ("Layla",), []),
        (
            linked('"author": {"@id": "#a"}')
            + (
                '<script type="application/ld+json">{"@id": "#a",'
                ' "@type": "Person", "name": "Omar Aziz"}</script>'
            ),
            "",
            ("Omar Aziz",),
            [],
        ),
        (
            linked('"author": {"@type": "Organization", "name": "River Post"}'),
            "",
            (),
            [("agency", "River Post")],
        ),
        (
            linked('"author": {"@type": "Organization", "name": "Reuters"}'),
            "<span class=byline>By Layla Hassan</span>",
            ("Layla Hassan",),
            [("agency", "Reuters")],
        ),
        (
            linked('"author": {"@type": "Organization", "name": "River Post"}')
            + "<meta property=og:site_name content='River Post'>",
            "",
            (),
            [("role", "River Post")],
        ),
        (linked('"author": [1, null, {"name": ["x"]}, {"name": "https://a.example"}]'), "", (), []),
        ("<meta name=author content='Layla Hassan and Omar Aziz'>", "", ("Layla Hassan", "Omar Aziz"), []),
        ("<meta name=author content='Editor'>", "", (), [("role", "Editor")]),
        ("<meta name=author content='tomriver'>", "", (), [("role", "tomriver")]),
        ("<meta property=article:author content='https://social.example/x'>", "", (), []),
        ("", "<a rel=author href='/l'>Layla Hassan</a>", ("Layla Hassan",), []),
        ("", "<div class='post-author'>بقلم: ليلى حسن</div>", ("ليلى حسن",), []),
        ("", "", (), []),
    ],
)
def test_the_byline_holds_people_and_the_rest_are_credits(
    head: str, above: str, people: tuple[str, ...], others: list[tuple[str, str]]
) -> None:
    byline, credits_ = find_byline(parse_markup(html(head=head, above=above), URL))
    assert (byline, [(c.kind, c.name) for c in credits_]) == (people, others)


def test_site_section_and_image_are_read_where_they_are_stated() -> None:
    head = (
        "<meta property=og:site_name content='River Post'><meta property=article:section content=World>"
        "<meta property=og:image content='/i/dam.jpg'>"
    )
    page = parse_markup(html(head=head), URL)
    assert find_site_name(page) == "River Post"
    assert find_section(page) == "World"
    assert find_image(page) == "https://www.river.example/i/dam.jpg"
    head = linked(
        '"publisher": {"name": "Delta"}, "articleSection": ["Water"], "image": {"url": "https://i.example/a"}'
    )
    page = parse_markup(html(head=head), URL)
    assert (find_site_name(page), find_section(page), find_image(page)) == (
        "Delta",
        "Water",
        "https://i.example/a",
    )


@pytest.mark.parametrize(
    "said", [None, "", "ftp://a.example/x", "mailto:a@b.example", "http://" + "a" * 3000]
)
def test_only_web_addresses_are_absolute(said: str | None) -> None:
    assert absolute(URL, said) is None
