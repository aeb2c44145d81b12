"""How much an article is about each country: none or passing (0), secondary (1), primary (2).

Rule of reference/nlp.md 5.1: weighted mention density, title and lead; counter-evidence weakens mentions or
caps the grade. The numbers below were read off the development half of iqir_gold and Reuters PLACES
(`sirwan classify` under score_classify.py --dev --set iqir,reuters).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.records import CountryRelevance, Span
from services.classifier.matcher import Reading
from services.classifier.mentions import Mention, article_counters, span_of

LEAD_WORDS = 90  # about the first three paragraphs of an agency report
SHORTEST = 100  # words; a shorter text is taken to be this long, so that one mention is not a high density
PRIMARY_DENSITY = 0.9  # weighted mentions per 100 words
PRIMARY_MENTIONS = 2.0  # weighted, title included
PRIMARY_LEAD = 1.0  # weighted mentions in the lead, where the title names none
PRIMARY_ANYWHERE = 1.5  # density that makes it primary whatever title and lead say
UNTITLED_WORDS = 20  # where there is no title, so many first words stand for it
SECONDARY_DENSITY = 0.35
SECONDARY_MENTIONS = 1.5  # weighted; one mention outside the title is a passing one
TITLE_WEIGHT = 0.5  # a title mention weaker than this (Iran-backed …) does not make an article relevant
SHOWN = 12  # spans of evidence per country
ENOUGH = 2.0


@dataclass(frozen=True, slots=True)
class Features:
    """What the grade is made of; weights as in the gazetteer."""

    title: float  # the strongest mention there, or in what stands for it
    text: float  # sum over the text
    total: float  # the text, and the strongest mention of the title
    lead: float  # sum over the first LEAD_WORDS words
    density: float  # of the text, per 100 words
    named: int  # mentions in title and text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Relevance for every country, and one sentence that says why."""

    countries: Mapping[str, CountryRelevance]
    relevant: bool
    because: str


def weight_of(mention: Mention) -> float:
    """What a mention says for its country: less inside a phrase of counter-evidence."""
    return mention.entry.weight * (mention.counter.rule.counter.factor if mention.counter else 1.0)


def measure(mentions: Sequence[Mention], words: int, *, untitled: bool) -> Features:
    """The features of one country's mentions in a text of `words` words."""
    head = [m for m in mentions if m.field == "title" or (untitled and m.word < UNTITLED_WORDS)]
    text = [(m.word, weight_of(m)) for m in mentions if m.field == "text"]
    titled = max((weight_of(m) for m in mentions if m.field == "title"), default=0.0)
    total = sum(weight for _, weight in text)
    return Features(
        title=max(map(weight_of, head), default=0.0),
        text=total,
        total=total + titled,
        lead=sum(weight for word, weight in text if word < LEAD_WORDS),
        density=100 * total / max(SHORTEST, words),
        named=len(mentions),
    )


def grade_of(features: Features) -> int:
    """0, 1 or 2 from the features alone."""
    titled = features.title >= TITLE_WEIGHT
    if (
        features.density >= PRIMARY_DENSITY
        and features.total >= PRIMARY_MENTIONS
        and (titled or features.lead >= PRIMARY_LEAD or features.density >= PRIMARY_ANYWHERE)
    ):
        return 2
    dense = features.density >= SECONDARY_DENSITY and features.text >= SECONDARY_MENTIONS
    return 1 if titled or dense else 0


def score_of(features: Features, grade: int) -> float:
    """0..1, rises with density, title and lead; grades do not overlap: thirds of the range."""
    strength = features.density + features.title + min(features.lead, 4.0) / 2
    return round((grade + 1 - math.exp(-strength / 2)) / 3, 4)


@dataclass(frozen=True, slots=True)
class Cap:
    """A whole article that counter-evidence holds down."""

    grade: int
    because: str
    spans: tuple[Span, ...]


def find_cap(readings: Sequence[Reading]) -> Cap | None:
    """The strictest cap that has enough evidence, or None."""
    topics = sum(hit.rule.weight for reading in readings for hit in reading.phrases)
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
    name: str, mentions: Sequence[Mention], readings: Mapping[str, Reading], cap: Cap | None
) -> _Judged:
    features = measure(mentions, readings["text"].words, untitled=not readings["title"].words)
    free = grade_of(features)
    grade = free if cap is None else min(free, cap.grade)
    strongest = sorted(mentions, key=lambda m: (-weight_of(m), m.field == "text", m.start))[:SHOWN]
    relevance = CountryRelevance(
        grade=grade,
        score=score_of(features, grade) if mentions else 0.0,
        evidence=tuple(
            m.span(f"gazetteer/{m.entry.id}")
            for m in sorted(strongest, key=lambda m: (m.field == "text", m.start))
        ),
        against=_against(mentions, readings) + (cap.spans if cap is not None and mentions else ()),
    )
    return _Judged(name, mentions, relevance, held=grade < free)


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


def judge_relevance(
    title: Reading, text: Reading, mentions: Sequence[Mention], countries: Mapping[str, str]
) -> Verdict:
    """Grade, score, evidence and counter-evidence for each country, and the sentence."""
    readings = {"title": title, "text": text}
    cap = find_cap((title, text))
    judged = {
        code: _judge(name, [m for m in mentions if m.entry.country == code and m.entry.weight], readings, cap)
        for code, name in countries.items()
    }
    return Verdict(
        countries={code: one.relevance for code, one in judged.items()},
        relevant=any(one.relevance.grade for one in judged.values()),
        because=_explain(tuple(judged.values()), cap),
    )
