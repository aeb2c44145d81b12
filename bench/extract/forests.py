"""Trees grown by LightGBM, and the same trees as the product evaluates them."""

from collections.abc import Iterator
from typing import Any

import lightgbm
import numpy as np

from services.extractor.arrays import Doubles, Floats
from services.forest import MAX_LEAVES, SCALE, Forest

TREES = 300
GROWTH = {
    "objective": "binary",
    "num_leaves": MAX_LEAVES - 1,
    "learning_rate": 0.05,
    "feature_fraction": 0.25,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "min_data_in_leaf": 50,
    "lambda_l2": 2.0,
    "num_threads": 1,  # with more, sums come in another order and the trees differ
    "deterministic": True,
    "force_row_wise": True,
    "seed": 3,
    "verbose": -1,
}
EVERY = np.float32(np.inf)  # a threshold no column is above


def grow(columns: Floats, labels: Doubles, weights: Doubles, trees: int = TREES) -> Forest:
    """A forest that tells article blocks from others."""
    booster = lightgbm.train(GROWTH, lightgbm.Dataset(columns, labels, weight=weights), trees)
    return flatten(booster)


def flatten(booster: "lightgbm.Booster") -> Forest:
    """The same trees in the product's form."""
    grown = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    shape = (len(grown), MAX_LEAVES - 1)
    features, thresholds = np.zeros(shape, np.uint16), np.full(shape, EVERY, np.float32)
    words = np.zeros(shape, np.uint16)
    leaves = np.zeros((len(grown), MAX_LEAVES), np.int32)
    for i, root in enumerate(grown):
        values = list(_leaves(root))
        leaves[i, : len(values)] = [round(value * SCALE) for value in values]
        for j, (feature, threshold, word) in enumerate(_nodes(root)):
            features[i, j], thresholds[i, j], words[i, j] = feature, threshold, word
    return Forest(features, thresholds, words, leaves)


def _leaves(node: dict[str, Any]) -> Iterator[float]:
    if "leaf_value" in node:
        yield node["leaf_value"]
    else:
        yield from _leaves(node["left_child"])
        yield from _leaves(node["right_child"])


def _nodes(node: dict[str, Any], first: int = 0) -> Iterator[tuple[int, np.float32, int]]:
    """Column, threshold and word of each node; its leaves begin with number `first`."""
    if "leaf_value" in node:
        return
    left = sum(1 for _ in _leaves(node["left_child"]))
    yield node["split_feature"], rounded_down(node["threshold"]), ((1 << left) - 1) << first
    yield from _nodes(node["left_child"], first)
    yield from _nodes(node["right_child"], first + left)


def rounded_down(threshold: float) -> np.float32:
    """The largest float32 that is no larger: a float32 is above either or neither."""
    rounded = np.float32(threshold)
    return np.nextafter(rounded, np.float32(-np.inf)) if float(rounded) > threshold else rounded
