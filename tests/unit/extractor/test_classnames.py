import pytest

from services.extractor.classnames import NAMES, bits_of


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
