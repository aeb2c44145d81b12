"""The whole verdict on one article."""

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Source, Span
from services.classifier.classify import Classification, classify, source_named, stamps
from services.stage import Skip
from tests.unit.classifier.articles import ALL, Case

SCRAPS = (
    "Iraq",
    "Iran-backed",
    "U.S.",
    "Asa’ib Ahl al-Haq",
    "العراق",
    "وبغداد",
    "ایران‌ها",
    "\n\n",
    " ",
    ",",
    "'s",
    "ﷺ",
    "Gen. Ab Cd",
)


def spans_of(verdict: Classification) -> Iterator[Span]:
    """Every span of a verdict."""
    for country in verdict.relevance.values():
        yield from country.evidence
        yield from country.against
    for topic in verdict.topics:
        yield from topic.evidence
    for entity in verdict.entities:
        yield from entity.mentions
    for place in verdict.places:
        yield from place.mentions


def assert_exact(title: str, text: str, verdict: Classification) -> None:
    source = {"title": title, "text": text}
    for span in spans_of(verdict):
        assert span.start < span.end
        assert source[span.in_][span.start : span.end] == span.text


@pytest.mark.parametrize("case", ALL, ids=lambda case: (case.title or case.text)[:40])
def test_an_article_is_about_what_a_reader_would_say(case: Case) -> None:
    verdict = classify(case.title, case.text)
    grades = (verdict.relevance["IQ"].grade, verdict.relevance["IR"].grade)
    entities = {entity.id for entity in verdict.entities}
    assert (grades != (case.iq, case.ir)) is case.missed, f"{grades}: {verdict.because}"
    assert verdict.relevant is (max(grades) > 0)
    assert case.topics <= {topic.id for topic in verdict.topics}
    assert case.entities <= entities
    assert not case.no_entities & entities
    assert_exact(case.title or "", case.text, verdict)


@pytest.mark.parametrize("case", ALL, ids=lambda case: (case.title or case.text)[:40])
def test_two_readings_of_one_article_are_byte_equal(case: Case) -> None:
    once, again = (msgspec.json.encode(classify(case.title, case.text)) for _ in range(2))
    assert once == again


def test_a_relevant_verdict_shows_the_words_that_made_it() -> None:
    for case in ALL:
        for country in classify(case.title, case.text).relevance.values():
            assert country.evidence or not country.grade


@given(st.text(), st.text(min_size=1))
@settings(deadline=None, max_examples=300)
def test_no_text_whatever_crashes_it_and_spans_stay_exact(title: str, text: str) -> None:
    if text.strip():
        assert_exact(title, text, classify(title, text))


@given(st.lists(st.sampled_from(SCRAPS) | st.text(max_size=3), min_size=1).map("".join))
@settings(deadline=None, max_examples=500)
def test_names_among_rubbish_keep_exact_spans(text: str) -> None:
    if text.strip():
        assert_exact(text, text, classify(text, text))


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t"])
def test_an_article_without_words_is_skipped(text: str) -> None:
    with pytest.raises(Skip, match="no-text"):
        classify("Iraq", text)


def test_a_text_of_one_name_only_stays_small() -> None:
    verdict = classify(None, "Baghdad, " * 30_000)
    assert len(msgspec.json.encode(verdict)) < 50_000


def test_every_component_that_speaks_is_stamped() -> None:
    made = stamps()
    assert [stamp.component for stamp in made] == [
        "classifier.relevance",
        "classifier.topics",
        "classifier.events",
        "classifier.entities",
        "classifier.genre",
    ]
    assert all(len(stamp.digest) == 16 for stamp in made)


WIRE = Source(id="example-wire", name="Example Wire", homepage="https://www.wire.example/", kind="wire")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("example-wire", True),
        ("EXAMPLE WIRE", True),
        ("wire.example", True),
        ("www.wire.example", True),
        ("other", False),
        ("", False),
        (None, False),
    ],
)
def test_a_source_is_known_by_id_name_or_host(name: str | None, found: bool) -> None:
    assert source_named(name, {WIRE.id: WIRE}) is (WIRE if found else None)
