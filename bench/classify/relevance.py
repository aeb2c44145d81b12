"""Train the model of relevance, and measure it: `python -m bench.classify.relevance ARCHIVE [--check]`.

Two logistic regressions in numpy over the features of services/classifier/grading.py. Figures are of articles
that the weights measured with have not seen: ten folds by article. `--check` writes nothing and says whether
the shipped weights are those that the archive gives.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.classify.judged import COUNTRIES, Judged, read_judged
from bench.regression import regress
from services.classifier.gazetteer import Model
from services.classifier.grading import INTERCEPT, Features, grade, shape_of
from services.classifier.matcher import load_matcher
from services.classifier.mentions import find_mentions
from services.classifier.relevance import find_cap, measure_country

SHIPPED = Path(__file__).parents[2] / "services" / "classifier" / "data" / "relevance.toml"
FOLDS = 10
RIDGE = 1.0  # on standardised features
WEIGHT = {"iqir": 4.0, "reuters": 2.0, "headlines": 0.5}  # 84, 1,188 and 418 texts
RELEVANT = ("title", "opening", "text", "first", "words", "spread", "beat")
PRIMARY = ("title", "text", "share", "sentences", "words")


class Example(NamedTuple):
    """One country in one article."""

    corpus: str
    key: str
    country: str
    grades: tuple[int, ...]  # all that are right
    features: Features | None  # None: the country is not named
    most: int  # the grade that counter-evidence leaves

    @property
    def fold(self) -> int:
        """0 to 9, by article."""
        return sha256(self.key.encode()).digest()[0] % FOLDS


def examples_of(judged: Judged) -> list[Example]:
    """An example a country."""
    matcher = load_matcher()
    head, body = matcher.read(judged.title or "", "title"), matcher.read(judged.text, "text")
    mentions, shape = find_mentions((head, body)), shape_of(head, body)
    cap = find_cap((head, body), shape.topics)
    most = 2 if cap is None else cap.grade
    found = []
    for code in COUNTRIES:
        _, features = measure_country(code, mentions, shape)
        found.append(Example(judged.corpus, judged.key, code, judged.grades[code], features, most))
    return found


def train(examples: Sequence[Example]) -> Model:
    """Weights of both questions. Articles whose grade is capped teach only what the cap leaves open."""
    named = [e for e in examples if e.features is not None]
    relevant = [e for e in named if e.most > 0]
    primary = [e for e in named if e.most > 1 and e.corpus != "reuters" and min(e.grades) > 0]
    return Model(
        _regress(relevant, RELEVANT, lambda e: e.grades[0] >= 1),
        _regress(primary, PRIMARY, lambda e: e.grades[0] >= 2),
    )


def _regress(
    examples: Sequence[Example], names: Sequence[str], is_so: Callable[[Example], bool]
) -> Mapping[str, float]:
    """The weights of the features as they are."""
    rows = np.array([[getattr(e.features, name) for name in names] for e in examples], np.float64)
    labels = np.array([is_so(e) for e in examples], np.float64)
    centre, scale, weights, bias = regress(
        rows, labels, np.array([WEIGHT[e.corpus] for e in examples]), RIDGE
    )
    bent = weights / scale
    return {INTERCEPT: round(float(bias - bent @ centre), 3)} | {
        name: round(float(value), 3) for name, value in zip(names, bent, strict=True)
    }


def grades_of(examples: Sequence[Example], model: Model) -> list[int]:
    """The grade of each."""
    return [grade(model, e.features, e.most).grade if e.features else 0 for e in examples]


def grades_out_of_fold(examples: Sequence[Example]) -> list[int]:
    """The grade of each by a model that was not trained on its article."""
    models = [train([e for e in examples if e.fold != fold]) for fold in range(FOLDS)]
    return [grades_of([e], models[e.fold])[0] for e in examples]


def figures(examples: Sequence[Example], found: Sequence[int]) -> dict[str, float]:
    """F1 of the tag in reuters, mean F1 of three grades in iqir, shares of right headlines."""
    pairs = list(zip(examples, found, strict=True))
    told: dict[str, float] = {}
    for code in COUNTRIES:
        own = [(e.grades[0], g) for e, g in pairs if e.country == code and e.corpus == "reuters"]
        told[f"reuters {code} F1"] = _f1([(a > 0, b > 0) for a, b in own])
        own = [(e.grades[0], g) for e, g in pairs if e.country == code and e.corpus == "iqir"]
        told[f"iqir {code} macro-F1"] = sum(_f1([(a == k, b == k) for a, b in own]) for k in range(3)) / 3
    cases: dict[str, list[tuple[tuple[int, ...], int]]] = {}
    for e, g in pairs:
        if e.corpus == "headlines":
            cases.setdefault(e.key, []).append((e.grades, g))
    told["headlines exact"] = _share([all(g in right for right, g in case) for case in cases.values()])
    told["headlines side"] = _share([all(_sided(right, g) for right, g in case) for case in cases.values()])
    return {name: round(value, 3) for name, value in told.items()}


def _sided(right: tuple[int, ...], found: int) -> bool:
    return (found > 0 or min(right) == 0) and (found == 0 or max(right) > 0)


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    both = sum(a and b for a, b in pairs)
    return 2 * both / max(1, sum(a for a, _ in pairs) + sum(b for _, b in pairs))


def _share(right: Sequence[bool]) -> float:
    return sum(right) / max(1, len(right))


def as_toml(model: Model) -> str:
    """The file of weights."""
    lines = [
        "# The model of relevance (services/classifier/grading.py): a weight a feature, made by",
        "# `python -m bench.classify.relevance ARCHIVE`. Not to be changed by hand.",
    ]
    for name, weights in (("relevant", model.relevant), ("primary", model.primary)):
        lines += ["", f"[{name}]", *(f"{feature} = {weight}" for feature, weight in weights.items())]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train, measure, write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="compare with the shipped weights, write nothing"
    )
    asked = parser.parse_args()
    examples = [example for judged in read_judged(asked.archive) for example in examples_of(judged)]
    model = train(examples)
    print(f"{'':24}out of fold  as shipped")
    unseen, seen = (
        figures(examples, grades_out_of_fold(examples)),
        figures(examples, grades_of(examples, model)),
    )
    for name, value in unseen.items():
        print(f"{name:24}{value:11.3f}{seen[name]:12.3f}")
    if asked.check:
        sys.exit(0 if as_toml(model) == SHIPPED.read_text() else "the shipped weights are others")
    SHIPPED.write_text(as_toml(model))


if __name__ == "__main__":
    main()
