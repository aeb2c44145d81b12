import pytest

from services.extractor.headline import locate_headline
from services.extractor.markup import parse_markup
from services.extractor.metadata import site_names
from services.extractor.signatures import Byline, find_byline, own_names
from tests.unit.extractor.pages import URL, html, linked

TITLE = "Lake falls, turbines may stop"


def byline_of(page: str, url: str = URL) -> Byline:
    markup = parse_markup(page, url)
    site = next((said.value for said in site_names(markup)), None)
    return find_byline(markup, own_names(markup, site), locate_headline(markup, TITLE))


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
            linked('"author": {"@type": "Organization", "name": "Delta Press Service"}'),
            "",
            (),
            [("agency", "Delta Press Service")],
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
        ("<meta name=author content='Layla'>", "", ("Layla",), []),
        ("<meta name=author content='layla'>", "", (), [("role", "layla")]),
        ("<meta name=author content='Hassan, Layla A.'>", "", ("Layla A",), [("role", "Hassan")]),
        ("<meta name=author content='Layla'>", "<p class=byline>By Layla Hassan</p>", ("Layla Hassan",), []),
        ("<meta name=author content='Layla'>", "<p class=byline>By Omar</p>", ("Layla",), [("role", "Omar")]),
        (
            linked('"author": {"@type": "Person", "name": "LaylaH"}'),
            "<a rel=author href='/l'>Layla Hassan</a>",
            ("Layla Hassan",),
            [],
        ),
        (
            "<meta name=author content='Layla Hassan The Associated Press'>",
            "",
            ("Layla Hassan",),
            [("agency", "Associated Press")],
        ),
        ("", "<aside class=post-author>Layla Hassan</aside>", ("Layla Hassan",), []),
        (
            "",
            f"<div class=post-author><b>Layla Hassan</b><p>{'writes of rivers ' * 20}</p></div>",
            ("Layla Hassan",),
            [],
        ),
        ("", f"<div class=post-author><p>{'Layla Hassan writes of rivers ' * 20}</p></div>", (), []),
        ("<meta property=article:author content='https://social.example/x'>", "", (), []),
        ("", "<a rel=author href='/l'>Layla Hassan</a>", ("Layla Hassan",), []),
        ("", "<div class='post-author'>بقلم: ليلى حسن</div>", ("ليلى حسن",), []),
        (
            linked('"author": {"@type": "Person", "name": ["Layla Hassan", "Omar Aziz"]}'),
            "",
            ("Layla Hassan", "Omar Aziz"),
            [],
        ),
        (linked('"creator": "Layla Hassan"'), "", ("Layla Hassan",), []),
        (
            linked('"author": {"@type": "Person", "name": "RIVER"}'),
            "<span class=byline>By Layla Hassan</span>",
            ("Layla Hassan",),
            [("role", "RIVER")],
        ),
        (
            "<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Layla Hassan'>",
            "",
            ("Layla Hassan",),
            [],
        ),
        (
            "<meta name=twitter:label1 content='Shown'><meta name=twitter:data1 content='Layla Hassan'>",
            "",
            (),
            [],
        ),
        ("", "<a href='/author/layla'>Layla Hassan</a>", ("Layla Hassan",), []),
        (
            "",
            "<p><a href='/staff/l'>Layla Hassan</a> and <a href='/staff/o'>Omar Aziz</a></p>",
            ("Layla Hassan", "Omar Aziz"),
            [],
        ),
        ("", "<div class=AuthorBox><b>Layla</b> <b>Hassan</b><br>3 July 2025</div>", ("Layla Hassan",), []),
        (
            "",
            "<section itemprop=author><b itemprop=name>Layla</b><p>writes of rivers</p></section>",
            ("Layla",),
            [],
        ),
        ("", "<p>By Layla Hassan</p>", ("Layla Hassan",), []),
        ("", "<div class=byline>Water desk</div>", (), [("role", "Water desk")]),
        ("", "<div class=byline>Rivers Lakes Ponds Wells Springs Canals Marshes</div>", (), []),
        ("", "<div class=comment-list><a href='/author/x'>Omar Aziz</a></div>", (), []),
        ("", "<nav><a href='/author/x'>Omar Aziz</a></nav>", (), []),
        ("", "<aside><a href='/author/x'>Omar Aziz</a></aside>", ("Omar Aziz",), []),  # near the headline
        ("", "<a href='/people/minister'>Omar Aziz</a>", (), []),  # whom the story is about
        ("", "", (), []),
    ],
)
def test_the_byline_holds_people_and_the_rest_are_credits(
    head: str, above: str, people: tuple[str, ...], others: list[tuple[str, str]]
) -> None:
    byline = byline_of(html(head=head, above=above))
    assert (byline.people, [(c.kind, c.name) for c in byline.others]) == (people, others)


