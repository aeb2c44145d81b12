import pytest

from services.extractor.markup import parse_markup
from services.extractor.shape import refuse_flat_kinds, refuse_other_kinds, refuse_scrap
from services.stage import Skip
from tests.unit.extractor.pages import BODY, URL, html

LINKS = "".join(f"<h3><a href='/{i}'>Lake number {i} falls again today</a></h3>" for i in range(20))
TEASERS = "".join(f"<article><a href='/{i}'>Lake {i} falls</a><p>{BODY[0]}</p></article>" for i in range(8))
UPDATES = ", ".join('{"@type": "BlogPosting"}' for _ in range(3))


def page(body: str, linked: str = "") -> str:
    script = f'<script type="application/ld+json">{linked}</script>' if linked else ""
    return f"<html><head>{script}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("text", "title", "paragraphs", "reason"),
    [
        (page(LINKS), "World", (), "section-front"),
        (
            page(LINKS),
            None,
            [f"Lake number {i} falls again today" for i in range(10)] + [*BODY],
            "section-front",
        ),
        (page(TEASERS), "World", BODY, "section-front"),
        (page("<h1>World</h1>" + TEASERS), "World", BODY, "section-front"),
        (page("x", '{"@type": "CollectionPage"}'), "World", ["One line."], "section-front"),
        (page("x", '{"@type": "ImageGallery"}'), "Dams", ["One line."], "gallery"),
        (page("<img>" * 5), "The dam in pictures", ["One line."], "gallery"),
        (page("x", '{"@type": "VideoObject"}'), "Dams", ["One line."], "video"),
        (
            page("x", f'{{"@type": "LiveBlogPosting", "liveBlogUpdate": [{UPDATES}]}}'),
            "Dam",
            BODY,
            "live-blog",
        ),
        (page("<p>12:15</p>" * 5), "Dam: live updates", BODY, "live-blog"),
        (page("x"), "Page not found", ["Sorry about that."], "error-page"),
    ],
)
def test_html_pages_of_other_kinds_are_refused(
    text: str, title: str | None, paragraphs: list[str], reason: str
) -> None:
    with pytest.raises(Skip) as refused:
        refuse_other_kinds(parse_markup(text, URL), title, paragraphs)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (html(), BODY),
        (html(below=LINKS), BODY),
        (html(head="<meta property=og:type content=article>", below=LINKS), BODY[:1]),
        (page(TEASERS, '{"@type": "NewsArticle"}'), BODY),
        (page("x", '{"@type": "LiveBlogPosting", "liveBlogUpdate": "many"}'), BODY),
    ],
)
def test_an_article_with_a_rail_of_links_is_one(text: str, paragraphs: tuple[str, ...]) -> None:
    refuse_other_kinds(parse_markup(text, URL), "Lake falls", paragraphs)


@pytest.mark.parametrize(
    ("lines", "title", "paragraphs", "prose", "reason"),
    [
        ([f"Lake number {i} falls again" for i in range(30)], None, (), 0.05, "section-front"),
        (["Page not found", "Sorry."], None, (), 0.0, "error-page"),
        (["12:15"] * 5, "Dam: live updates", BODY, 0.9, "live-blog"),
    ],
)
def test_flattened_pages_of_other_kinds_are_refused(
    lines: list[str], title: str | None, paragraphs: tuple[str, ...], prose: float, reason: str
) -> None:
    with pytest.raises(Skip) as refused:
        refuse_flat_kinds("\n".join(lines), title, paragraphs, URL, prose)
    assert refused.value.reason == reason


@pytest.mark.parametrize(("lines", "prose"), [(BODY * 8, 0.9), (("one", "two"), 0.0)])
def test_flattened_articles_and_small_pages_are_let_through(lines: tuple[str, ...], prose: float) -> None:
    refuse_flat_kinds("\n".join(lines), "Lake falls", BODY, URL, prose)


def test_scraps_are_skipped_and_teasers_may_be_short() -> None:
    with pytest.raises(Skip, match="too-short"):
        refuse_scrap("x" * 249, teaser=False)
    refuse_scrap("x" * 250, teaser=False)
    refuse_scrap("x" * 60, teaser=True)
    with pytest.raises(Skip, match="too-short"):
        refuse_scrap("x" * 59, teaser=True)
