"""Headlines with their leads: floors on the grades, by kind of case. What is missed is printed."""

import pytest

from tests.quality.gold_sets import COUNTRIES, GRADES, graded, misses, shares_by_kind, short_cases

CASES = short_cases("headlines")
# What was measured, less a little air. Raise them when you beat them.
MACRO_F1 = {"IQ": 0.775, "IR": 0.825}
# Of each kind, cases with both grades right, less one.
RIGHT = {
    "culture": 5,
    "dateline": 2,
    "list": 4,
    "markets": 5,
    "name-only": 10,
    "namesake": 8,
    "negation": 4,
    "other-country": 5,
    "passing": 5,
    "quotation": 6,
    "relevant": 33,
    "retrospective": 6,
    "secondary": 9,
    "sidebar": 2,
    "sport": 3,
    "trap": 17,
}


def test_the_set_is_large_balanced_and_says_why() -> None:
    relevant = sum(1 for case in CASES if max(case.IQ[0], case.IR[0]) > 0)
    assert len(CASES) >= 130
    assert 0.4 < relevant / len(CASES) < 0.6
    assert [case.title for case in CASES if not (case.kind and case.why)] == []
    assert len({case.title for case in CASES}) == len(CASES)
    assert {grade for case in CASES for grade in (*case.IQ, *case.IR)} == set(GRADES)


@pytest.mark.parametrize("country", COUNTRIES)
def test_grades_keep_their_floor(country: str) -> None:
    assert graded(CASES, country) >= MACRO_F1[country]


def test_every_kind_of_case_keeps_its_floor(capsys: pytest.CaptureFixture[str]) -> None:
    shares = shares_by_kind(CASES)
    with capsys.disabled():
        print("\n\nheadlines: both grades right, by kind")
        for kind, (right, n) in shares.items():
            print(f"  {kind:14} {right:3}/{n:<3} {right / n:.2f}")
        for country in COUNTRIES:
            print(f"  macro-F1 {country} {graded(CASES, country):.3f}")
        print("known misses", *misses(CASES), sep="\n  ")
    assert {kind: right for kind, (right, _) in shares.items() if right < RIGHT[kind]} == {}
