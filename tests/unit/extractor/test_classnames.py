import pytest

from services.extractor.classnames import EDGE, NAMES, bits_of
from services.extractor.rules import load_rules


@pytest.mark.parametrize(
    ("tag", "said", "words"),
    [
        ("div", "entry-content", {"body"}),
        ("div", "Post-Content", {"body"}),
        ("nav", "", {"<nav>"}),
        ("aside", "related-posts sidebar", {"<aside>", "related", "content", "side"}),
        ("div", "header", {"header"}),
        ("div", "headline", {"lead"}),
        ("div", "shadow", set()),
        ("span", "", set()),
    ],
)
def test_names_are_read_by_the_vocabulary(tag: str, said: str, words: set[str]) -> None:
    bits = bits_of(tag, said)
    assert {name for i, name in enumerate(NAMES) if bits >> i & 1} == words


def test_no_word_of_the_vocabulary_stands_for_two_classes() -> None:
    words = [word.strip(EDGE) for words in load_rules("blocks.toml")["classes"].values() for word in words]
    assert sorted(set(words)) == sorted(words)
