"""Both models fitted to examples, and what they think of others."""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np

from bench.extract.forests import GROWTH, flatten
from bench.link.examples import Example, row_of
from bench.link.texts import bucket
from bench.regression import regress
from services.forest import Forest
from services.linker.spun.document import Doubles
from services.linker.spun.model import Linear

TOKENS = 600_000  # words that the forest is grown on
TREES = 200
SEEN_DOUBLE = 2.0  # weight of what the product reads
TOKEN_GROWTH = GROWTH | {
    "learning_rate": 0.12, "feature_fraction": 0.6, "min_data_in_leaf": 100, "lambda_l2": 1.0,
    "bagging_fraction": 1.0, "bagging_freq": 0,
}  # fmt: skip
FOLDS = 3
PENALTY = 3.0  # of the squared weights of the document model


@dataclass(frozen=True, slots=True)
class Fitted:
    """A forest for words and weights for documents."""

    tokens: Forest
    document: Linear

    def values(self, examples: Sequence[Example]) -> Doubles:
        """ln odds that each is spun."""
        return self.document.logit(_rows(self.tokens, examples))


def fit(examples: Sequence[Example]) -> Fitted:
    """Both models; the same examples make the same models."""
    taught = [e for e in examples if e.label < 2]
    columns = np.concatenate([e.columns for e in taught])
    put = np.concatenate([e.put for e in taught]).astype(np.float64)
    weights = np.concatenate([np.full(len(e.put), _weight(e)) for e in taught])
    some = np.random.default_rng(0).permutation(len(put))[:TOKENS]
    data = lightgbm.Dataset(columns[some], put[some], weight=weights[some])
    forest = flatten(lightgbm.train(TOKEN_GROWTH, data, TREES))
    labels = np.array([float(e.label) for e in taught])
    weights = np.array([_weight(e) for e in taught])
    return Fitted(forest, Linear(*regress(_rows(forest, taught), labels, weights, PENALTY)))


def crossed(examples: Sequence[Example]) -> Doubles:
    """The value of each example by models that saw no version of its text."""
    fold = np.array([bucket("f" + e.key) % FOLDS for e in examples])
    values = np.zeros(len(examples))
    for f in range(FOLDS):
        fitted = fit([e for e, own in zip(examples, fold, strict=True) if own != f])
        asked = np.flatnonzero(fold == f)
        values[asked] = fitted.values([examples[int(i)] for i in asked])
    return values


def _weight(example: Example) -> float:
    return SEEN_DOUBLE if example.in_domain else 1.0


def _rows(forest: Forest, examples: Sequence[Example]) -> Doubles:
    odds = forest.logits(np.concatenate([e.columns for e in examples]))
    ends = np.cumsum([len(e.columns) for e in examples])[:-1]
    return np.array([row_of(e, part) for e, part in zip(examples, np.split(odds, ends), strict=True)])
