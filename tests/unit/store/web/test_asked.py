import pytest

from services.store.narrowing import Narrowed
from services.store.query import BadSearch
from services.store.web.asked import ArticleAsked, SearchAsked, link, narrowed, read_asked


def test_parameters_are_read_from_path_and_query() -> None:
    asked = read_asked(SearchAsked, {}, [("q", "dam"), ("grade", "2"), ("country", "iq"), ("topic", "")])
    assert asked == SearchAsked(q="dam", grade=2, country="iq")
    assert read_asked(ArticleAsked, {"page_id": "x"}, []) == ArticleAsked(page_id="x")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([("grade", "3")], "grade"),
        ([("grade", "two")], "grade"),
        ([("page", "51")], "page"),
        ([("country", "Iraq")], "country"),
        ([("since", "May")], "since"),
        ([("copy", "stolen")], "copy"),
        ([("q", "x" * 1001)], "q"),
        ([("contry", "IQ")], "there is no parameter `contry`"),
        ([("q", "a"), ("q", "b")], "q is given twice"),
    ],
)
def test_what_means_nothing_is_named(given: list[tuple[str, str]], says: str) -> None:
    with pytest.raises(BadSearch, match=says):
        read_asked(SearchAsked, {}, given)


def test_a_name_stands_for_all_who_are_called_so() -> None:
    def called(name: str) -> tuple[str, ...]:
        return {"Basra": ("place:basra", "unknown:basra")}.get(name, ())

    assert narrowed(SearchAsked(entity="Basra"), called).entities == ("place:basra", "unknown:basra")
    assert narrowed(SearchAsked(entity="place:x"), called).entities == ("place:x",)
    assert narrowed(SearchAsked(country="iq", language="EN"), called) == Narrowed(country="IQ", language="en")
    with pytest.raises(BadSearch, match="is no name"):
        narrowed(SearchAsked(entity="☃"), called)


def test_a_link_keeps_what_was_asked() -> None:
    asked = SearchAsked(q="a & b", page=3)
    assert link("/", asked, page=1, topic="water") == "/?q=a+%26+b&topic=water"
    assert link("/", SearchAsked(topic="water"), topic=None) == "/"
