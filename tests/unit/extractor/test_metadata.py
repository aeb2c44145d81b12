import pytest

from services.extractor.markup import parse_markup
from services.extractor.metadata import absolute, addresses, images, languages, sections, site_names
from tests.unit.extractor.pages import URL, html, linked

CRUMBS = (
    '<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"},'
    ' {"item": {"name": "Water"}}, {"name": "Lake falls"}]}</script>'
)


@pytest.mark.parametrize(
    ("read", "head", "said"),
    [
        (site_names, "<meta property=og:site_name content='River Post'>", [("River Post", "og:site_name")]),
        (site_names, linked('"publisher": {"name": "Delta"}'), [("Delta", "json-ld")]),
        (site_names, linked('"publisher": "Delta &amp; Sons"'), [("Delta & Sons", "json-ld")]),
        (site_names, '<script type="application/ld+json">{"@type": "WebSite", "name": "Delta"}</script>',
         [("Delta", "json-ld:WebSite")]),
        (site_names, linked('"publisher": {"name": 7}'), []),
        (sections, "<meta property=article:section content=World>", [("World", "article:section")]),
        (sections, linked('"articleSection": ["Water", "World"]'), [("Water", "json-ld")]),
        (sections, CRUMBS, [("Water", "json-ld:BreadcrumbList")]),
        (sections, CRUMBS.replace('{"item": {"name": "Water"}},', ""), []),  # only the front page
        (sections, linked('"articleSection": []'), []),
        (images, "<meta property=og:image content='/i/dam.jpg'>",
         [("https://www.river.example/i/dam.jpg", "og:image")]),
        (images, linked('"image": {"url": "https://i.example/a"}'), [("https://i.example/a", "json-ld")]),
        (images, linked('"image": ["https://i.example/a"]'), [("https://i.example/a", "json-ld")]),
        (images, "<meta property=og:image content='data:x'>", []),
        (addresses, "<link rel=canonical href='/lake'>", [("https://www.river.example/lake", "link")]),
        (addresses, "<meta property=og:url content='https://river.example/lake'>",
         [("https://river.example/lake", "og:url")]),
        (addresses, "<link rel=canonical href='/'>", []),  # every page of some sites says this
        (addresses, "<link rel=amphtml href='/amp'>", []),
        (languages, "<meta http-equiv=content-language name=content-language content='ar-IQ'>",
         [("ar", "content-language")]),
        (languages, "<meta property=og:locale content='fa_IR'>", [("fa", "og:locale")]),
        (languages, "<meta property=og:locale content='1'>", []),
    ],
)  # fmt: skip
def test_a_page_is_taken_at_its_word_where_it_says_what_it_is(
    read: object, head: str, said: list[tuple[str, str]]
) -> None:
    assert callable(read)
    assert [(each.value, each.source) for each in read(parse_markup(html(head=head), URL))] == said


def test_the_label_of_the_document_comes_first() -> None:
    page = parse_markup("<html lang='en-US'><meta property=og:locale content='fa_IR'><p>x</p>", URL)
    assert [said.value for said in languages(page)] == ["en", "fa"]


@pytest.mark.parametrize(
    "said", [None, "", "ftp://a.example/x", "mailto:a@b.example", "http://" + "a" * 3000, "http://[x"]
)
def test_only_web_addresses_are_absolute(said: str | None) -> None:
    assert absolute(URL, said) is None
