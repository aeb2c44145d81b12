"""How much an article is about a country, as numbers: the features, and the small model over them. Pure.

Two logistic regressions: is it relevant at all, and if so, is it what the article is about. Their weights are
in data/relevance.toml with the command that made them; docs/decisions/0016-relevance.md has the figures.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.classifier.gazetteer import Model
from services.classifier.matcher import Reading
from services.classifier.mentions import Mention
from services.classifier.structure import sentences_of

LEAST_WORDS = 30  # a shorter text is taken to be this long
UNTITLED_WORDS = 12  # where there is no title, so many first words stand for it
REAL = 0.45  # weight from which a mention counts for where and how often a country is named
INTERCEPT = "intercept"  # among the weights
SURE = 0.5  # probability from which an article has a grade
# A text that names a country no more than once is not about it, unless its title says so.
LONE = math.log1p(1.0)
LONE_PRIMARY = 0.4  # the probability that it is, at most
ON_BEAT = 2.0  # weight of topic phrases from which an article is news of this kind


@dataclass(frozen=True, slots=True)
class Features:
    """What the model looks at, of one country in one article; `weight_of` says what a mention weighs."""

    title: float = 0.0  # the strongest mention there, or in what stands for it; 0 to 1
    opening: float = 0.0  # the strongest mention in the first sentence of the text
    text: float = 0.0  # ln(1 + the sum of the text's mentions)
    first: float = 0.0  # ln(1 + words before the first)
    words: float = 0.0  # ln(words of the text)
    spread: float = 0.0  # tenths of the text that name it, 0 to 1
    share: float = 0.0  # of all mentions of countries and what belongs to them
    sentences: float = 0.0  # ln(1 + sentences that name it) - ln(1 + sentences)
    beat: float = 0.0  # whether it has topic phrases, 0 to 1: a name in a tale of a bakery says little
    real: int = 0  # mentions that are no mere adjective, comparison or aside; without any there is no grade


@dataclass(frozen=True, slots=True)
class Shape:
    """What the features need to know of the article itself."""

    words: int  # of the text
    sentences: Sequence[int]  # where they begin: offsets in the text, from 0
    titled: bool
    topics: float  # the weight of all topic phrases of title and text


@dataclass(frozen=True, slots=True)
class Graded:
    """0, 1 or 2, and `score`: half of the grade that is expected, 0 to 1."""

    grade: int
    score: float
    held: bool = False  # it would be more, but for a cap


def weight_of(mention: Mention) -> float:
    """What a mention says for its country: less inside a phrase of counter-evidence."""
    return mention.entry.weight * (mention.counter.rule.counter.factor if mention.counter else 1.0)


def measure(mentions: Sequence[Mention], others: int, shape: Shape) -> Features:
    """The features of one country's mentions; `others` is how often other countries are named."""
    weighed = [(mention, weight_of(mention)) for mention in mentions]
    text = [(m, weight) for m, weight in weighed if m.field == "text"]
    real = [(m, weight) for m, weight in text if weight >= REAL]
    places = [bisect_right(shape.sentences, m.start) - 1 for m, _ in real]
    titled = max((weight for m, weight in weighed if m.field == "title"), default=0.0)
    return Features(
        title=max([titled, *_standing_in(text, shape)]),
        opening=max((weight for (_, weight), at in zip(real, places, strict=True) if at == 0), default=0.0),
        text=math.log1p(sum(weight for _, weight in text)),
        first=math.log1p(min((m.word for m, _ in real), default=shape.words)),
        words=math.log(max(LEAST_WORDS, shape.words)),
        spread=len({10 * m.word // max(1, shape.words) for m, _ in real}) / 10,
        share=len(mentions) / (len(mentions) + others + 1),
        sentences=math.log1p(len(set(places))) - math.log1p(len(shape.sentences)),
        real=sum(weight >= REAL for _, weight in weighed),
        beat=min(1.0, shape.topics / ON_BEAT),
    )


def shape_of(title: Reading, text: Reading) -> Shape:
    """The shape of an article."""
    topics = sum(hit.rule.weight for reading in (title, text) for hit in reading.phrases)
    return Shape(text.words, sentences_of(text.source), bool(title.words), topics)


def _standing_in(text: Sequence[tuple[Mention, float]], shape: Shape) -> list[float]:
    return [] if shape.titled else [weight for m, weight in text if m.word < UNTITLED_WORDS]


def grade(model: Model, features: Features, most: int = 2) -> Graded:
    """What the model says, but not more than `most`."""
    relevant, primary = (_probability(weights, features) for weights in (model.relevant, model.primary))
    if not features.real:
        most = 0
    if not features.title and features.text <= LONE:
        primary = min(primary, LONE_PRIMARY)
    found = 0 if relevant < SURE else 1 if primary < SURE else 2
    score = relevant * (1 + primary) / 2
    if found <= most:
        return Graded(found, round(score, 4))
    return Graded(most, round(min(score, (2 * most + 1) / 4), 4), held=True)


def _probability(weights: Mapping[str, float], features: Features) -> float:
    logit = sum(
        weight * (1.0 if name == INTERCEPT else getattr(features, name)) for name, weight in weights.items()
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
