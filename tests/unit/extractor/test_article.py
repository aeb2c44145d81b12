import pytest
from msgspec.structs import replace

from schemas.codec import encode
from schemas.records import Discovered
from schemas.topics import ARTICLES_EXTRACTED
from services.extractor.article import extract_article, is_flat
from services.extractor.from_flat import FLAT_STAMP
from services.extractor.from_html import HTML_STAMP
from services.stage import Poison, Refusal, Skip
from tests.unit.extractor.pages import ARABIC, BODY, RUSSIAN, URL, flat, html, raw

HEAD = (
    "<title>Lake falls, turbines may stop - River Post</title>"
    "<meta property=og:site_name content='River Post'>"
    "<meta property=article:published_time content='2024-02-28T09:15:00+03:00'>"
    "<meta name=author content='Layla Hassan'><link rel=canonical href='/lake'>"
)


def test_an_html_page_becomes_an_article_with_its_fields() -> None:
    article = extract_article(
        raw(html(head=HEAD, below="<p>The Associated Press contributed to this report.</p>"))
    )
    assert article.title == "Lake falls, turbines may stop"
    assert article.text.split("\n\n")[: len(BODY)] == list(BODY)
    assert article.language == "en"
    assert article.published is not None
    assert (article.published.value, article.published.source) == ("2024-02-28T09:15:00+03:00", "meta")
    assert [c.source for c in article.published.alternatives] == ["url"]
    assert {why.field for why in article.evidence} == {
        "title", "byline", "site_name", "canonical_url", "language",
    }  # fmt: skip
    assert article.byline == ("Layla Hassan",)
    assert [(c.kind, c.name) for c in article.credits] == [
        ("agency", "Associated Press"),
        ("copyright", "River Post"),
    ]
    assert (article.site_name, article.canonical_url) == ("River Post", URL)
    assert article.access.verdict == "full"
    assert article.quality.chars == len(article.text)
    assert article.stamps == (HTML_STAMP,)
    assert article.source_id == "river-post"


def test_a_flattened_page_becomes_an_article_with_its_fields() -> None:
    page = flat(
        "twitter",
        "WATER",
        "Lake above the dam falls again",
        "28 February 2024 09:15",
        "By Layla Hassan",
        *BODY,
        "—Omar Aziz in Basra contributed to this post.",
        "Copyright ©2024 Delta & Sons, Inc. All Rights Reserved.",
        "Share via",
        "WATER",
        "Leave a Reply",
    )
    article = extract_article(page)
    assert article.title == "Lake above the dam falls again"
    assert article.text == "\n\n".join((*BODY, "—Omar Aziz in Basra contributed to this post."))
    assert article.published is not None
    assert (article.published.value, article.published.confidence) == ("2024-02-28T09:15", 0.85)
    assert (article.byline, article.section) == (("Layla Hassan",), "WATER")
    assert {(c.kind, c.name) for c in article.credits} == {
        ("contributor", "Omar Aziz"),
        ("copyright", "Delta & Sons"),
    }
    assert article.stamps == (FLAT_STAMP,)


def test_the_same_page_gives_the_same_article() -> None:
    assert extract_article(raw(html(head=HEAD))) == extract_article(raw(html(head=HEAD)))


def test_the_revision_changes_with_the_title_and_the_text_only() -> None:
    one = extract_article(raw(html(head=HEAD))).revision.digest
    assert one == extract_article(raw(html(head=HEAD + "<meta name=x content=y>"))).revision.digest
    assert one != extract_article(raw(html(head=HEAD, body=BODY[:3]))).revision.digest
    assert (
        one
        != extract_article(
            raw(html(head=HEAD.replace("Lake", "Sea"), h1="Sea falls, turbines may stop"))
        ).revision.digest
    )
    assert len(one) == 16


@pytest.mark.parametrize(
    ("charset", "body", "language"), [("cp1256", ARABIC, "ar"), ("cp1251", RUSSIAN, "ru")]
)
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1"])
def test_other_scripts_survive_a_missing_or_lying_charset(
    charset: str, body: tuple[str, ...], language: str, declared: str | None
) -> None:
    page = html(body=body, h1="").encode(charset, "xmlcharrefreplace")
    article = extract_article(raw(page, charset=declared))
    assert article.text == "\n\n".join(body)
    assert article.language == language


def test_a_paywalled_teaser_is_an_article_that_says_so() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle",'
        ' "isAccessibleForFree": false, "wordCount": 900}</script>'
    )
    page = html(head=head, body=BODY[:1], below="<div class=wall>Subscribe to continue reading</div>")
    article = extract_article(raw(page))
    assert article.access.verdict == "paywalled"
    assert any("isAccessibleForFree" in said for said in article.access.evidence)
    assert article.text == BODY[0]


