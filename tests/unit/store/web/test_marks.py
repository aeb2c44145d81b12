from hypothesis import given
from hypothesis import strategies as st

from schemas.records import CountryRelevance, Repair, Span
from services.store.web.marks import KINDS, Mark, marks_of, paragraphs
from tests.unit.store.records import an_article

marks = st.lists(
    st.builds(Mark, st.integers(-2, 30), st.integers(-2, 30), st.sampled_from(sorted(KINDS)), st.just("why"))
)


@given(st.text(alphabet="ab \n", max_size=25), marks)
def test_nothing_of_a_text_is_lost_or_doubled(text: str, some: list[Mark]) -> None:
    found = ["".join(piece.text for piece in pieces) for pieces in paragraphs(text, some)]
    assert found == [part for part in text.split("\n\n") if part]


def test_marks_may_overlap() -> None:
    said = [Mark(0, 5, "for", "IQ"), Mark(3, 9, "place", "Basra"), Mark(0, 5, "for", "IQ")]
    (pieces,) = paragraphs("Basra rain", said)
    assert [(piece.text, piece.kinds, piece.notes) for piece in pieces] == [
        ("Bas", ("for",), ("IQ",)),
        ("ra", ("for", "place"), ("IQ", "Basra")),
        (" rai", ("place",), ("Basra",)),
        ("n", (), ()),
    ]


def test_a_mark_goes_on_in_the_next_paragraph() -> None:
    assert [
        [(piece.text, piece.kinds) for piece in pieces]
        for pieces in paragraphs("one\n\ntwo", [Mark(2, 6, "topic", "x")])
    ] == [[("on", ()), ("e", ("topic",))], [("t", ("topic",)), ("wo", ())]]


def test_everything_that_is_said_of_a_place_in_the_text_is_marked() -> None:
    span = Span(start=0, end=9, text="Engineers", in_="text", rule="rule-1")
    title = Span(start=0, end=5, text="Water", in_="title")
    article = an_article(
        relevance={"IQ": CountryRelevance(grade=2, score=1.0, evidence=(title,), against=(span,))},
        repairs=(Repair(mention=span, from_="Engineers", to="Builders", confidence=0.9, because="so"),),
    )
    assert [(mark.kind, mark.note) for mark in marks_of(article, "text")] == [
        ("against", "IQ: rule-1"),
        ("place", "place: Halabja"),
        ("repair", "probably Builders"),
    ]
    assert [mark.kind for mark in marks_of(article, "title")] == ["for"]
