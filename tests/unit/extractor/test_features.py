import numpy as np
import pytest

from services.extractor.features import COLUMNS, Page, describe
from services.extractor.markup import parse_markup
from services.extractor.told import Told, told_by
from tests.unit.extractor.pages import BODY, URL, html

BELOW = (
    "<div class='related'><ul><li><a href='/1'>Bridge opens</a><li><a href='/2'>Wheat is dear</a></ul>"
    "</div>"
    "<div class=note><p>Lake falls, turbines may stop</p></div>"
)


def described(markup: str, told: Told | None = None) -> tuple[list[str], Page]:
    page = parse_markup(markup, URL)
    texts = [block.text for block in page.segments.blocks]
    return texts, describe(page.segments, told or told_by(page))


def column(page: Page, name: str) -> list[float]:
    return [round(float(value), 4) for value in page.columns[:, COLUMNS.index(name)]]


def by_text(name: str, markup: str, told: Told | None = None) -> dict[str, float]:
    texts, page = described(markup, told)
    return dict(zip(texts, column(page, name), strict=True))


def test_there_is_a_column_for_every_name_and_a_row_for_every_block() -> None:
    texts, page = described(html(below=BELOW))
    assert page.columns.shape == (len(texts), len(COLUMNS))
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert page.columns.dtype == np.float32
    assert np.isfinite(page.columns).all()


def test_the_same_page_gives_the_same_columns() -> None:
    assert np.array_equal(described(html(below=BELOW))[1].columns, described(html(below=BELOW))[1].columns)


def test_short_links_are_not_asked_about() -> None:
    texts, page = described(html(below=BELOW))
    left = [text for text, asked in zip(texts, page.asked, strict=True) if not asked]
    assert {"Bridge opens", "Wheat is dear"} <= set(left)
    assert not set(BODY) & set(left)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("chars", BODY[0], np.log1p(len(BODY[0]))),
        ("link_share", "Bridge opens", 1),
        ("type", "Bridge opens", 5),  # li
        ("in:related", "Bridge opens", 1),
        ("in:related", BODY[0], 0),
        ("in:<article>", "Bridge opens", 0),  # around nearly everything: says nothing
        ("near:<article>", BODY[0], 1),
        ("best_parent", BODY[0], 1),
        ("best_parent", "Bridge opens", 0),
        ("good_1", BODY[0], 1),
        ("after_headline", BODY[0], 1),
        ("blocks_from_headline", BODY[1], 2),
        ("sibling_rank", BODY[0], round(1 / 4, 4)),
        ("kind_good", BODY[0], 1),
        ("up_to_half", "Bridge opens", 3),  # from li over ul and div to article
        ("same_parent+1", BODY[1], 1),
        ("same_parent-1", BODY[3], 0),
    ],
)
def test_a_column_says_what_its_name_says(name: str, text: str, value: float) -> None:
    assert by_text(name, html(below=BELOW))[text] == pytest.approx(value, abs=1e-4)


def test_repeated_texts_are_counted() -> None:
    found = by_text("repeats", html(below="<p>Ad</p><p>Ad</p>"))
    assert found["Ad"] == pytest.approx(np.log(2), abs=1e-4)
    assert found[BODY[0]] == 0


def test_a_page_without_h1_has_its_headline_where_the_title_is() -> None:
    head = "<title>Lake falls, turbines may stop</title>"
    page = html(head=head).replace("h1>", "p>")
    assert by_text("after_headline", page)[BODY[0]] == 1
    assert by_text("after_headline", html().replace("h1>", "p>"))[BODY[0]] == -1


def test_blocks_of_the_article_body_are_found_by_both_their_ends() -> None:
    told = Told(body=" ".join(BODY[:2]) + " " + BODY[2][:100])
    texts, page = described(html(), told)
    linked = dict(zip(texts, column(page, "linked_body"), strict=True))
    assert [linked[text] for text in BODY] == [1, 1, 0.5, 0]
    assert [text for text, agreed in zip(texts, page.agreed, strict=True) if agreed] == list(BODY[:2])
    assert set(column(page, "has_linked_body")) == {1}


def test_in_a_language_without_known_words_none_is_missed() -> None:
    unknown = tuple("қазақ тілінде жазылған мәтін бұл жерде тұр " * 4 for _ in range(3))
    assert set(by_text("relative_function_words", html(body=unknown)).values()) == {1}
