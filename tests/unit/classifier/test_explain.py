import json

import pytest

from services.classifier.classify import classify
from services.classifier.explain import STYLES, explain, read_request

TITLE = "Iran-backed fighters leave Baghdad base"
TEXT = (
    "The Iraqi army said that fighters of Kataib Hezbollah, an Iran-backed militia, had left Baghdad airport."
)


def test_an_article_is_shown_whole_with_its_evidence_marked() -> None:
    shown = explain(TITLE, TEXT, classify(TITLE, TEXT))
    assert shown.plain.startswith(f"{TITLE}\n\n{TEXT}\n\n")
    marked = {(shown.plain[start:end], style) for start, end, style in shown.marks}
    assert {
        ("Baghdad", STYLES["country"]),
        ("Iraqi army", STYLES["country"]),
        ("Iran-backed", STYLES["against"]),
        ("Kataib Hezbollah", STYLES["topic"]),
        ("Kataib Hezbollah", STYLES["entity"]),
    } <= marked


@pytest.mark.parametrize(
    "line",
    [
        "because     Iraq is primary: named in the title and 3 times in the text;",
        "IQ          2 primary",
        "  against   “Iran-backed” [backed-by-adjective]",
        "topic       Militias and their attacks",
        "genre       news",
        "credibility 0.20  The source is not in the source list.",
    ],
)
def test_the_verdict_is_told_in_words(line: str) -> None:
    lines = explain(TITLE, TEXT, classify(TITLE, TEXT)).plain.splitlines()
    assert any(each.startswith(line) for each in lines)


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        (json.dumps({"id": 1, "title": "Rain", "text": "It rains."}), "Rain", "It rains."),
        ("Rain\n\nIt rains.\n\nIt pours.\n", "Rain", "It rains.\n\nIt pours."),
        ("It rains.\nIt pours.\n", None, "It rains.\nIt pours."),
        ("It rains.", None, "It rains."),
        ('{"not": "ours"}', None, '{"not": "ours"}'),
    ],
)
def test_a_file_is_a_line_of_the_filter_or_plain_text(content: str, title: str | None, text: str) -> None:
    asked = read_request(content)
    assert (asked["title"], asked["text"]) == (title, text)
