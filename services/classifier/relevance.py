"""How much an article is about each country: none or passing (0), secondary (1), primary (2).

Features of the mentions and a small model over them (grading.py); counter-evidence weakens mentions or caps
the grade; and the reasons, in spans and in one sentence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.records import CountryRelevance, Span
from services.classifier.gazetteer import Tables
from services.classifier.grading import Features, Graded, Shape, grade, measure, shape_of, weight_of
from services.classifier.matcher import Reading
from services.classifier.mentions import Mention, article_counters, span_of

LEAD_WORDS = 90  # about the first three paragraphs of an agency report
SHOWN = 12  # spans of evidence per country
ENOUGH = 2.0  # phrases of counter-evidence that cap a whole article


@dataclass(frozen=True, slots=True)
class Verdict:
    """Relevance for every country, and one sentence that says why."""

    countries: Mapping[str, CountryRelevance]
    relevant: bool
    because: str


@dataclass(frozen=True, slots=True)
class Cap:
    """A whole article that counter-evidence holds down."""

    grade: int
    because: str
    spans: tuple[Span, ...]


def find_cap(readings: Sequence[Reading], topics: float) -> Cap | None:
    """The strictest cap that has enough evidence, or None; `topics` is the weight of all topic phrases."""
    counts: defaultdict[str, float] = defaultdict(float)
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    rules = {}
    for reading in readings:
        for counter, hit in article_counters(reading):
            front = reading.field == "title" or hit.word < LEAD_WORDS // 2
            counts[counter.id] += 2 if front else 1
            spans[counter.id].append(span_of(reading, hit.start, hit.end, counter.id))
            rules[counter.id] = counter
    caps = [
        Cap(rule.cap, rule.because, tuple(spans[id_][:SHOWN]))
        for id_, rule in rules.items()
        if counts[id_] >= max(ENOUGH, rule.share * topics)
    ]
    return min(caps, key=lambda cap: cap.grade, default=None)


def _against(mentions: Iterable[Mention], readings: Mapping[str, Reading]) -> tuple[Span, ...]:
    found = {}
    for mention in mentions:
        if mention.counter is not None:
            hit = mention.counter
            found[mention.field, hit.start] = span_of(
                readings[mention.field], hit.start, hit.end, hit.rule.counter.id
            )
    return tuple(found.values())[:SHOWN]


@dataclass(frozen=True, slots=True)
class _Judged:
    name: str
    mentions: Sequence[Mention]
    relevance: CountryRelevance
    held: bool  # whether a cap keeps the grade down


def _judge(
    name: str, mentions: Sequence[Mention], readings: Mapping[str, Reading], graded: Graded, cap: Cap | None
) -> _Judged:
    strongest = sorted(mentions, key=lambda m: (-weight_of(m), m.field == "text", m.start))[:SHOWN]
    relevance = CountryRelevance(
        grade=graded.grade,
        score=graded.score,
        evidence=tuple(
            m.span(f"gazetteer/{m.entry.id}")
            for m in sorted(strongest, key=lambda m: (m.field == "text", m.start))
        ),
        against=_against(mentions, readings) + (cap.spans if cap is not None and mentions else ()),
    )
    return _Judged(name, mentions, relevance, held=graded.held)


_TIMES = {1: "once", 2: "twice"}


def _count(number: int) -> str:
    return _TIMES.get(number, f"{number} times")


def _where(mentions: Sequence[Mention]) -> str:
    titled = any(m.field == "title" for m in mentions)
    body = sum(m.field == "text" for m in mentions)
    if titled:
        return f"named in the title and {_count(body)} in the text" if body else "named in the title only"
    return f"named {_count(body)} in the text" if body else "not named"


def _reason(judged: _Judged, cap: Cap | None) -> str:
    where = _where(judged.mentions)
    grade = ("not relevant", "secondary", "primary")[judged.relevance.grade]
    if judged.held and cap is not None:
        stated = f"{grade}: {where}" if judged.relevance.grade else where
        return f"{judged.name} is {stated}, but {cap.because}"
    if judged.relevance.grade:
        return f"{judged.name} is {grade}: {where}"
    weakened = next((m.counter.rule.counter.because for m in judged.mentions if m.counter), "in passing")
    return f"{judged.name} is {where}, {weakened}"


def _explain(judged: Sequence[_Judged], cap: Cap | None) -> str:
    named = sorted(
        (one for one in judged if one.mentions), key=lambda one: (-one.relevance.grade, -one.relevance.score)
    )
    if not named:
        return "Not relevant: no word of " + " or ".join(one.name for one in judged) + "."
    told = "; ".join(_reason(one, cap) for one in named)
    return f"{told}." if named[0].relevance.grade else f"Not relevant: {told}."


def judge_relevance(title: Reading, text: Reading, mentions: Sequence[Mention], tables: Tables) -> Verdict:
    """Grade, score, evidence and counter-evidence for each country, and the sentence."""
    readings = {"title": title, "text": text}
    shape = shape_of(title, text)
    cap = find_cap((title, text), shape.topics)
    most = 2 if cap is None else cap.grade
    judged = {}
    for code, name in tables.countries.items():
        own, features = measure_country(code, mentions, shape)
        graded = Graded(0, 0.0) if features is None else grade(tables.model, features, most)
        judged[code] = _judge(name, own, readings, graded, cap)
    return Verdict(
        countries={code: one.relevance for code, one in judged.items()},
        relevant=any(one.relevance.grade for one in judged.values()),
        because=_explain(tuple(judged.values()), cap),
    )


def measure_country(
    code: str, mentions: Sequence[Mention], shape: Shape
) -> tuple[Sequence[Mention], Features | None]:
    """The mentions that speak for a country, and their features; None where there is none."""
    own = [m for m in mentions if m.entry.country == code and m.entry.weight]
    if not own:
        return own, None
    named = sum(1 for m in mentions if m.entry.country)
    return own, measure(own, named - len(own), shape)
