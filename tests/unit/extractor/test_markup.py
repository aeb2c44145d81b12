import pytest

from services.extractor.markup import parse_markup, types_of
from services.stage import Refusal
from tests.unit.extractor.pages import URL, html


def linked(block: str) -> str:
    return f'<script type="application/ld+json">{block}</script>'


@pytest.mark.parametrize(
    ("block", "headline"),
    [
        ('{"@type": "NewsArticle", "headline": "Lake falls"}', "Lake falls"),
        ('[{"@type": "WebSite"}, {"@type": ["Report", "Article"], "headline": "Lake falls"}]', "Lake falls"),
        ('{"@graph": [{"@type": "http://schema.org/Article", "headline": "Lake falls"}]}', "Lake falls"),
        ('{"@type": "WebPage", "mainEntity": {"@type": "Article", "headline": "Lake falls"}}', "Lake falls"),
        ('<!-- {"@type": "Article", "headline": "Lake\nfalls"} -->;', "Lake\nfalls"),
        ('{"@type": "WebSite", "headline": "no"}', None),
        ('{"@type": "Article", "headline": ', None),
        ("[" * 50_000, None),
        ('{"@type": "Article", "n": ' + "9" * 10_000 + "}", None),
        ('"text"', None),
        ("", None),
    ],
)
def test_the_story_is_found_in_json_ld(block: str, headline: str | None) -> None:
    assert parse_markup(html(head=linked(block)), URL).story.get("headline") == headline


@pytest.mark.parametrize("types", [None, 5, "Article", ["Article", 7]])
def test_types_may_be_anything(types: object) -> None:
    assert types_of({"@type": types}) <= {"Article"}


def test_meta_elements_are_found_by_name_property_and_itemprop() -> None:
    head = (
        "<meta name='Author' content=' A  B '><meta property='og:title' content='T'>"
        "<meta itemprop=x content=''><meta itemprop=datePublished content='2024-02-28'>"
    )
    page = parse_markup(html(head=head), URL)
    assert page.meta("nothing", "author") == "A B"
    assert page.meta("og:title") == "T"
    assert page.meta("x") is None
    assert page.meta("datepublished") == "2024-02-28"


def test_visible_lines_follow_the_blocks_and_leave_scripts_out() -> None:
    text = (
        "<p>one <b>bold</b> word<br>two</p>tail<script>var"
        " x</script><ul><li>three</li></ul><style>p{}</style>"
    )
    lines = parse_markup(f"<html><body>{text}</body></html>", URL).lines
    assert lines == ("one bold word", "two", "tail", "three")


@pytest.mark.parametrize(
    "text",
    ["", "<", "<html/>", "<?xml version='1.0' encoding='utf-8'?><p>x</p>", "\x00", "<![CDATA[", "<!doctype"],
)
def test_broken_markup_is_read_or_refused(text: str) -> None:
    try:
        said = "".join(parse_markup(text, URL).lines)
    except Refusal as refused:
        said = refused.reason
    assert said in ("", "x", "<", "\ufffd", "unreadable-markup")


@pytest.mark.parametrize(
    ("escaped", "read"),
    [
        (r"a\ud800", "a\ufffd"),
        (r"\udc00b", "\ufffdb"),
        (r"\uD83D\uDE00", "\U0001f600"),
        (r"\ud800\ud83d\ude00", "\ufffd\U0001f600"),
    ],
)
def test_half_a_surrogate_in_json_ld_is_read_as_the_sign_for_unreadable(escaped: str, read: str) -> None:
    block = f'{{"@type": "NewsArticle", "articleSection": "{escaped}"}}'
    markup = parse_markup(f'<script type="application/ld+json">{block}</script><p>x', "http://t.example/")
    assert markup.story["articleSection"] == read


def test_json_ld_whose_quotes_a_template_escaped_is_read() -> None:
    block = "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Lake falls&quot;}"
    page = parse_markup(f'<script type="application/ld+json">{block}</script><p>x', URL)
    assert page.story["headline"] == "Lake falls"


def test_titles_headings_and_times_are_listed_as_they_stand() -> None:
    page = parse_markup("<title>a</title><time>b</time><svg><title>c</title></svg><h1>d</h1><h2>e</h2>", URL)
    assert [(e.tag, e.text) for e in page.landmarks] == [
        ("title", "a"),
        ("time", "b"),
        ("title", "c"),
        ("h1", "d"),
    ]