BOX = "<div class=author-box>Layla Hassan</div>"


@pytest.mark.parametrize(
    ("head", "people"),
    [
        ("", ("Layla Hassan",)),
        ("<meta name=author content='Editor'>", ("Layla Hassan",)),
    ],
)
def test_a_box_at_the_end_names_who_signed(head: str, people: tuple[str, ...]) -> None:
    assert byline_of(html(head=head, below="<p><b>x</b></p>" * 100 + BOX)).people == people


def test_a_link_far_from_the_headline_is_not_asked_where_somebody_signed() -> None:
    below = "<p><b>x</b></p>" * 100 + "<a href='/author/omar'>Omar Aziz</a>"
    assert byline_of(html(below=below)).people == ("Omar Aziz",)
    assert byline_of(html(head="<meta name=author content='Editor'>", below=below)).people == ()


@pytest.mark.parametrize(
    ("author", "above", "people", "others"),
    [
        ("Layla Hassan", "", ("Layla Hassan",), []),  # her own site
        ("Layla Hassan", "<p>By Omar Aziz</p>", ("Omar Aziz",), []),
        ("LAYLA HASSAN", "", (), ["LAYLA HASSAN"]),
        ("Layla Hassan Waters", "", (), ["Layla Hassan Waters"]),
    ],
)
def test_a_site_signs_as_a_person_only_where_it_is_called_like_one(
    author: str, above: str, people: tuple[str, ...], others: list[str]
) -> None:
    head = linked(f'"author": {{"@type": "Person", "name": "{author}"}}')
    head += f"<meta property=og:site_name content='{author}'>"
    byline = byline_of(html(head=head, above=above))
    assert (byline.people, [c.name for c in byline.others if c.kind == "role"]) == (people, others)


def test_a_name_that_holds_the_paper_is_cut_to_its_link() -> None:
    head = linked('"author": {"@type": "Person", "name": "Layla Hassan Delta Enquirer"}')
    assert byline_of(html(head=head, above="<a href='/staff/l'>Layla Hassan</a>")).people == ("Layla Hassan",)


@pytest.mark.parametrize(
    ("head", "above", "source", "supported"),
    [
        (linked('"author": "Layla Hassan"') + "<meta name=author content='Layla Hassan'>",
         "<p>By Layla Hassan</p>", "json-ld", ("meta", "visible-line")),
        (linked('"author": "Layla Hassan"'), "", "json-ld", ()),
        ("<meta name=byl content='By Layla Hassan'>", "", "meta", ()),
        ("", "<a rel=author href='/l'>Layla Hassan</a>", "rel", ("visible-line",)),
        ("", "<a href='/author/l'>Layla Hassan</a>", "link", ("visible-line",)),
        ("", "<span class=byline>Layla Hassan</span>", "class", ("visible-line",)),
        ("", "<p>By Layla Hassan</p>", "visible-line", ()),
    ],
)  # fmt: skip
def test_the_byline_tells_where_it_was_read_and_what_agrees(
    head: str, above: str, source: str, supported: tuple[str, ...]
) -> None:
    why = byline_of(html(head=head, above=above)).evidence
    assert why is not None
    assert (why.field, why.source, why.supported_by) == ("byline", source, supported)


def test_nobody_signed_is_no_evidence() -> None:
    assert byline_of(html()).evidence is None


def test_a_name_far_from_the_headline_says_no_more_than_a_short_one_in_the_head() -> None:
    far = "<p>Nothing.</p>" * 200 + "<a rel=author href='/o'>Omar Aziz</a>"
    byline = byline_of(html(head="<meta name=author content='Layla'>", below=far))
    assert byline.people == ("Layla",)
    assert byline.evidence is not None
    assert byline.evidence.source == "meta"
