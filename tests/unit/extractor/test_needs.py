"""What a pattern is said to need, every text that it matches has: shown from the pattern's own parse.

A text that a pattern matches is followed from left to right. What is known of it at any point is one of a
few endings: the literal characters since the last that may be anything. An ending with a needed literal in
it is settled; a pattern is as it says if no way through it is left over.
"""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

import pytest

from services.extractor.credits import RULES
from services.extractor.literals import fold_case
from services.extractor.rules import compile_any, load_rules

MOST = 8  # members of a character class that are followed one by one
RULES_OF_LINES = load_rules("phrases.toml")
PAGE = RULES_OF_LINES["page"]
PARSER = import_module("re._parser")  # not public: enough for a test

Parsed = Iterable[tuple[Any, Any]]
Endings = frozenset[str]


def unsettled(pattern: str, needs: Sequence[str]) -> Endings:
    """The endings of those matches that may have none of the literals."""
    parsed = PARSER.parse(pattern)
    return _after(parsed, frozenset(("",)), tuple(map(fold_case, needs)))


def _after(parsed: Parsed, endings: Endings, needs: Sequence[str]) -> Endings:
    for kind, what in parsed:
        endings = _step(str(kind), what, endings, needs)
    return endings


def _step(kind: str, what: Any, endings: Endings, needs: Sequence[str]) -> Endings:
    match kind:
        case "LITERAL":
            return _with((chr(what),), endings, needs)
        case "IN" if len(what) <= MOST and all(str(each) == "LITERAL" for each, _ in what):
            return _with([chr(code) for _, code in what], endings, needs)
        case "BRANCH":
            return frozenset().union(*(_after(branch, endings, needs) for branch in what[1]))
        case "SUBPATTERN":
            return _after(what[-1], endings, needs)
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _repeated(what, endings, needs)
        case "AT" | "ASSERT" | "ASSERT_NOT":  # take up no text
            return endings
    return frozenset(("",)) if endings else endings


def _repeated(what: Any, endings: Endings, needs: Sequence[str]) -> Endings:
    least, most, parsed = what
    skipped = endings if least == 0 else frozenset()
    once = _after(parsed, endings, needs)
    return skipped | (once if most == 1 or not once else frozenset(("",)))


def _with(characters: Iterable[str], endings: Endings, needs: Sequence[str]) -> Endings:
    size = max(map(len, needs))
    grown = {ending + fold_case(character) for ending in endings for character in characters}
    return frozenset(each[-size:] for each in grown if not any(need in each for need in needs))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_line_that_credits_somebody_has_what_its_rule_needs(rule: Any) -> None:
    assert unsettled(rule.pattern.pattern, rule.needs) == frozenset()


def test_a_line_that_says_that_a_wall_stands_here_has_what_the_wall_needs() -> None:
    assert unsettled(compile_any(PAGE["wall"]).pattern, PAGE["wall_needs"]) == frozenset()


@pytest.mark.parametrize("rule", RULES_OF_LINES["needs"])
def test_a_line_of_furniture_has_what_its_rule_needs(rule: str) -> None:
    needs = RULES_OF_LINES["needs"][rule]
    assert unsettled(compile_any(RULES_OF_LINES["furniture"][rule]).pattern, needs) == frozenset()


@pytest.mark.parametrize(
    ("pattern", "needs", "shown"),
    [
        ("source|original", ["source", "original"], True),
        ("source|original", ["source"], False),
        ("(?:report|research)ing by", ["reporting by", "researching by"], True),
        ("(?:report|research)(?:ing)? by", ["reporting by", "researching by"], False),
        ("a(?:bc)?d", ["ad", "abcd"], True),
        ("a(?:bc)*d", ["ad", "abcd"], False),
        ("ab?c", ["abc"], False),
        ("re.print", ["reprint"], False),
        ("ALINTI", ["alıntı"], True),
        (r"(?!x)\bvia", ["via"], True),
    ],
)
def test_a_proof_finds_what_is_missing(pattern: str, needs: list[str], shown: bool) -> None:
    assert (unsettled(pattern, needs) == frozenset()) is shown
