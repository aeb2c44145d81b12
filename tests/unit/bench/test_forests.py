"""LightGBM's trees and those that the product evaluates are the same. Needs the extra `train`."""

import numpy as np
import pytest

from services.forest import Forest

lightgbm = pytest.importorskip("lightgbm", reason="the extra `train` is not installed")


def made(rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    columns = np.round(rng.normal(size=(rows, 12)), 1).astype(np.float32)  # many values equal a threshold
    noise = rng.normal(size=rows)
    return columns, (columns[:, 0] * columns[:, 3] + columns[:, 7] + noise > 0).astype(np.float64)


def test_a_flattened_forest_gives_what_lightgbm_gives() -> None:
    from bench.extract.forests import GROWTH, flatten

    columns, labels = made(3000)
    booster = lightgbm.train(GROWTH, lightgbm.Dataset(columns, labels), 40)
    assert np.abs(flatten(booster).probability(columns) - booster.predict(columns)).max() < 1e-4


def test_growing_twice_gives_the_same_trees() -> None:
    from bench.extract.forests import grow

    columns, labels = made(800)
    one, other = (grow(columns, labels, np.ones(800), trees=10) for _ in range(2))
    assert all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in Forest.__dataclass_fields__
    )


def test_a_threshold_between_two_float32_is_rounded_to_the_lower() -> None:
    from bench.extract.forests import rounded_down

    lower = np.float32(0.1)
    upper = np.nextafter(lower, np.float32(1))
    between = (float(lower) + float(upper)) / 2 + 1e-12
    assert rounded_down(between) == lower
    assert rounded_down(float(upper)) == upper
