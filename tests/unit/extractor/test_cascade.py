import json

import numpy as np
import pytest

from services.extractor import cascade
from services.extractor.blockmodel import Judged, judge
from services.extractor.cascade import MAX_ELEMENTS, Text, choose_text, is_sure, shown
from services.extractor.markup import parse_markup
from services.extractor.segments import Segments
from services.extractor.told import Told
from tests.unit.extractor.pages import BODY, URL, html

LONG = tuple(f"{text} {other}" for text, other in zip(BODY, BODY[1:] + BODY[:1], strict=True))


def linked(body: str) -> str:
    story = json.dumps({"@type": "NewsArticle", "articleBody": body})
    return f'<script type="application/ld+json">{story}</script>'


def read(page: str) -> Text:
    return choose_text(parse_markup(page, URL))


def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model knows nothing."""

    def shrug(page: Segments, told: Told) -> Judged:
        made = judge(page, told)
        return Judged(np.full(len(made.chars), 0.5), made.chars, made.agreed)

    monkeypatch.setattr(cascade, "judge", shrug)


def test_where_the_model_is_sure_its_blocks_are_the_text() -> None:
    found = read(html(head="<title>Lake falls, turbines may stop</title>", body=LONG))
    assert found.source == "blocks"
    assert found.paragraphs[-len(LONG) :] == list(LONG)
    assert not any("World" in paragraph for paragraph in found.paragraphs)
    assert found.confidence is not None
    assert found.confidence > 0.8


@pytest.mark.parametrize(
    ("probability", "chars", "sure"),
    [
        ((0.9, 0.1), (600, 600), True),
        ((0.9, 0.1), (400, 600), False),  # too little is kept
        ((0.9, 0.3), (600, 250), True),
        ((0.9, 0.3), (600, 400), False),  # too much is in doubt
        ((0.9, 0.15), (600, 400), True),
        ((0.6, 0.0), (600, 100), False),
    ],
)
def test_the_gate_asks_for_enough_text_and_little_doubt(
    probability: tuple[float, float], chars: tuple[float, float], sure: bool
) -> None:
    none = np.zeros(2, np.bool_)
    assert is_sure(Judged(np.array(probability), np.array(chars, np.float64), none)) is sure


def test_where_it_is_not_the_blocks_of_an_article_body_that_proves_complete_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unsure(monkeypatch)
    found = read(html(head=linked(" ".join(LONG)), body=LONG))
    assert (found.source, found.paragraphs) == ("json-ld", list(LONG))


@pytest.mark.parametrize("body", [" ".join(LONG) + " and much that is not shown" * 20, LONG[0][:300], ""])
def test_an_article_body_that_is_another_text_or_cut_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    unsure(monkeypatch)
    found = read(html(head=linked(body), body=LONG))
    assert found.source == "trafilatura-fast"
    assert set(LONG) <= set(found.paragraphs)


def test_a_short_fast_text_is_asked_for_again_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    unsure(monkeypatch)
    assert read(html(body=BODY[:2])).source == "trafilatura"


def test_a_page_that_shows_no_text_has_its_article_body() -> None:
    page = html(head=linked("<p>" + "</p><p>".join(LONG) + "</p>"), body=())
    found = read(page)
    assert (found.source, found.paragraphs) == ("json-ld", list(LONG))
    bare = f"<html><head>{linked(' '.join(LONG))}</head><body></body></html>"
    assert read(bare) == Text([" ".join(LONG)], "json-ld", None)


def test_of_a_page_of_very_many_elements_trafilatura_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    unsure(monkeypatch)
    assert read(html(below="<b>a</b>" * MAX_ELEMENTS)).source == "blocks"


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<ul><li>one</li><li>two</li></ul>", ["one", "two"]),
        ("<blockquote>one</blockquote><h2>two</h2>", ["one", "two"]),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th><td>d<br>e</td></tr></table><p>f</p>",
            ["a | b", "c | d e", "f"],
        ),
        ("<p>It ended.<br>Then it began.</p>", ["It ended.", "Then it began."]),
        ("<p>It ended<br>before it began.</p>", ["It ended before it began."]),
    ],
)
def test_lists_quotes_subheads_and_rows_are_paragraphs(body: str, paragraphs: list[str]) -> None:
    page = parse_markup(f"<html><body>{body}</body></html>", URL).segments
    assert shown(page, np.ones(len(page.blocks), np.bool_)) == paragraphs


def test_the_same_page_gives_the_same_text_every_time() -> None:
    first, *others = (read(html(body=LONG)) for _ in range(4))
    assert all(other == first for other in others)
