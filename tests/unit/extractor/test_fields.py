import pytest

from schemas.records import FieldEvidence
from services.extractor.fields import Fields, read_fields
from services.extractor.markup import parse_markup
from tests.unit.extractor.pages import URL, html, raw

TITLE = "Lake falls, turbines may stop"


def fields_of(page: str, **said: object) -> Fields:
    return read_fields(parse_markup(page, URL), raw(page, **said))


def evidence_of(fields: Fields, field: str) -> FieldEvidence | None:
    return next((each for each in fields.evidence if each.field == field), None)


def test_every_field_of_a_full_page_has_its_evidence() -> None:
    head = (
        f"<title>{TITLE} - River Post</title><meta property=og:site_name content='River Post'>"
        "<meta name=application-name content='river post'><meta name=application-name content='x'>"
        "<meta name=author content='Layla Hassan'><meta property=article:section content=World>"
        "<meta property=og:image content='/i.jpg'><link rel=canonical href='/world/2024/02/28/dam'>"
        "<meta property=article:modified_time content='2024-02-29T09:00:00+03:00'>"
    )
    fields = fields_of(html(head=head))
    assert {why.field: (why.source, why.supported_by) for why in fields.evidence} == {
        "title": ("h1", ("title",)),
        "byline": ("meta", ()),
        "site_name": ("og:site_name", ("application-name",)),
        "section": ("article:section", ()),
        "image": ("og:image", ()),
        "canonical_url": ("address", ("link",)),
    }
    assert fields.others == {
        "site_name": "River Post",
        "section": "World",
        "image": "https://www.river.example/i.jpg",
        "modified": "2024-02-29T09:00:00+03:00",
    }


def test_a_bare_page_has_a_title_and_no_more() -> None:
    fields = fields_of(html(head="", h1=TITLE))
    assert [why.field for why in fields.evidence] == ["title"]
    assert fields.others == {"site_name": None, "section": None, "image": None, "modified": None}


def test_another_address_that_the_page_states_is_shown_beside_its_identity() -> None:
    why = evidence_of(
        fields_of(html(head="<link rel=canonical href='https://other.example/a'>")), "canonical_url"
    )
    assert why is not None
    assert (why.supported_by, why.alternatives) == ((), ("https://other.example/a",))


def test_a_change_that_cannot_have_been_is_none() -> None:
    head = "<meta property=article:modified_time content='2031-01-01'>"
    assert fields_of(html(head=head)).others["modified"] is None


@pytest.mark.parametrize(
    ("lang", "value"),
    [
        ("en-US", "2024-03-04"),
        ("en-GB", "2024-04-03"),
        ("ar", "2024-04-03"),
        ("en", None),
        ("", None),
    ],
)
def test_two_numbers_are_ordered_as_the_label_says(lang: str, value: str | None) -> None:
    page = f"<html lang='{lang}'><body><h1>{TITLE}</h1><p>03/04/2024</p></body></html>"
    found = [c.value for c in fields_of(page, url="https://a.example/x").dates]
    assert found == ([value] if value else [])


FAR = "<p>Nothing.</p>" * 30


@pytest.mark.parametrize(
    ("above", "below", "sources"),
    [
        ("", FAR + "<p>Published on 28 February 2024</p>", [("visible-line", 0.5)]),
        ("", FAR + "<p>Updated 28 February 2024</p>", [("modified", 0.4)]),
        ("", FAR + "<p>28 February 2024</p>", [("visible-line", 0.5)]),
        ("", FAR + "<p>28 February 2024</p><p>27 February 2024</p>", []),
        ("", FAR + "<p>Wednesday, 28 February 2024</p>", []),  # a calendar
        ("", FAR + "<p>Kirkuk, 28 February 2024</p>", []),
        ("", FAR + "<p>Published</p><p>|</p><p>28 February 2024</p>", [("visible-line", 0.5)]),
        ("", FAR + "<p>Last updated:</p><p>28 February 2024</p>", [("modified", 0.4)]),
        ("", FAR + "<script>{'publishedAt':'2024-02-28'}</script>", [("script", 0.75)]),
        ("", FAR + "<i itemprop=datePublished content='2024-02-28'></i>", [("microdata", 0.85)]),
        ("<p>28 February 2024</p>", FAR + "<p>Published on 27 February 2024</p>", [("visible-line", 0.85)]),
    ],
)
def test_far_from_the_headline_only_what_says_so_is_a_date_and_only_where_none_is_near(
    above: str, below: str, sources: list[tuple[str, float]]
) -> None:
    fields = fields_of(html(above=above, below=below), url="https://a.example/x")
    assert [(c.source, c.confidence) for c in fields.dates] == sources


@pytest.mark.parametrize(
    ("over", "source"),
    [
        ("Last updated:", "modified"),
        ("Last updated in our offices", "visible-line"),  # a sentence of its own
        ("Updated 2024 guide", "visible-line"),
        ("Water", "visible-line"),
    ],
)
def test_a_label_over_a_date_says_what_it_is(over: str, source: str) -> None:
    page = f"<body><h1>{TITLE}</h1><p>{over}</p><p>28 February 2024</p></body>"
    assert {c.source for c in fields_of(page, url="https://a.example/x").dates} == {source}


def test_an_address_tells_the_order_of_two_numbers() -> None:
    page = f"<body><h1>{TITLE}</h1><p>03/04/2024</p></body>"
    found = fields_of(page, url="https://a.example/2024/04/03/x").dates
    assert [(c.value, c.source) for c in found] == [("2024-04-03", "url"), ("2024-04-03", "visible-line")]


def test_a_calendar_over_the_headline_is_refused_on_the_day_of_the_fetch() -> None:
    page = f"<body><p>Friday, March 1, 2024</p><h1>{TITLE}</h1><p>x</p></body>"
    assert [c.refused for c in fields_of(page, url="https://a.example/x").dates] == ["page-clock"]


def test_the_title_of_the_list_stands_in() -> None:
    page = raw("", discovered=raw("").discovered)
    fields = read_fields(parse_markup("<body><p>x</p></body>", URL), page)
    assert fields.title is None
