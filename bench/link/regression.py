"""Logistic regression by Newton's method: convex, so the same data gives the same weights."""

import numpy as np

from services.linker.spun.document import Doubles
from services.linker.spun.model import Linear

PENALTY = 3.0  # of squared weights
STEPS = 30


def regress(rows: Doubles, labels: Doubles, sample_weights: Doubles) -> Linear:
    """The weights for standardised columns."""
    centre, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    table = np.column_stack([(rows - centre) / scale, np.ones(len(rows))])
    ridge = np.diag([*[PENALTY] * rows.shape[1], 0.0])
    found = np.zeros(table.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(table @ found, -40, 40)))
        slope = table.T @ (sample_weights * (labels - chance)) - ridge @ found
        curve = (table * (sample_weights * chance * (1 - chance))[:, None]).T @ table + ridge
        step = np.linalg.solve(curve, slope)
        found += step
        if np.abs(step).max() < 1e-8:
            break
    return Linear(centre, scale, found[:-1], float(found[-1]))
