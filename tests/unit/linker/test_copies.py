"""Copies: verdicts, and which of two texts came first."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from schemas.records import Credit
from services.linker.alignment import Alignment, Swap
from services.linker.copies import SWAPS, Origin, arrived_before, decide, is_copy, precedes
from services.linker.events import Identity, Profile
from services.linker.shingles import Overlap
from services.linker.spun.detector import NOTHING, Finding, Spot
from services.linker.vectors import Vector, Vectors
from tests.unit.linker.articles import START

ODD_SPOTS = (
    Spot(0, 10, "white home", "white house", 2.0),
    Spot(20, 33, "key minister", "prime minister", 1.0),
)
ODD = Finding("certain", 0.9, 2.0, 1.0, ODD_SPOTS)
SUSPECT = Finding("suspect", 0.3, 0.1, 1.0, ODD_SPOTS[:1])
FP = Credit(kind="reprint-of", name="FP", text="FP carries an article")
DAY = 86400.0


def a_profile(name: str, **fields: Any) -> Profile:
    """A profile with nothing to say but what is given."""
    given: dict[str, Any] = {
        "identity": Identity(page_id=name, digest="d", rules="", fetched_at=START),
        "since": START,
        "title": None,
        "published": None,
        "precise": False,
        "family": name,
        "publisher": None,
        "odd": False,
        "margin": 0.0,
        "forgiven": 0.0,
        "credit": None,
        "credited": None,
        "shingles": b"",
        "vectors": Vectors(word=Vector(), name=Vector(), figure=Vector()),
    }
    return Profile(**(given | fields))


def beside(jaccard: float, swaps: int = 0) -> Origin:
    alignment = Alignment(tuple(Swap(n, n + 1, n, n + 1) for n in range(swaps)), 100)
    return Origin(a_profile("b"), Overlap(jaccard, jaccard, 100, 200), alignment, (("new", "old"),) * swaps)


@pytest.mark.parametrize(
    ("oddity", "credit", "origin", "verdict"),
    [
        (NOTHING, None, None, "original"),
        (SUSPECT, None, None, "original"),
        (NOTHING, FP, None, "reprint"),
        (ODD, None, None, "spun"),
        (ODD, FP, None, "spun"),
        (NOTHING, None, beside(0.9), "reprint"),
        (NOTHING, FP, beside(0.9), "reprint"),
        (NOTHING, None, beside(0.4), "edited"),
        (NOTHING, None, beside(0.4, SWAPS - 2), "edited"),
        (NOTHING, None, beside(0.4, 20), "spun"),
        (NOTHING, None, beside(0.75, 20), "spun"),
        (ODD, None, beside(0.4), "spun"),
    ],
)
def test_the_verdict(oddity: Finding, credit: Credit | None, origin: Origin | None, verdict: str) -> None:
    copy = decide(a_profile("a", credit=credit, credited="fp" if credit else None), oddity, origin)
    assert copy.verdict == verdict
    assert copy.of == ("b" if origin else None)
    kinds = {evidence.kind for evidence in copy.evidence}
    assert ("shingles" in kinds) == (origin is not None)
    assert ("credit" in kinds) == (credit is not None)
    assert ("odd-pair" in kinds) == bool(oddity.pairs)


def test_the_score_rises_with_the_likelihood_of_spinning() -> None:
    origins = [beside(0.5, n) for n in (0, 6, 12, 24)]
    scores = [decide(a_profile("a"), NOTHING, origin).score for origin in origins]
    assert scores == sorted(set(scores))
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    ("shared", "copied"),
    [
        (Overlap(0.2, 0.3, 60, 200), True),
        (Overlap(0.19, 0.3, 60, 200), False),
        (Overlap(0.1, 0.6, 60, 100), True),
        (Overlap(1.0, 1.0, 19, 19), False),
    ],
)
def test_how_much_shared_text_makes_a_copy(shared: Overlap, copied: bool) -> None:
    assert is_copy(shared) is copied


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("why", "one", "other"),
    [
        ("credited by the other", {"family": "fp", "since": START + HOUR}, {"credit": FP, "credited": "fp"}),
        ("credited by its name alone", {"family": "foreignpolicy.example", "since": START + HOUR},
         {"credit": FP, "credited": "foreign-policy"}),
        ("not spun", {"since": START + HOUR}, {"odd": True}),
        ("published a day earlier", {"published": DAY, "since": START + HOUR}, {"published": 2 * DAY}),
        ("published an hour earlier", {"published": 1.0, "precise": True, "since": START + HOUR},
         {"published": 3600.0, "precise": True}),
        ("fetched earlier, as the same day says nothing", {"published": 3600.0, "precise": True},
         {"published": 0.0, "since": START + HOUR}),
        ("fetched earlier, as one date is unknown", {"published": 2 * DAY}, {"since": START + HOUR}),
        ("of the smaller id", {}, {}),
    ],
)  # fmt: skip
def test_which_of_two_is_the_original(why: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = a_profile("a", **one), a_profile("b", **other)
    assert precedes(first, second), why
    assert not precedes(second, first), why


def test_in_the_filter_printed_dates_say_nothing() -> None:
    early, late = a_profile("a", published=9 * DAY), a_profile("b", published=DAY, since=START + HOUR)
    assert precedes(late, early)
    assert arrived_before(early, late)
    assert not arrived_before(structs.replace(early, odd=True), late)
