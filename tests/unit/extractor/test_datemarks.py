import pytest

from services.extractor.datemarks import changes_of, dates_of_items, dates_of_markup, times_of
from services.extractor.headline import locate_headline
from services.extractor.markup import Markup, parse_markup
from tests.unit.extractor.pages import URL, html

LD = '<script type="application/ld+json">{"@type": "%s", "%s": "2024-02-28T09:15:00+03:00"}</script>'
STORY = "NewsArticle"
DAY = "2024-02-28"
OTHER = "<time datetime='2024-01-01'>b</time>"


def page_of(head: str = "", above: str = "", below: str = "") -> Markup:
    return parse_markup(html(head=head, above=above, below=below), URL)


def stated(page: Markup) -> list[tuple[str, str, bool]]:
    times = tuple(times_of(page, locate_headline(page, None)))
    return [(c.value[:10], c.source, c.confidence >= 0.8) for c in dates_of_markup(page, times)]


@pytest.mark.parametrize(
    ("head", "source", "sure"),
    [
        (LD % (STORY, "datePublished"), "json-ld", True),
        (LD % (STORY, "dateCreated"), "json-ld", False),
        (LD % ("WebPage", "datePublished"), "json-ld", False),
        ("<meta property='article:published_time' content='2024-02-28T06:15:00Z'>", "meta", True),
        ("<meta name=pubdate content='Wed, 28 Feb 2024 06:15:00 GMT'>", "meta", True),
        ("<meta name=date content='28 February 2024'>", "meta", False),
        ("<meta itemprop=datePublished content='1709100000'>", "meta", True),
    ],
)
def test_every_statement_of_the_head_is_a_candidate(head: str, source: str, sure: bool) -> None:
    assert stated(page_of(head)) == [(DAY, source, sure)]


@pytest.mark.parametrize(
    ("above", "sure"),
    [
        ("<time datetime='2024-02-28'>today</time>", False),
        ("<time>28 February 2024</time>", False),
        ("<time datetime='2024-02-28' itemprop=datePublished>a</time>" + OTHER, True),
        ("<time datetime='2024-02-28' class='entry-date published'>a</time>" + OTHER, True),
        ("<p>Published <time datetime='2024-02-28'>a</time></p>" + OTHER, True),
        ("<time datetime='2024-02-28'>First published 28 Feb</time>" + OTHER, True),
        ("<time datetime='2024-02-28'>a</time><time datetime='2024-02-29'>b</time>", False),
    ],
)  # fmt: skip
def test_a_time_element_is_believed_by_what_marks_it(above: str, sure: bool) -> None:
    assert stated(page_of(above=above))[0] == (DAY, "time-element", sure)


@pytest.mark.parametrize(
    ("above", "confidences"),
    [
        ("<time datetime='2024-02-28'>a</time>", [0.75]),
        ("<time datetime='2024-02-28'>a</time><time datetime='2024-02-29'>b</time>", [0.6, 0.4]),
    ],
)
def test_a_lone_time_is_believed_more_than_the_first_of_several(above: str, confidences: list[float]) -> None:
    page = page_of(above=above)
    times = tuple(times_of(page, locate_headline(page, None)))
    assert [c.confidence for c in dates_of_markup(page, times)] == confidences


@pytest.mark.parametrize(
    ("time", "values"),
    [
        (
            "<time datetime='2024-02-28T23:15:00Z'>Feb. 29, 2024 2:15 am GMT+3</time>",
            ["2024-02-28T23:15:00+00:00", "2024-02-29T02:15+03:00"],
        ),
        ("<time datetime='2024-02-28T02:15:00+03:00'>27 February 2024</time>", ["2024-02-28T02:15:00+03:00"]),
        ("<time>28 February 2024</time>", [DAY]),
        (  # of a teaser's, what readers see is no matter
            (
                "<time datetime='2024-02-28'>a</time>"
                "<time datetime='2024-02-27T23:00:00Z'>28 February 2024</time>"
            ),
            [DAY, "2024-02-27T23:00:00+00:00"],
        ),
    ],
)
def test_what_readers_see_of_a_moment_in_utc_is_a_candidate_as_well(time: str, values: list[str]) -> None:
    page = page_of(above=time)
    times = tuple(times_of(page, locate_headline(page, None)))
    assert [c.value for c in dates_of_markup(page, times)] == values


@pytest.mark.parametrize(
    "above",
    [
        "<div class=comments><time datetime='2024-02-29'>a</time></div>",
        "<ul class='related-posts'><li><time datetime='2024-02-29'>a</time></ul>",
        "<aside><time datetime='2024-02-29'>a</time></aside>",
    ],
)
def test_times_of_comments_and_other_articles_are_left_out(above: str) -> None:
    assert stated(page_of(above=above)) == []


def test_what_holds_the_headline_is_never_beside_the_article() -> None:
    page = parse_markup(
        "<body><div class='layout related'><h1>Lake</h1><time datetime='2024-02-28'>a</time></div>", URL
    )
    assert stated(page) == [(DAY, "time-element", False)]


@pytest.mark.parametrize(
    ("head", "above"),
    [
        (LD % (STORY, "dateModified"), ""),
        ("<meta property='article:modified_time' content='2024-02-28T06:15:00Z'>", ""),
        ("", "<time itemprop=dateModified datetime='2024-02-28'>a</time>"),
        ("", "<time class='entry-date updated' datetime='2024-02-28'>a</time>"),
        ("", "<p>Last updated: <time datetime='2024-02-28'>a</time></p>"),
        ("", "<p>Updated on <time datetime='2024-02-28'>a</time></p>"),
        ("", "<time class='entry-date published' datetime='2024-02-28'>Last updated 28 Feb</time>"),
    ],
)
def test_the_last_change_is_a_statement_of_its_own(head: str, above: str) -> None:
    page = page_of(head, above)
    times = tuple(times_of(page, locate_headline(page, None)))
    assert [(c.value[:10], c.source) for c in changes_of(page, times)] == [(DAY, "modified")]
    assert stated(page) == []


@pytest.mark.parametrize(
    ("above", "values"),
    [
        ("<span itemprop=datePublished content='2024-02-28'>x</span>", [DAY]),
        ("<span itemprop=datePublished>28 February 2024</span>", [DAY]),
        ("<span property='schema:datePublished'>28 February 2024</span>", [DAY]),
        ("<span property='dc:issued' content='2024-02-28'>x</span>", [DAY]),
        ("<abbr class='date published' title='2024-02-28'>x</abbr>", [DAY]),
        ("<abbr title='2024-02-28'>x</abbr>", []),
        ("<div data-pub_date='2024-02-28' title='x'>y</div>", [DAY]),
        ("<div class=comments><i itemprop=datePublished content='2024-02-28'>x</i></div>", []),
        ("<time itemprop=datePublished datetime='2024-02-28'>x</time>", []),  # read as a time
    ],
)
def test_a_date_is_read_in_any_element_that_is_marked_as_one(above: str, values: list[str]) -> None:
    page = page_of(above=above)
    assert [c.value for c in dates_of_items(page, locate_headline(page, None))] == values
