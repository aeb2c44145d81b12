import pytest

from services.extractor.wording import FIGURES, PHRASE_CHARS, PHRASES, phrase_bits, read_words, tokens_of


def figures(text: str, title: str = "", description: str = "") -> dict[str, float]:
    return dict(
        zip(FIGURES, read_words(text, text.lower(), tokens_of(title), tokens_of(description)), strict=True)
    )


@pytest.mark.parametrize(
    ("text", "figure", "value"),
    [
        ("one two three", "words", 3),
        ("the lake and the dam", "function_words", 0.6),
        ("سد على نهر", "function_words", 1 / 3),
        ("It fell.", "terminal", 1),
        ("گفت؟", "terminal", 1),
        ("It fell", "terminal", 0),
        ("Read on:", "introducing", 1),
        ("one, two, three four", "commas", 0.5),
        ("في، عن", "commas", 0.5),
        ("1234567890", "digits", 1),
        ("ABcd", "capitals", 0.5),
        ("Ab Cd ef gh", "capitals_per_word", 0.5),
        ("One. Two? Three! Four", "sentences", 3),
        ("“We know", "quoted", 1),
        ("and then", "lower_start", 1),
        ("four four", "word_length", 4.5),
    ],
)
def test_figures_are_counted_in_the_text(text: str, figure: str, value: float) -> None:
    assert figures(text)[figure] == pytest.approx(value)


def test_likeness_is_of_short_blocks_to_the_title_and_the_description() -> None:
    assert figures("Lake falls", title="Lake falls")["like_title"] == 1
    assert figures("Lake falls", description="Lake rises")["like_description"] == pytest.approx(1 / 3)
    assert figures("Lake falls " * 40, title="Lake falls")["like_title"] == 0


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("Read more: the lake", {"more"}),
        ("photo by a. reader", {"picture", "byline"}),
        ("bread more often", set()),
        ("اقرأ أيضا", {"more"}),
        ("все права защищены", {"legal"}),
        ("subscribe " + "x" * PHRASE_CHARS, set()),
    ],
)
def test_phrases_are_found_where_a_word_begins_and_in_short_blocks(text: str, tables: set[str]) -> None:
    bits = phrase_bits(text.lower())
    assert {name for i, name in enumerate(PHRASES) if bits >> i & 1} == tables
