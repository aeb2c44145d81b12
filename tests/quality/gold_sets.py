"""The gold sets: what we wrote, what an editor of the beat expects of it, and how a verdict compares.

The cases are data in tests/quality/gold. A field that is misspelt there is refused when it is read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct, field, toml

from services.classifier.classify import Classification, classify
from services.classifier.matcher import load_matcher

GOLD = Path(__file__).parent / "gold"
COUNTRIES = ("IQ", "IR")
GRADES = (0, 1, 2)


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text and the grades an editor accepts, the preferred one first."""

    title: str
    lead: str
    IQ: tuple[int, ...]
    IR: tuple[int, ...]
    kind: str = ""
    why: str = ""
    places: tuple[str, ...] = ()  # ids a reader expects; those of cities, sites and countries alike
    entities: tuple[str, ...] = ()  # ids, or names where the tables need not have an id

    def accepted(self, country: str) -> tuple[int, ...]:
        """Of one country, the preferred grade first."""
        return self.IQ if country == "IQ" else self.IR


class Story(Case, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An article with everything that is expected of it. `must` topics are owed, `may` ones do no harm."""

    lead: str = field(name="text")
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    genre: tuple[str, ...]
    importance: tuple[str, ...]  # low | medium | high
    source: str | None = None  # kind of publisher
    credibility: str | None = None  # low | medium | high


class Cases(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of short cases."""

    cases: tuple[Case, ...] = field(name="case")


@cache
def short_cases(name: str) -> tuple[Case, ...]:
    """The cases of one file of tests/quality/gold. Raises msgspec.ValidationError where one is malformed."""
    return toml.decode((GOLD / f"{name}.toml").read_bytes(), type=Cases).cases


@cache
def stories() -> Mapping[str, Story]:
    """The articles by the name of their file."""
    files = sorted((GOLD / "articles").glob("*.toml"))
    return {file.stem: toml.decode(file.read_bytes(), type=Story) for file in files}


def foreign_ids(cases: Iterable[Case]) -> list[str]:
    """What is expected and could not come: an id that no table has, a name that the text does not have."""
    known = {entry.id for entry in load_matcher().tables.entries}
    return [
        f"{wanted}: {case.title}"
        for case in cases
        for wanted in (*case.places, *case.entities)
        if wanted not in known and (":" in wanted or wanted not in case.lead)
    ]


@cache
def verdict_of(title: str, text: str) -> Classification:
    """What the classifier says, asked once a run."""
    return classify(title, text)


def grade_of(case: Case, country: str) -> int:
    """The grade the classifier gives a case."""
    return verdict_of(case.title, case.lead).relevance[country].grade


def found_ids(case: Case) -> set[str]:
    """Ids and casefolded names of all places and entities the classifier finds in a case."""
    verdict = verdict_of(case.title, case.lead)
    named = [(place.id, place.name) for place in verdict.places]
    named += [(entity.id, entity.name) for entity in verdict.entities]
    return {word for identity, name in named for word in (identity, name.casefold())}


def is_right(case: Case) -> bool:
    """Whether the grades of both countries are accepted ones."""
    return all(grade_of(case, country) in case.accepted(country) for country in COUNTRIES)


def macro_f1(pairs: Iterable[tuple[int, int]]) -> float:
    """Mean F1 over the grades that occur, of pairs (expected, given)."""
    counts = Counter(pairs)
    scores = []
    for grade in GRADES:
        hits = counts[grade, grade]
        claimed = sum(n for (_, given), n in counts.items() if given == grade)
        owed = sum(n for (expected, _), n in counts.items() if expected == grade)
        if owed or claimed:
            scores.append(2 * hits / (owed + claimed))
    return sum(scores) / len(scores) if scores else 0.0


def graded(cases: Iterable[Case], country: str) -> float:
    """Macro-F1 of the grades; an accepted grade counts as the expected one, else the preferred is."""
    pairs = []
    for case in cases:
        given, accepted = grade_of(case, country), case.accepted(country)
        pairs.append((given if given in accepted else accepted[0], given))
    return macro_f1(pairs)


def shares_by_kind(cases: Iterable[Case]) -> dict[str, tuple[int, int]]:
    """Of each kind, how many have right grades, of how many."""
    listed = tuple(cases)
    right = Counter(case.kind for case in listed if is_right(case))
    return {kind: (right[kind], n) for kind, n in sorted(Counter(case.kind for case in listed).items())}


def misses(cases: Iterable[Case]) -> list[str]:
    """A line a case whose grades no editor would accept, with the classifier's reason."""
    return [_miss(case) for case in cases if not is_right(case)]


def _miss(case: Case) -> str:
    wrong = [
        f"{country} {grade_of(case, country)} not {'/'.join(map(str, case.accepted(country)))}"
        for country in COUNTRIES
        if grade_of(case, country) not in case.accepted(country)
    ]
    return f"{case.kind:14} {', '.join(wrong):22} {case.title}"
