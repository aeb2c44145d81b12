import pytest

from services.extractor.markup import parse_markup
from services.extractor.shape import refuse_error_page, refuse_flat_listing, refuse_listing, refuse_scrap
from services.stage import Skip
from tests.unit.extractor.pages import BODY, URL, html

LINKS = "".join(f"<h3><a href='/{i}'>Lake number {i} falls again today</a></h3>" for i in range(20))
TEASERS = "".join(f"<article><a href='/{i}'>Lake {i} falls</a><p>{BODY[0]}</p></article>" for i in range(8))


def page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (page(LINKS), []),
        (
            page("x"),
            ["Watch live", "Radio", "News", "Lake falls", "Dam holds", "Sport", "Weather", "Contact"],
        ),
        (page(LINKS), [f"Lake number {i} falls again today" for i in range(10)] + list(BODY)),
        (page(TEASERS), list(BODY)),
        (page("<h1>World</h1>" + TEASERS), list(BODY)),
        (page("x", '<script type="application/ld+json">{"@type": "CollectionPage"}</script>'), ["One line."]),
        (page("x", '<script type="application/ld+json">{"@type": "ImageGallery"}</script>'), ["One line."]),
    ],
)
def test_fronts_and_galleries_are_no_articles(text: str, paragraphs: list[str]) -> None:
    with pytest.raises(Skip, match="not-an-article"):
        refuse_listing(parse_markup(text, URL), paragraphs)


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (html(), list(BODY)),
        (html(below=LINKS), list(BODY)),
        (html(head="<meta property=og:type content=article>", below=LINKS), [BODY[0]]),
        (page(TEASERS, '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'), list(BODY)),
    ],
)
def test_an_article_with_a_rail_of_links_is_one(text: str, paragraphs: list[str]) -> None:
    refuse_listing(parse_markup(text, URL), paragraphs)


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Page not found",
        "Error 404: not found",
        "Access Denied",
        "Just a moment...",
        "الصفحة غير موجودة",
        "Страница не найдена",
    ],
)
def test_error_pages_are_skipped(title: str) -> None:
    with pytest.raises(Skip, match="not-an-article"):
        refuse_error_page(title, ["Sorry about that."])


def test_an_article_about_an_error_is_kept() -> None:
    refuse_error_page("Access denied: how the dam was closed to its engineers", list(BODY))
    refuse_error_page(None, [])


def test_a_flattened_page_of_headlines_is_skipped() -> None:
    text = "\n".join(f"Lake number {i} falls again" for i in range(30))
    with pytest.raises(Skip, match="not-an-article"):
        refuse_flat_listing(text, 0.05)
    refuse_flat_listing(text, 0.9)
    refuse_flat_listing("one\ntwo", 0.0)


def test_scraps_are_skipped_and_teasers_may_be_short() -> None:
    with pytest.raises(Skip, match="too-short"):
        refuse_scrap("x" * 249, teaser=False)
    refuse_scrap("x" * 250, teaser=False)
    refuse_scrap("x" * 60, teaser=True)
    with pytest.raises(Skip, match="too-short"):
        refuse_scrap("x" * 59, teaser=True)
