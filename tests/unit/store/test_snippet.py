import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.store.query import BadSearch, parse_query
from services.store.snippet import WIDTH, cut_snippet

FAR = "Nothing to see yet, and nothing here. " * 20


def marked(text: str, typed: str) -> list[str]:
    snippet = cut_snippet(text, parse_query(typed).wanted)
    return [snippet.text[start:end] for start, end in snippet.marks]


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("The dam and the DAM.", "dam", ["dam", "DAM"]),
        ("A damp dam.", "dam", ["dam"]),
        ("A damp dam.", "dam*", ["damp", "dam"]),
        ("Water, dam. Water dam", '"water dam"', ["Water, dam", "Water dam"]),
        ("Der Café am Fluss", "cafe", ["Café"]),
        ("أُعلِنَ في العِرَاقِ أمس", "العراق", ["العِرَاقِ"]),
        ("دولت می‌گوید ایران", "ایران گوید", ["گوید", "ایران"]),
        ("سنة ٢٠٢٦", "2026", ["٢٠٢٦"]),
        ("no such word", "dam", []),
        (FAR + "Then the dam.", "dam", ["dam"]),
        ("dam -oil", "dam -oil", ["dam"]),
    ],
)
def test_matches_are_marked_in_the_words_of_the_original(text: str, typed: str, found: list[str]) -> None:
    assert marked(text, typed) == found


def test_it_begins_and_ends_between_words_and_near_the_first_match() -> None:
    snippet = cut_snippet(FAR + "Then the dam broke. " + FAR, parse_query("dam").wanted)
    assert len(snippet.text) <= WIDTH
    assert snippet.text.startswith(("Nothing", "to", "see", "yet", "and", "nothing", "here"))
    assert "dam broke." in snippet.text
    assert (FAR + "Then the dam broke. " + FAR).split(snippet.text)[1][0] == " "


@given(st.text(max_size=600), st.text(max_size=20))
def test_it_is_a_piece_of_the_text_and_marks_lie_in_it(text: str, typed: str) -> None:
    try:
        wanted = parse_query(typed).wanted
    except BadSearch:
        return
    snippet = cut_snippet(text, wanted)
    assert snippet.text in text
    assert len(snippet.text) <= WIDTH
    assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.marks)
