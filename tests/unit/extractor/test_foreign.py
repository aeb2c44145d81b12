"""Arabic, Persian, Kurdish, Russian and Turkish pages, flattened and as HTML, in old character sets too."""

import tomllib
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.records import Article
from services.extractor.article import extract_article
from tests.unit.extractor.pages import raw

LANGUAGES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("foreign.toml").read_text("utf-8"))
PAGES = [
    pytest.param(said, page, id=f"{name}-{number}")
    for name, said in LANGUAGES.items()
    for number, page in enumerate(said["pages"])
]
FETCHED = datetime(2024, 3, 10, tzinfo=UTC)
CHARSETS = {"ar": "cp1256", "ru": "cp1251", "tr": "cp1254"}  # those that can say all of their letters


def flattened(said: dict[str, Any], page: dict[str, Any]) -> str:
    own = (page["title"], page["date"], *page["paragraphs"], *page.get("tail", ()))
    return "\n".join((*said["above"], *own, *said["below"]))


def marked_up(said: dict[str, Any], page: dict[str, Any]) -> str:
    menu = "".join(f"<li><a href='/{line}'>{line}</a></li>" for line in said["above"])
    body = "".join(f"<p>{text}</p>" for text in (*page["paragraphs"], *page.get("tail", ())))
    foot = "".join(f"<p>{line}</p>" for line in said["below"])
    return (
        f"<!doctype html><html><head><title>{page['title']}</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<main><article><h1>{page['title']}</h1><div class=date>{page['date']}</div>{body}{foot}</article>"
        "</main></body></html>"
    )


def read(body: bytes, content_type: str) -> Article:
    page = raw(body, content_type=content_type, url="https://river.example/x", fetched_at=FETCHED)
    return extract_article(page)


def hold_to_truth(article: Article, said: dict[str, Any], page: dict[str, Any]) -> None:
    assert article.text.split("\n\n") == page["paragraphs"]
    assert article.title == page["title"]
    assert article.language == said["language"]
    assert article.published is not None
    assert article.published.value[:10] == page["day"]
    given = {(credit.kind, credit.name) for credit in article.credits if credit.kind != "copyright"}
    assert given == set(map(tuple, page["credits"]))
    assert set(article.byline) <= set(page.get("byline", ()))
    assert article.access.verdict == "full"


@pytest.mark.parametrize(("said", "page"), PAGES)
def test_a_flattened_page_is_the_article_alone(said: dict[str, Any], page: dict[str, Any]) -> None:
    article = read(flattened(said, page).encode(), "text/plain")
    hold_to_truth(article, said, page)
    assert set(article.byline) == set(page.get("byline", ()))


@pytest.mark.parametrize(("said", "page"), PAGES)
def test_an_html_page_is_the_article_alone(said: dict[str, Any], page: dict[str, Any]) -> None:
    hold_to_truth(read(marked_up(said, page).encode(), "text/html"), said, page)


@pytest.mark.parametrize(
    ("name", "charset", "number"), [(n, c, k) for n, c in CHARSETS.items() for k in range(3)]
)
def test_an_old_character_set_without_a_label_loses_no_letter(name: str, charset: str, number: int) -> None:
    said = LANGUAGES[name]
    page = said["pages"][number]
    body = marked_up(said, page).encode(charset, "xmlcharrefreplace")
    assert read(body, "text/html").text.split("\n\n") == page["paragraphs"]


@pytest.mark.parametrize(("said", "page"), PAGES)
def test_decomposed_letters_come_out_composed(said: dict[str, Any], page: dict[str, Any]) -> None:
    decomposed = unicodedata.normalize("NFD", flattened(said, page))
    assert read(decomposed.encode(), "text/plain").text.split("\n\n") == page["paragraphs"]


def test_joiners_and_digits_are_in_the_fixtures() -> None:
    text = Path(__file__).with_name("foreign.toml").read_text("utf-8")
    assert all(sign in text for sign in ("\u200c", "۱۱ سال", "٢٥ مليار", "İl", "ê"))
