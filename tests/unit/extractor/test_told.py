import json

from services.extractor.markup import parse_markup
from services.extractor.told import MIN_COMPARED, Told, told_by
from tests.unit.extractor.pages import URL, html


def told(head: str) -> Told:
    return told_by(parse_markup(html(head=head), URL))


def test_title_and_description_are_those_of_the_head() -> None:
    head = "<title>Lake falls | Post</title><meta name=description content='The lake.'>"
    assert told(head) == Told("Lake falls | Post", "The lake.", "")
    assert told(f"{head}<meta property=og:title content='Lake falls'>").title == "Lake falls"
    assert told("") == Told()


def test_a_body_is_told_without_its_markup_and_only_where_it_is_long_enough() -> None:
    def linked(body: object) -> str:
        story = json.dumps({"@type": "NewsArticle", "articleBody": body})
        return told(f'<script type="application/ld+json">{story}</script>').body

    assert linked("<p>" + "a" * MIN_COMPARED + "</p>").strip() == "a" * MIN_COMPARED
    assert linked("a" * (MIN_COMPARED - 1)) == ""
    assert linked(["a" * MIN_COMPARED]) == ""