def test_a_page_without_text_may_carry_it_in_its_json_ld() -> None:
    body = " ".join(BODY)
    head = (
        f'<script type="application/ld+json">{{"@type": "NewsArticle",'
        f' "headline": "Lake falls", "articleBody": "{body}"}}</script>'
    )
    article = extract_article(raw(f"<html><head>{head}</head><body><div id=root></div></body></html>"))
    assert body[:100] in article.text


def test_the_feeds_title_and_date_stand_in_for_missing_ones() -> None:
    discovered = Discovered(via="rss", title="Lake falls", published="Wed, 28 Feb 2024 09:15:00 +0300")
    article = extract_article(raw(html(h1=""), discovered=discovered, url="https://river.example/x"))
    assert article.title == "Lake falls"
    assert article.published is not None
    assert article.published.source == "feed"


def test_a_date_that_cannot_be_is_shown_with_the_reason() -> None:
    head = "<meta property=article:published_time content='1970-01-01T00:00:00Z'>"
    article = extract_article(raw(html(head=head), url="https://river.example/x"))
    assert article.published is None
    assert [(c.value, c.source, c.refused) for c in article.dates_refused] == [
        ("1970-01-01T00:00:00+00:00", "meta", "unset-clock")
    ]


@pytest.mark.parametrize(
    ("page", "kind", "reason"),
    [
        (replace(raw("x"), body=None), Poison, "body-missing"),
        (raw(""), Skip, "empty-page"),
        (raw(b"%PDF-1.4"), Poison, "not-text"),
        (raw("x" * (8 * 1024 * 1024 + 1)), Poison, "page-too-large"),
        (raw("<div>" * 100_000), Poison, "page-too-complex"),
        (raw(html(body=("Too short.",))), Skip, "too-short"),
        (raw(html(body=("Sorry about that, go home.",), h1="404 - Page not found")), Skip, "error-page"),
        (raw(html(body=("word " * 200_000 + "end.",))), Poison, "text-too-large"),
        (flat("Home", "Search"), Skip, "too-short"),
        (flat(*(f"Lake number {i} falls again" for i in range(40))), Skip, "section-front"),
    ],
)
def test_what_is_no_article_is_refused_by_name(page: object, kind: type[Refusal], reason: str) -> None:
    with pytest.raises(kind) as refused:
        extract_article(page)  # type: ignore[arg-type] # the table holds pages
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "content_type", "expected"),
    [
        ("One line\nof text", None, True),
        ("One line < two", "text/html", True),
        ("<p>One line</p>", None, False),
        ("One <b>line</b>", "text/html", False),
        ("text < img src= 'x'/ > more", "text/plain", True),
        ("<!DOCTYPE html><p>x", "text/plain", False),
        ("x" * 5000, "application/octet-stream", True),
    ],
)
def test_flattened_pages_are_told_from_markup(text: str, content_type: str | None, expected: bool) -> None:
    assert is_flat(text, content_type) is expected


PERSIAN = (
    "وزیر نیرو روز سه‌شنبه گفت که سطح آب دریاچه پشت سد به پایین‌ترین حد رسیده است و توربین‌ها متوقف می‌شوند.",
    "او در گفت‌وگو با خبرنگاران افزود که دولت درباره طرح تعمیر دریچه‌های پایینی سد گفت‌وگو خواهد کرد.",
    "کشاورزان از صبح جاده را بسته بودند و از شورا خواستند که صدای شهرهای پایین‌دست سد را نیز بشنود.",
)


def test_a_persian_page_keeps_its_joiners_and_has_its_date_converted() -> None:
    above = "<div class=date>چهارشنبه ۹ اسفند ۱۴۰۲ - ۱۲:۳۰</div><div class=author>نویسنده: لیلا حسنی</div>"
    page = html(body=PERSIAN, h1="کاهش سطح آب دریاچه پشت سد", above=above, below="<p>منبع: ایرنا</p>")
    article = extract_article(raw(page, url="https://river.example/x"))
    assert article.text == "\n\n".join(PERSIAN)
    assert article.language == "fa"
    assert article.published is not None
    assert (article.published.value, article.published.source) == ("2024-02-28T12:30", "visible-line:jalali")
    assert article.byline == ("لیلا حسنی",)
    assert ("source", "IRNA") in [(credit.kind, credit.name) for credit in article.credits]


@pytest.mark.parametrize("count", ["9" * 5000, "9" * 400, '"' + "9" * 5000 + '"', "-3", '"many"', "null"])
def test_a_senseless_word_count_costs_nothing(count: str) -> None:
    story = f'{{"@type": "NewsArticle", "wordCount": {count}}}'
    head = f'<script type="application/ld+json">{story}</script>'
    assert extract_article(raw(html(head=head))).access.verdict == "full"


def test_an_escaped_half_of_a_character_in_a_headline_is_replaced() -> None:
    story = '{"@type": "NewsArticle", "headline": "Lake \\\\\\\\ud800\\\\udc00 falls"}'
    article = extract_article(raw(html(head=f'<script type="application/ld+json">{story}</script>')))
    assert encode(ARTICLES_EXTRACTED, article)
