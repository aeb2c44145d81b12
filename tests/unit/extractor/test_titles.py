import pytest

from services.extractor.markup import parse_markup
from services.extractor.titles import find_title
from tests.unit.extractor.pages import URL, html, linked

H1 = "Lake falls, turbines may stop"
OWN = ("River Post", "river.example", "river")


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
            ("<title>River Post: Lake falls - River Post</title>"),
            "",
            "River Post: Lake falls",
        ),
        ("<title>هبوط مستوى البحيرة إلى أدنى حد - بريد النهر</title>", "", "هبوط مستوى البحيرة إلى أدنى حد"),
        (
            "<title>River Post | Lake falls to a new low this year</title>",
            "",
            "Lake falls to a new low this year",
        ),
        (
            "<title>RiverPost | Lake falls to a new low this year</title>",
            "",
            "Lake falls to a new low this year",
        ),
        ("<title>Lake falls - or does it? | River Post</title>", "", "Lake falls - or does it?"),
        (f"<meta property=og:title content='{H1} again'>", f"{H1} again | Opinion", f"{H1} again"),
        (linked('"headline": "Lake &amp; river fall again"'), "", "Lake & river fall again"),
        ("", "One</h1><h1>Two", None),
        ("", "", None),
    ],
)
def test_the_title_is_what_the_headline_and_the_head_agree_on(head: str, h1: str, title: str | None) -> None:
    found = find_title(parse_markup(html(head=head, h1=h1), URL), OWN)
    assert (found and found.text) == title


@pytest.mark.parametrize(
    ("head", "h1", "source", "supported", "others"),
    [
        (f"<meta property=og:title content='{H1}'><title>{H1} - River Post</title>", H1, "h1",
         ("og:title", "title"), ()),
        (f"<meta property=og:title content='Water is short'><title>{H1}</title>", H1, "h1",
         ("title",), ("Water is short",)),
        ("<meta property=og:title content='Water is short'>", "World", "og:title", (), ()),
        (linked('"headline": "Water is short"'), "World", "json-ld", (), ()),
        ("<title>Water is short today</title>", "World", "title", (), ()),
        ("", H1, "h1", (), ()),
    ],
)  # fmt: skip
def test_the_title_tells_where_it_was_read_and_what_agrees(
    head: str, h1: str, source: str, supported: tuple[str, ...], others: tuple[str, ...]
) -> None:
    found = find_title(parse_markup(html(head=head, h1=h1), URL), OWN)
    assert found is not None
    why = found.evidence
    assert (why.field, why.source, why.supported_by, why.alternatives) == ("title", source, supported, others)


def test_an_h1_that_the_head_supports_is_believed_most() -> None:
    pages = (f"<title>{H1}</title>", "<title>Something else was said</title>", "")
    supported, headed, alone = (find_title(parse_markup(html(head=head, h1=H1), URL)) for head in pages)
    assert supported is not None
    assert headed is not None
    assert alone is not None
    assert supported.evidence.confidence > headed.evidence.confidence > alone.evidence.confidence
