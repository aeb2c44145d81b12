from schemas.records import Change, CountryRelevance, Revision, Span
from services.store.web.differing import MOST, differences
from services.store.web.excerpts import LENGTH, excerpt
from services.store.web.marks import marks_of
from tests.unit.store.records import an_article


def test_texts_are_compared_by_words() -> None:
    found = differences("The White House said no.\n\nGood.", "The White Home said never.\n\ngood.")
    assert [(run.kind, run.text) for run in found.runs] == [
        ("same", "The White "), ("left", "House "), ("right", "Home "), ("same", "said "),
        ("left", "no.\n\n"), ("right", "never.\n\n"), ("same", "good."),
    ]  # fmt: skip
    assert (round(found.shared, 2), found.cut) == (0.67, False)


def test_long_texts_are_compared_up_to_a_length() -> None:
    found = differences("a " * (MOST + 1), "a")
    assert found.cut
    assert sum(len(run.text.split()) for run in found.runs) == MOST


def test_an_excerpt_shows_the_beginning_and_no_evidence_beyond_it() -> None:
    text = "Engineers met. " * 100
    near = Span(start=0, end=9, text="Engineers", in_="text")
    far = Span(start=900, end=909, text="Engineers", in_="text")
    title = Span(start=0, end=5, text="Water", in_="title")
    article = an_article(
        text=text,
        relevance={"IQ": CountryRelevance(grade=2, score=1.0, evidence=(near, far, title), against=(far,))},
        revision=Revision(digest="0" * 16, changes=(Change(what="paragraph", before="x " * 300),)),
    )
    shown = excerpt(article)
    assert len(shown.text) <= LENGTH + 2
    assert shown.text.endswith("…")
    assert text.startswith(shown.text[:-2])
    assert shown.relevance["IQ"].evidence == (near, title)
    assert shown.relevance["IQ"].against == ()
    assert all(mark.end < LENGTH for mark in marks_of(shown, "text"))
    assert len(shown.revision.changes[0].before or "") < 210
    whole = an_article()
    assert excerpt(whole) == whole
