import pytest

from services.extractor.lines import MAX_LINES, closes_at, read_lines, score_line
from tests.unit.extractor.pages import ARABIC, BODY, RUSSIAN


def score(text: str, *others: str) -> float:
    return score_line(read_lines("\n".join((text, *others)))[0])


@pytest.mark.parametrize("text", [*BODY, *ARABIC, *RUSSIAN])
def test_a_paragraph_speaks_for_an_article_in_any_script(text: str) -> None:
    assert score(text) > 2


@pytest.mark.parametrize(
    "text",
    ["Share this article", "Home", "28 February 2024", "By Layla Hassan", "Water", "River Post Weekly"],
)
def test_menus_fields_and_labels_speak_against_one(text: str) -> None:
    assert score(text) <= -1


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("The lake above the dam fell again.",), ("The lake above the dam fell again",)),
        (("The lake above the dam fell again.",), ("The Lake Above The Dam Fell Again.",)),
        (
            ("The lake above the dam fell again.",),
            ("The lake above the dam fell again.", "The lake above the dam fell again."),
        ),
        (("The lake above the dam fell again last night.",), ("The lake above the dam fell again.",)),
    ],
)
def test_sentences_length_and_rarity_count(better: tuple[str, ...], worse: tuple[str, ...]) -> None:
    assert score(*better) > score(*worse)


def test_what_follows_a_heading_of_other_articles_is_listed_until_there_is_prose() -> None:
    lines = read_lines("\n".join(("Related articles", "Ten dams to see", BODY[0], "Ten dams to see now")))
    assert [line.listed for line in lines] == [True, True, False, False]
    assert score_line(lines[1]) < score_line(lines[3])


def test_a_score_has_bounds() -> None:
    assert score(" ".join(BODY * 9)) == 5
    assert score("Ten Dams", "Ten Dams") == -3


def test_comments_begin_at_a_closing_heading_after_prose() -> None:
    lines = read_lines("\n".join(("Comments", *BODY, "Leave a Reply", "x")))
    assert closes_at(lines, 400, 14) == 5
    assert closes_at(lines, 4000, 14) == len(lines)


def test_a_page_without_end_is_read_to_a_limit() -> None:
    assert len(read_lines("word\n" * (MAX_LINES + 5))) == MAX_LINES
